#ifndef EDGE_LIVE_H
#define EDGE_LIVE_H

/** What is served: live/ and archive/, written by root alone. */

#include "ae_cert.h"
#include "edge_store.h"

/** The type of the key that is live: the configured one, unless only one of
 * another type is there, from before ACMEKeyType was changed. */
ae_key_type_t edge_live_type(const char *store_dir, const edge_cert_t *cert,
                             apr_pool_t *p);

/** Where the files of one certificate are, those of edge_live_type, whether
 * they exist or not. */
typedef struct edge_live_paths_t {
    const char *cert;
    const char *key;
} edge_live_paths_t;

edge_live_paths_t edge_live_paths(const char *store_dir,
                                  const edge_cert_t *cert, apr_pool_t *p);

/** Read the live chain (the key is not touched: any process may call this).
 * @return APR_SUCCESS; APR_ENOENT where none is live; AE_EFORMAT and others
 * of ae_file_read and ae_cert_parse. */
AE_CHECKED apr_status_t edge_live_load(ae_cert_t **chain,
                                       const char *store_dir,
                                       const edge_cert_t *cert,
                                       ae_error_t *err, apr_pool_t *p);

/** What is told of the live leaf: serial, issuer, dates and names, without
 * parsing it where nothing has changed since it was deployed.
 * @return as edge_live_load. */
AE_CHECKED apr_status_t edge_live_facts(const ae_cert_facts_t **facts,
                                        const char *store_dir,
                                        const edge_cert_t *cert,
                                        ae_error_t *err, apr_pool_t *p);

/** What brings a certificate into running processes. */
typedef enum edge_deployed_by_t {
    EDGE_BY_RESTART, /* mod_ssl reads it where httpd starts or restarts */
    EDGE_BY_HOT,     /* it is handed to children, with no restart */
    EDGE_BYS
} edge_deployed_by_t;

/** The words shown: "restart", "hot". */
const char *edge_deployed_by_word(edge_deployed_by_t by);

/** How the last deployment ended; `at` is 0 where there was none. What is told
 * of serving is of what is in live/, which a set that was refused leaves as it
 * is. */
typedef struct edge_deployment_t {
    apr_time_t at;
    int ok;
    char serial[64];
    char replaced[64]; /* serial of what was live before; empty: nothing */
    int renews;        /* and this is the later one of the two */
    edge_deployed_by_t by;
    apr_time_t served_at; /* 0: not yet, or not known */
    int waits;            /* it is in live/, and nobody serves it */
    ae_error_t error;     /* where not ok; or why it waits, once known */
} edge_deployment_t;

/** Read the record. Any process. Absent or damaged: at = 0. */
void edge_live_deployment(edge_deployment_t *deployment,
                          const edge_store_t *store, const edge_cert_t *cert,
                          apr_pool_t *p);

/** Whether what is in live/ could not be brought to who is to serve it; the
 * record's error says why. */
int edge_live_is_held_back(const edge_deployment_t *deployment);

typedef enum edge_promotion_t {
    EDGE_PROMOTION_NONE,   /* nothing was staged, or it is to wait */
    EDGE_PROMOTION_DONE,   /* the staged set is live now */
    EDGE_PROMOTION_REFUSED /* the set did not pass and was set aside */
} edge_promotion_t;

/** Parent: leave a staged set alone that its schedule and a request for its
 * deployment do not let go live at `now`. Else check it as if an enemy had
 * written it (key fits,
 * configured names covered, dates hold at `now`, chain complete), move live to
 * archive and the set to live, and record it. What an earlier call left half
 * done is finished first: live/ always holds a whole set or none.
 * @param by EDGE_BY_RESTART: mod_ssl reads live/ after it, so that what is
 * there is served from `now`; EDGE_BY_HOT: it waits for edge_deployment_served
 * @return APR_SUCCESS with *promotion set (err explains a refusal); the
 * system's status where the store could not be written: live is unchanged, or
 * *promotion says what was done and could not be recorded. */
AE_CHECKED apr_status_t edge_live_promote(edge_promotion_t *promotion,
                                          const edge_store_t *store,
                                          const edge_cert_t *cert,
                                          edge_deployed_by_t by,
                                          apr_time_t now, ae_error_t *err,
                                          apr_pool_t *p);

/** Whether the virtual hosts of a certificate can serve a pair.
 * @return APR_SUCCESS; AE_EMISMATCH; another status where that could not be
 * found out, which refuses nothing */
typedef apr_status_t edge_live_judge_t(void *ctx, const edge_cert_t *cert,
                                       const ae_cert_t *chain,
                                       const ae_key_t *key, ae_error_t *err);

/** Parent: refuse, as edge_live_promote does, a staged set that is no good as
 * such or that `judge` does not let pass, whenever it may go live. Nothing
 * does here.
 * @return APR_SUCCESS with *promotion EDGE_PROMOTION_NONE or _REFUSED (err
 * says why); the system's status where the set could not be read, or the
 * store be written. */
AE_CHECKED apr_status_t edge_live_try(edge_promotion_t *promotion,
                                      const edge_store_t *store,
                                      const edge_cert_t *cert,
                                      edge_live_judge_t *judge, void *ctx,
                                      apr_time_t now, ae_error_t *err,
                                      apr_pool_t *p);

/** Parent: whether what is live can be given to mod_ssl: both files parse and
 * fit each other. An expired one passes: better than nothing.
 * @return APR_SUCCESS; APR_ENOENT; AE_EMISMATCH, AE_EFORMAT, ... */
AE_CHECKED apr_status_t edge_live_check(const char *store_dir,
                                        const edge_cert_t *cert,
                                        ae_error_t *err, apr_pool_t *p);

/** Parent: make sure that nobody else reads the live key. Absent or no file:
 * nothing to do. @return APR_SUCCESS; AE_EUNSAFE where it was open, with what
 * was done about it. */
AE_CHECKED apr_status_t edge_live_guard(const char *store_dir,
                                        const edge_cert_t *cert,
                                        ae_error_t *err, apr_pool_t *p);

/** Parent: set aside what is live and cannot be served, and bring back the
 * newest of archive/ that can. Without any, the worker orders a first one.
 * @param err what edge_live_check told; what was done becomes its `next`
 * @return whether something is live again. */
int edge_live_mend(const edge_store_t *store, const edge_cert_t *cert,
                   ae_error_t *err, apr_pool_t *p);

#endif
