#ifndef CLI_ROWS_H
#define CLI_ROWS_H

/** What was looked at, row by row: passed, failed with a remedy, or open. */

#include "cli_verb.h"

typedef enum cli_result_t {
    CLI_PASSED,
    CLI_MISSED, /* it failed */
    CLI_OPEN,   /* nobody could look */
    CLI_RESULTS
} cli_result_t;

/** Add a row to a JSON array; all text is copied.
 * @param about what was looked at: "DNS of www.example.org"
 * @param next what helps; "" for CLI_PASSED */
void cli_rows_add(json_t *rows, cli_result_t result, const char *about,
                  const char *found, const char *next);

/** The same from an error: what and why are found, and its next, or `next`
 * where it has none. */
void cli_rows_add_error(json_t *rows, cli_result_t result, const char *about,
                        const ae_error_t *err, const char *next,
                        apr_pool_t *p);

/** Add the rows that another process told, cleaned of whatever a terminal
 * must not get.
 * @return APR_SUCCESS; AE_EFORMAT, AE_ETOOBIG for what are none. */
AE_CHECKED apr_status_t cli_rows_take(json_t *rows, ae_bytes_t said,
                                      ae_error_t *err, apr_pool_t *p);

/** How many have this result. */
int cli_rows_count(const json_t *rows, cli_result_t result);

/** Print them all, as text or JSON. */
void cli_rows_print(const cli_t *cli, json_t *rows);

#endif
