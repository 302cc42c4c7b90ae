#include "httpd_hot.h"

#include "edge_deployment.h"
#include "edge_pair.h"
#include "edge_request.h"
#include "httpd_deploy.h"

#include <sys/mman.h>
#include <unistd.h>

/* Of one certificate. */
typedef struct row_t {
    int is_failing;   /* its deployment, and that was told */
    int is_deployed;  /* by us, and children are to have it */
    int is_uncounted; /* that they have what we deployed */
    int is_news;      /* that it is live, to record and worker */
    int is_handed;    /* the news: children have it */
    int is_unwritten; /* the news could not be written, and that was told */
    int is_useless;   /* to children, which was noted */
} row_t;

struct httpd_hot_t {
    httpd_hot_config_t config;
    edge_slots_t *slots;
    void *memory;
    apr_size_t size;
    pid_t owner;
    apr_pool_t *pool;
    row_t *rows;
};

static const edge_cert_t *cert_at(const httpd_hot_t *hot, int i)
{
    return APR_ARRAY_IDX(hot->config.certs, i, const edge_cert_t *);
}

/* --- memory -------------------------------------------------------------- */

/* Children that leave run this too, and so does a restart, which the children
 * of before outlive: nothing is wiped. The last one's end does that. */
static apr_status_t give_back(void *data)
{
    const httpd_hot_t *hot = data;

    if (getpid() == hot->owner) {
        munmap(hot->memory, hot->size);
    }
    return APR_SUCCESS;
}

static void keep_out_of_dumps(const httpd_hot_t *hot)
{
#ifdef MADV_DONTDUMP
    madvise(hot->memory, hot->size, MADV_DONTDUMP);
#else
    (void)hot;
#endif
}

