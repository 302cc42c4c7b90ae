#include "httpd_tell.h"

#include "edge_digest.h"

#include <httpd.h>
#include <apr_strings.h>
#include <http_config.h>
#include <http_core.h>
#include <string.h>

#define RETAINED_KEY "acme-edge-told"

/* Survives restarts. */
typedef struct told_t {
    char digest[65];
} told_t;

static const edge_finding_t *finding_at(const apr_array_header_t *findings,
                                        int i)
{
    return APR_ARRAY_IDX(findings, i, const edge_finding_t *);
}

static const char *digest_of(const apr_array_header_t *findings, apr_pool_t *p)
{
    apr_array_header_t *lines = apr_array_make(p, 8, sizeof(const char *));
    int i;

    for (i = 0; i < findings->nelts; i++) {
        APR_ARRAY_PUSH(lines, const char *) =
            edge_finding_line(finding_at(findings, i), p);
    }
    return edge_digest_text(apr_array_pstrcat(p, lines, '\n'), p);
}

/* @return whether these are others than were told last */
static int is_news(const apr_array_header_t *findings, apr_pool_t *ptemp)
{
    const char *digest = digest_of(findings, ptemp);
    told_t *told = ap_retained_data_get(RETAINED_KEY);

    if (told == NULL) {
        told = ap_retained_data_create(RETAINED_KEY, sizeof(*told));
    }
    if (strcmp(told->digest, digest) == 0) {
        return 0;
    }
    apr_cpystrn(told->digest, digest, sizeof(told->digest));
    return 1;
}

/* The first pass of a start writes to the terminal, not to the log. */
static int is_first_pass(void)
{
    return ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG;
}

void httpd_tell(const apr_array_header_t *findings, const ae_log_t *log,
                apr_pool_t *ptemp)
{
    int i;

    if (!is_first_pass() && !is_news(findings, ptemp)) {
        return;
    }
    for (i = 0; i < findings->nelts; i++) {
        ae_log(log, finding_at(findings, i)->level, "%s",
               edge_finding_line(finding_at(findings, i), ptemp));
    }
}
