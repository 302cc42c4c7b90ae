#ifndef EDGE_ROWS_H
#define EDGE_ROWS_H

/** What was looked at, row by row: passed, failed with a remedy, or open. */

#include "ae_bytes.h"
#include "ae_error.h"

#include <jansson.h>

typedef enum edge_row_result_t {
    EDGE_ROW_PASSED,
    EDGE_ROW_FAILED, /* it failed */
    EDGE_ROW_OPEN,   /* nobody could look */
    EDGE_ROW_RESULTS
} edge_row_result_t;

/** Add a row to a JSON array; all text is copied.
 * @param about what was looked at: "DNS of www.example.org"
 * @param next what helps; "" for EDGE_ROW_PASSED */
void edge_rows_add(json_t *rows, edge_row_result_t result, const char *about,
                   const char *found, const char *next);

/** The same from an error: what and why are found, and its next, or `next`
 * where it has none. */
void edge_rows_add_error(json_t *rows, edge_row_result_t result,
                         const char *about, const ae_error_t *err,
                         const char *next, apr_pool_t *p);

/** Add the rows that another process told, cleaned of whatever a terminal
 * must not get.
 * @return APR_SUCCESS; AE_EFORMAT, AE_ETOOBIG for what are none. */
AE_CHECKED apr_status_t edge_rows_take(json_t *rows, ae_bytes_t said,
                                       ae_error_t *err, apr_pool_t *p);

/** How many have this result. */
int edge_rows_count(const json_t *rows, edge_row_result_t result);

/** All of them, a line each and one for each remedy. From `p`. */
const char *edge_rows_text(const json_t *rows, apr_pool_t *p);

#endif
