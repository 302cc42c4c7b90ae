#include "httpd_check.h"

#include "edge_catalog.h"
#include "httpd_conf.h"
#include "httpd_config.h"

#include <apr_strings.h>
#include <http_core.h>

/* --- stapling ------------------------------------------------------------ */

/* What SSLUseStapling says in a section, the last one counts; else `outer`. */
static const char *find_word(const ap_directive_t *first, const char *outer,
                             apr_pool_t *p)
{
    static const char *const stapling[] = {"SSLUseStapling", NULL};
    const char *word = outer;
    const ap_directive_t *d;

    for (d = first; d; d = d->next) {
        const char *args = d->args;

        if (httpd_check_is_one_of(d, stapling)) {
            word = ap_getword_conf(p, &args);
        }
    }
    return word;
}

static void check_stapling(const httpd_check_t *check)
{
    apr_array_header_t *names =
        apr_array_make(check->ptemp, 4, sizeof(const char *));
    apr_hash_t *seen = apr_hash_make(check->ptemp);
    const char *outer = "off";
    int i;

    for (i = 0; i < check->servers->nelts; i++) {
        const httpd_server_t *server = httpd_servers_at(check->servers, i);
        const edge_cert_t *cert = httpd_plan_cert_of(server->s);
        const char *word = find_word(server->directives, outer, check->ptemp);

        if (i == 0) {
            outer = word;
        }
        if (cert != NULL && httpd_server_is_tls(server) &&
            ap_cstr_casecmp(word, "on") == 0) {
            httpd_names_add(names, seen, cert->name);
        }
    }
    if (names->nelts > 0) {
        httpd_check_tell(check, AE_LOG_WARNING, "AE035", names,
                         "SSLUseStapling on does not go with ACMEReload hot: "
                         "mod_ssl staples OCSP responses to certificates that "
                         "it read as httpd started, and to none that goes "
                         "live later, until the next restart; write "
                         "ACMEReload graceful, or SSLUseStapling off");
    }
}

/* --- what is new --------------------------------------------------------- */

static int is_new(const edge_cert_t *cert, apr_hash_t *known)
{
    int n;

    for (n = 0; n < cert->names->nelts; n++) {
        if (apr_hash_get(known, APR_ARRAY_IDX(cert->names, n, const char *),
                         APR_HASH_KEY_STRING) == NULL) {
            return 1;
        }
    }
    return 0;
}

/* A start takes up what is new; a test of the configuration is for people who
 * may expect that nothing needs a restart any more. */
static void check_new(const httpd_check_t *check)
{
    apr_array_header_t *names =
        apr_array_make(check->ptemp, 4, sizeof(const char *));
    edge_catalog_t catalog;
    ae_error_t ignored;
    apr_hash_t *known;
    int i;

    if (ap_state_query(AP_SQ_RUN_MODE) != AP_SQ_RM_CONFIG_TEST ||
        edge_catalog_load(&catalog, check->store_dir, &ignored,
                          check->ptemp) != APR_SUCCESS) {
        return;
    }
    known = httpd_check_index(catalog.certs, check->ptemp);
    for (i = 0; i < check->certs->nelts; i++) {
        const edge_cert_t *cert =
            APR_ARRAY_IDX(check->certs, i, const edge_cert_t *);

        if (is_new(cert, known)) {
            APR_ARRAY_PUSH(names, const char *) = cert->name;
        }
    }
    if (names->nelts > 0) {
        httpd_check_tell(check, AE_LOG_NOTICE, "AE036", names,
                         "new in the configuration, which httpd takes up by a "
                         "restart of yours alone, `apachectl graceful`; "
                         "ACMEReload hot is for certificates");
    }
}

void httpd_check_hot(const httpd_check_t *check)
{
    check_stapling(check);
    check_new(check);
}
