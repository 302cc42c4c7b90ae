#include "edge_finding.h"

#include <apr_strings.h>
#include <stdarg.h>
#include <string.h>

static const edge_finding_t *finding_at(const apr_array_header_t *findings,
                                        int i)
{
    return APR_ARRAY_IDX(findings, i, const edge_finding_t *);
}

apr_array_header_t *edge_findings_make(apr_pool_t *p)
{
    return apr_array_make(p, 4, sizeof(const edge_finding_t *));
}

const edge_finding_t *edge_finding_add(apr_array_header_t *findings,
                                       ae_log_level_t level, const char *id,
                                       const char *name, const char *fmt, ...)
{
    edge_finding_t *made = apr_pcalloc(findings->pool, sizeof(*made));
    va_list args;

    va_start(args, fmt);
    made->level = level;
    made->id = id;
    made->name = apr_pstrdup(findings->pool, name);
    made->text = apr_pvsprintf(findings->pool, fmt, args);
    va_end(args);
    APR_ARRAY_PUSH(findings, const edge_finding_t *) = made;
    return made;
}

const char *edge_finding_line(const edge_finding_t *finding, apr_pool_t *p)
{
    return apr_pstrcat(p, finding->id, ": ", finding->name,
                       finding->name[0] ? ": " : "", finding->text, NULL);
}

int edge_finding_is_there(const apr_array_header_t *findings, const char *id,
                          const char *name)
{
    int i;

    for (i = 0; i < findings->nelts; i++) {
        const edge_finding_t *finding = finding_at(findings, i);

        if (strcmp(finding->id, id) == 0 && strcmp(finding->name, name) == 0) {
            return 1;
        }
    }
    return 0;
}
