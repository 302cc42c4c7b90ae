#ifndef EDGE_FINDING_H
#define EDGE_FINDING_H

/** What an administrator should know of the configuration before anything
 * fails: what configtest says, httpd logs and the status page lists. */

#include "ae_json.h"
#include "ae_log.h"

#include <apr_tables.h>

/** One of them. Strings live as long as the list that it is in. */
typedef struct edge_finding_t {
    ae_log_level_t level; /* AE_LOG_WARNING, or AE_LOG_NOTICE: nothing is
                             wrong, but it is good to know */
    const char *id;       /* of the log line, "AE018" */
    const char *name;     /* of the certificate, or ""; of a host that has
                             none of that name */
    const char *text;     /* a sentence with the remedy, without full stop */
} edge_finding_t;

/** An empty list of const edge_finding_t *, in `p`. */
apr_array_header_t *edge_findings_make(apr_pool_t *p);

/** "warning" or "notice". */
const char *edge_finding_level_word(ae_log_level_t level);

/** Add one, at the end. `id` is borrowed; the rest is copied, of text at most
 * 2 kB, with '?' for what is no text.
 * @param name of the certificate, or ""
 * @return what was added */
const edge_finding_t *edge_finding_add(apr_array_header_t *findings,
                                       ae_log_level_t level, const char *id,
                                       const char *name, const char *fmt, ...)
    AE_PRINTF(5, 6);

/** One as people read it, "AE018: name: text", from `p`. */
const char *edge_finding_line(const edge_finding_t *finding, apr_pool_t *p);

/** Those of a certificate, and those with no name; a new list in `p`.
 * @param findings NULL: none
 * @param name NULL: all of them */
apr_array_header_t *edge_findings_about(const apr_array_header_t *findings,
                                        const char *name, apr_pool_t *p);

/** All of them as JSON: a list of objects with level, id, name and text; no
 * name is null. */
json_t *edge_findings_print(const apr_array_header_t *findings);

/** What edge_findings_print made, in `p`; NULL where it is something else. */
apr_array_header_t *edge_findings_take(const json_t *list, apr_pool_t *p);

/** Whether there is one with this id and name. */
int edge_finding_is_there(const apr_array_header_t *findings, const char *id,
                          const char *name);

#endif
