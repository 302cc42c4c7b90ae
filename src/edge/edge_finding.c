#include "edge_finding.h"

#include <apr_strings.h>
#include <stdarg.h>
#include <string.h>

#define TEXT_SIZE 2048
#define MOST 100000

static const edge_finding_t *finding_at(const apr_array_header_t *findings,
                                        int i)
{
    return APR_ARRAY_IDX(findings, i, const edge_finding_t *);
}

apr_array_header_t *edge_findings_make(apr_pool_t *p)
{
    return apr_array_make(p, 4, sizeof(const edge_finding_t *));
}

const char *edge_finding_level_word(ae_log_level_t level)
{
    return level == AE_LOG_NOTICE ? "notice" : "warning";
}

/* A path or a name may have any bytes in a configuration. */
static const char *clean_copy(const char *text, apr_pool_t *p)
{
    return ae_text_clean(text, TEXT_SIZE, p);
}

const edge_finding_t *edge_finding_add(apr_array_header_t *findings,
                                       ae_log_level_t level, const char *id,
                                       const char *name, const char *fmt, ...)
{
    edge_finding_t *made = apr_pcalloc(findings->pool, sizeof(*made));
    char raw[TEXT_SIZE];
    va_list args;

    va_start(args, fmt);
    apr_vsnprintf(raw, sizeof(raw), fmt, args);
    va_end(args);
    made->level = level;
    made->id = id;
    made->name = clean_copy(name, findings->pool);
    made->text = clean_copy(raw, findings->pool);
    APR_ARRAY_PUSH(findings, const edge_finding_t *) = made;
    return made;
}

const char *edge_finding_line(const edge_finding_t *finding, apr_pool_t *p)
{
    return apr_pstrcat(p, finding->id, ": ", finding->name,
                       finding->name[0] ? ": " : "", finding->text, NULL);
}

/* --- as JSON ------------------------------------------------------------ */

json_t *edge_findings_print(const apr_array_header_t *findings)
{
    json_t *list = json_array();
    int i;

    for (i = 0; i < findings->nelts; i++) {
        const edge_finding_t *finding = finding_at(findings, i);

        json_array_append_new(
            list, json_pack("{s:s,s:s,s:s?,s:s}", "level",
                            edge_finding_level_word(finding->level), "id",
                            finding->id, "name",
                            finding->name[0] ? finding->name : NULL, "text",
                            finding->text));
    }
    return list;
}

static const char *take_text(const json_t *json, const char *key,
                             apr_pool_t *p)
{
    const json_t *value = json_object_get(json, key);
    const char *text = json_string_value(value);
    const char *copy = text ? clean_copy(text, p) : NULL;

    return copy && strcmp(copy, text) == 0 &&
                   strlen(text) == json_string_length(value)
               ? copy
               : NULL;
}

static const edge_finding_t *take_finding(const json_t *json, apr_pool_t *p)
{
    edge_finding_t *finding = apr_pcalloc(p, sizeof(*finding));
    const char *level = take_text(json, "level", p);

    finding->level =
        level && strcmp(level, "notice") == 0 ? AE_LOG_NOTICE : AE_LOG_WARNING;
    finding->id = take_text(json, "id", p);
    finding->name = json_is_null(json_object_get(json, "name"))
                        ? ""
                        : take_text(json, "name", p);
    finding->text = take_text(json, "text", p);
    return level && finding->id && finding->name && finding->text ? finding
                                                                  : NULL;
}

apr_array_header_t *edge_findings_take(const json_t *list, apr_pool_t *p)
{
    apr_array_header_t *findings = edge_findings_make(p);
    size_t i;

    if (!json_is_array(list) || json_array_size(list) > MOST) {
        return NULL;
    }
    for (i = 0; i < json_array_size(list); i++) {
        const edge_finding_t *finding =
            take_finding(json_array_get(list, i), p);

        if (finding == NULL) {
            return NULL;
        }
        APR_ARRAY_PUSH(findings, const edge_finding_t *) = finding;
    }
    return findings;
}

apr_array_header_t *edge_findings_about(const apr_array_header_t *findings,
                                        const char *name, apr_pool_t *p)
{
    apr_array_header_t *list = edge_findings_make(p);
    int i;

    for (i = 0; findings && i < findings->nelts; i++) {
        const edge_finding_t *finding = finding_at(findings, i);

        if (name == NULL || finding->name[0] == '\0' ||
            strcmp(finding->name, name) == 0) {
            APR_ARRAY_PUSH(list, const edge_finding_t *) = finding;
        }
    }
    return list;
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