apr_status_t httpd_hot_create(httpd_hot_t **hot, int certs, ae_error_t *err,
                              apr_pool_t *p)
{
    httpd_hot_t *made = apr_pcalloc(p, sizeof(*made));

    made->size = edge_slots_size(certs);
    made->memory = mmap(NULL, made->size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (made->memory == MAP_FAILED) {
        ae_error_set(err, apr_get_os_error(),
                     "%" APR_SIZE_T_FMT " bytes of shared memory", made->size);
        return ae_error_why_status(err, err->status);
    }
    keep_out_of_dumps(made);
    made->slots = edge_slots_make(made->memory, certs, p);
    made->owner = getpid();
    made->rows = apr_pcalloc(p, (apr_size_t)certs * sizeof(row_t));
    apr_pool_create(&made->pool, p);
    apr_pool_cleanup_register(p, made, give_back, apr_pool_cleanup_null);
    *hot = made;
    return APR_SUCCESS;
}

edge_slots_t *httpd_hot_slots(httpd_hot_t *hot)
{
    return hot->slots;
}

void httpd_hot_begin(httpd_hot_t *hot, const httpd_hot_config_t *config)
{
    hot->config = *config;
}

/* --- what is asked for --------------------------------------------------- */

static void deploy_all(httpd_hot_t *hot, apr_time_t now, apr_pool_t *ptemp)
{
    const httpd_deploy_t deploy = {hot->config.store, EDGE_BY_HOT,
                                   hot->config.meter, hot->config.log};
    apr_pool_t *scratch;
    int i;

    apr_pool_create(&scratch, ptemp);
    for (i = 0; i < hot->config.certs->nelts; i++) {
        if (httpd_deploy(&deploy, cert_at(hot, i), now,
                         &hot->rows[i].is_failing,
                         scratch) == EDGE_PROMOTION_DONE) {
            hot->rows[i].is_deployed = 1;
            hot->rows[i].is_uncounted = 1;
        }
        apr_pool_clear(scratch);
    }
}

/* --- to the children ----------------------------------------------------- */

static apr_status_t load(ae_cert_t **chain, ae_key_t **key,
                         const httpd_hot_t *hot, int i, ae_error_t *err,
                         apr_pool_t *p)
{
    edge_live_paths_t paths =
        edge_live_paths(hot->config.store_dir, cert_at(hot, i), p);
    apr_status_t rv = edge_pair_load_chain(chain, paths.cert, err, p);

    if (rv == APR_SUCCESS) {
        rv = edge_pair_load_key(key, paths.key, err, p);
    }
    return rv == APR_SUCCESS ? ae_cert_check_key(*chain, *key, err) : rv;
}

static apr_status_t put(const httpd_hot_t *hot, int i, const ae_cert_t *chain,
                        const ae_key_t *key, ae_error_t *err, apr_pool_t *p)
{
    ae_bytes_t chain_pem, key_pem;
    apr_status_t rv = ae_cert_print(&chain_pem, chain, err, p);

    if (rv == APR_SUCCESS) {
        rv = ae_key_print(&key_pem, key, err, p);
    }
    return rv == APR_SUCCESS
               ? edge_slots_put(hot->slots, i, chain_pem, key_pem, err)
               : rv;
}

static apr_status_t hand_on(const httpd_hot_t *hot, int i, const char **serial,
                            ae_error_t *err, apr_pool_t *p)
{
    ae_cert_t *chain;
    ae_key_t *key;
    apr_status_t rv = load(&chain, &key, hot, i, err, p);

    if (rv == APR_SUCCESS) {
        *serial = ae_cert_facts(chain)->serial;
        rv = hot->config.judge(hot->config.ctx, cert_at(hot, i), chain, key,
                               err);
    }
    return rv == APR_SUCCESS ? put(hot, i, chain, key, err, p) : rv;
}

static void tell_end(const httpd_hot_t *hot, int i, const char *serial,
                     const ae_error_t *trouble, apr_pool_t *p)
{
    if (trouble == NULL) {
        ae_log(hot->config.log, AE_LOG_NOTICE,
               "%s: serial %s is served from now on, without a restart",
               cert_at(hot, i)->name, serial);
    } else {
        ae_log(hot->config.log, AE_LOG_ERROR,
               "AE108: %s: what is live cannot be handed to the running "
               "processes: %s; they serve the former one on",
               cert_at(hot, i)->name, ae_error_line(trouble, p));
    }
}

/* Why it waits may be written down later; the log has it. */
static void note_trouble(const httpd_hot_t *hot, int i,
                         const ae_error_t *trouble, apr_time_t now,
                         apr_pool_t *p)
{
    ae_error_t ignored;
    apr_status_t rv =
        edge_deployment_served(hot->config.store, cert_at(hot, i), EDGE_BY_HOT,
                               trouble, now, &ignored, p);

    (void)rv;
}

/* What somebody else with the same store deployed, he counts. */
static void count(httpd_hot_t *hot, int i)
{
    if (hot->rows[i].is_uncounted) {
        edge_meter_count(hot->config.meter, EDGE_COUNT_DEPLOYED_HOT);
    }
    hot->rows[i].is_uncounted = 0;
}

/* One that goes along with another type of key was served before. */
static void hand_over(httpd_hot_t *hot, int i, apr_time_t now, apr_pool_t *p)
{
    const char *serial = "";
    ae_error_t err;
    apr_status_t rv = hand_on(hot, i, &serial, &err, p);

    if (rv == APR_SUCCESS) {
        if (hot->rows[i].is_news) {
            tell_end(hot, i, serial, NULL, p);
        }
        hot->rows[i].is_handed = 1;
        count(hot, i);
    } else if (!APR_STATUS_IS_ENOENT(rv)) {
        tell_end(hot, i, serial, &err, p);
        note_trouble(hot, i, &err, now, p);
    }
}

/* What is live is other than it was; or it was handed over already, and could
 * not be recorded before. */
static int is_due(httpd_hot_t *hot, int i, apr_pool_t *p)
{
    int is_other = edge_served_take(hot->config.served, i, p);
    int is_deployed = hot->rows[i].is_deployed;

    hot->rows[i].is_deployed = 0;
    return is_other || is_deployed;
}

/* Those of all types of key together: what mod_ssl read is given up only where
 * there is another one of each. */
static void look_at(httpd_hot_t *hot, int first, int end, apr_time_t now,
                    apr_pool_t *p)
{
    apr_pool_t *scratch;
    int i, is_other = 0;

    apr_pool_create(&scratch, p);
    for (i = first; i < end; i++) {
        if (is_due(hot, i, scratch)) {
            hot->rows[i].is_news = 1;
            hot->rows[i].is_handed = 0;
            is_other = 1;
        }
        apr_pool_clear(scratch);
    }
    for (i = first; is_other && i < end; i++) {
        if (hot->rows[i].is_news || edge_slots_version(hot->slots, i) == 0) {
            hand_over(hot, i, now, scratch);
            apr_pool_clear(scratch);
        }
    }
    apr_pool_destroy(scratch);
}

static void look_at_all(httpd_hot_t *hot, apr_time_t now, apr_pool_t *ptemp)
{
    int count = hot->config.certs->nelts;
    int first, end;

    for (first = 0; first < count; first = end) {
        end = first + 1;
        while (end < count && cert_at(hot, end - 1)->sibling != NULL) {
            end++;
        }
        look_at(hot, first, end, now, ptemp);
    }
}

/* --- from the children --------------------------------------------------- */

static int is_other_opinion(const httpd_hot_t *hot, int i)
{
    return edge_slots_is_told(hot->slots, i) != hot->rows[i].is_useless;
}

static apr_status_t note_useless(const httpd_hot_t *hot, int i, apr_pool_t *p)
{
    ae_error_t trouble, ignored;

    ae_error_set(&trouble, AE_EFORMAT,
                 "The running processes cannot serve the certificate");
    ae_error_why(&trouble, "httpd's error log says why");
    ae_error_next(&trouble, "\"apachectl graceful\" serves it from live/");
    return edge_deployment_unserved(hot->config.store, cert_at(hot, i),
                                    &trouble, &ignored, p);
}

/* Who was the first to find it of no use has told the log. What cannot be
 * written down for others is tried again at the next look. */
static void hear(httpd_hot_t *hot, int i, apr_pool_t *p)
{
    row_t *row = &hot->rows[i];

    row->is_useless = edge_slots_is_told(hot->slots, i) &&
                      note_useless(hot, i, p) == APR_SUCCESS;
    if (row->is_useless) {
        row->is_news = 1;
        row->is_handed = 0;
    }
}

static void hear_all(httpd_hot_t *hot, apr_pool_t *ptemp)
{
    int i;

    for (i = 0; i < hot->config.certs->nelts; i++) {
        if (is_other_opinion(hot, i)) {
            hear(hot, i, ptemp);
        }
    }
}

/* --- to those who wait for it -------------------------------------------- */

static apr_status_t write_news(const httpd_hot_t *hot, int i, apr_time_t now,
                               ae_error_t *err, apr_pool_t *p)
{
    const edge_store_t *store = hot->config.store;
    const edge_cert_t *cert = cert_at(hot, i);
    apr_status_t rv = APR_SUCCESS;

    if (hot->rows[i].is_handed) {
        rv = edge_deployment_served(store, cert, EDGE_BY_HOT, NULL, now, err,
                                    p);
    }
    return rv == APR_SUCCESS ? edge_request_put(store, cert, EDGE_REQUEST_LOOK,
                                                "", now, err, p)
                             : rv;
}

static void tell_news(httpd_hot_t *hot, int i, apr_time_t now, apr_pool_t *p)
{
    row_t *row = &hot->rows[i];
    ae_error_t err;

    row->is_news = write_news(hot, i, now, &err, p) != APR_SUCCESS;
    if (row->is_news && !row->is_unwritten) {
        ae_log(hot->config.log, AE_LOG_WARNING,
               "AE109: %s: what was deployed cannot be written down: %s; "
               "until that is possible status may say that it is staged",
               cert_at(hot, i)->name, ae_error_line(&err, p));
    }
    row->is_unwritten = row->is_news;
}

static void tell(httpd_hot_t *hot, apr_time_t now, apr_pool_t *ptemp)
{
    int i, news = 0;

    for (i = 0; i < hot->config.certs->nelts; i++) {
        if (hot->rows[i].is_news) {
            tell_news(hot, i, now, ptemp);
            news = 1;
        }
    }
    if (news && hot->config.commands != NULL) {
        httpd_commands_look(hot->config.commands);
    }
}

/* --- the monitor --------------------------------------------------------- */

static int has_work(const httpd_hot_t *hot, apr_pool_t *ptemp)
{
    apr_interval_time_t ignored;
    int i, news = 0;

    for (i = 0; i < hot->config.certs->nelts; i++) {
        news = news || hot->rows[i].is_news || is_other_opinion(hot, i);
    }
    return news || httpd_board_deploy_asked(hot->config.board, &ignored) ||
           edge_served_changed(&ignored, hot->config.served, ptemp)->nelts > 0;
}

void httpd_hot_check(httpd_hot_t *hot, apr_time_t now)
{
    apr_pool_t *ptemp;

    apr_pool_create(&ptemp, hot->pool);
    if (has_work(hot, ptemp) && httpd_deploy_enter(hot->config.store, ptemp)) {
        if (httpd_board_take_deploy(hot->config.board)) {
            deploy_all(hot, now, ptemp);
        }
        look_at_all(hot, now, ptemp);
        hear_all(hot, ptemp);
        tell(hot, now, ptemp);
    }
    apr_pool_destroy(ptemp);
}
