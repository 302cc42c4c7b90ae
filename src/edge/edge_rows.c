#include "edge_rows.h"

#include "ae_json.h"

#include <apr_strings.h>
#include <assert.h>
#include <string.h>

#define ROWS_MAX 100000
#define TEXT_MAX 2048

static const char *const words[] = {
    [EDGE_ROW_PASSED] = "passed",
    [EDGE_ROW_FAILED] = "failed",
    [EDGE_ROW_OPEN] = "open",
};
static_assert(sizeof(words) / sizeof(words[0]) == EDGE_ROW_RESULTS,
              "each result has a word");

static const char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));

    return text ? text : "";
}

void edge_rows_add(json_t *rows, edge_row_result_t result, const char *about,
                   const char *found, const char *next)
{
    json_array_append_new(rows, json_pack("{s:s,s:s,s:s,s:s}", "result",
                                          words[result], "about", about,
                                          "found", found, "next", next));
}

void edge_rows_add_error(json_t *rows, edge_row_result_t result,
                         const char *about, const ae_error_t *err,
                         const char *next, apr_pool_t *p)
{
    edge_rows_add(
        rows, result, about,
        apr_pstrcat(p, err->what, err->why[0] ? ": " : "", err->why, NULL),
        err->next[0] ? err->next : next);
}

static const char *clean(const json_t *row, const char *key, apr_pool_t *p)
{
    return ae_text_clean(text_of(row, key), TEXT_MAX, p);
}

static int take_row(json_t *rows, const json_t *row, apr_pool_t *p)
{
    const char *word = text_of(row, "result");
    int i = 0;

    while (i < EDGE_ROW_RESULTS && strcmp(words[i], word) != 0) {
        i++;
    }
    if (i == EDGE_ROW_RESULTS) {
        return 0;
    }
    edge_rows_add(rows, (edge_row_result_t)i, clean(row, "about", p),
                  clean(row, "found", p), clean(row, "next", p));
    return 1;
}

apr_status_t edge_rows_take(json_t *rows, ae_bytes_t said, ae_error_t *err,
                            apr_pool_t *p)
{
    const json_t *list;
    json_t *json;
    size_t i;
    apr_status_t status = ae_json_parse_large(&json, (const char *)said.data,
                                              said.len, said.len, err, p);

    if (status != APR_SUCCESS) {
        return status;
    }
    list = ae_json_get_array(json, "rows");
    for (i = 0; i < json_array_size(list) && i < ROWS_MAX; i++) {
        if (!take_row(rows, json_array_get(list, i), p)) {
            ae_error_set(err, AE_EFORMAT, "what was found is not told well");
            return ae_error_why(err, "it has a result of no known kind");
        }
    }
    return APR_SUCCESS;
}

int edge_rows_count(const json_t *rows, edge_row_result_t result)
{
    int count = 0;
    size_t i;

    for (i = 0; i < json_array_size(rows); i++) {
        count += strcmp(text_of(json_array_get(rows, i), "result"),
                        words[result]) == 0;
    }
    return count;
}

/* The remedy on a line of its own, below what it is for. */
static const char *row_text(const json_t *row, apr_pool_t *p)
{
    const char *next = text_of(row, "next");

    return apr_psprintf(p, "%-7s %s: %s\n%s%s%s", text_of(row, "result"),
                        text_of(row, "about"), text_of(row, "found"),
                        next[0] ? "        " : "", next, next[0] ? "\n" : "");
}

const char *edge_rows_text(const json_t *rows, apr_pool_t *p)
{
    apr_array_header_t *lines =
        apr_array_make(p, (int)json_array_size(rows) + 1, sizeof(char *));
    size_t i;

    for (i = 0; i < json_array_size(rows); i++) {
        APR_ARRAY_PUSH(lines, const char *) =
            row_text(json_array_get(rows, i), p);
    }
    return apr_array_pstrcat(p, lines, '\0');
}
