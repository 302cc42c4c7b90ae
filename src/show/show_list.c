#include "show_list.h"

#include <string.h>

static const edge_cert_t *cert_at(const show_source_t *source, int i)
{
    return APR_ARRAY_IDX(source->certs, i, const edge_cert_t *);
}

static int has_name(const edge_cert_t *cert, const char *part)
{
    int i;

    for (i = 0; i < cert->names->nelts; i++) {
        if (strstr(APR_ARRAY_IDX(cert->names, i, const char *), part)) {
            return 1;
        }
    }
    return 0;
}

static int is_wanted(const show_query_t *query, const edge_cert_t *cert,
                     const edge_status_t *status)
{
    return (query->states == 0 || query->states & 1 << status->phase) &&
           (query->name == NULL || has_name(cert, query->name));
}

/* What happens only when somebody has acted has no moment. */
static void take_next(show_list_t *list, int index,
                      const edge_status_t *status)
{
    if (status->action_at != 0 &&
        (list->next < 0 || status->action_at < list->next_at)) {
        list->next = index;
        list->next_action = status->action;
        list->next_at = status->action_at;
    }
}

static void choose_page(show_list_t *list, const int *wanted, int page)
{
    int first;

    list->pages = (list->matching + SHOW_PAGE_ROWS - 1) / SHOW_PAGE_ROWS;
    list->pages = list->pages > 0 ? list->pages : 1;
    list->page = page < list->pages ? page : list->pages;
    first = (list->page - 1) * SHOW_PAGE_ROWS;
    list->rows = wanted + first;
    list->row_count = list->matching - first < SHOW_PAGE_ROWS
                          ? list->matching - first
                          : SHOW_PAGE_ROWS;
}

void show_list_make(show_list_t *list, const show_source_t *source,
                    const show_query_t *query, apr_pool_t *p)
{
    int count = source->certs->nelts;
    int *wanted = apr_palloc(p, ((apr_size_t)count + 1) * sizeof(*wanted));
    edge_status_t *status = apr_palloc(p, sizeof(*status));
    int i;

    memset(list, 0, sizeof(*list));
    list->total = count;
    list->next = -1;
    for (i = 0; i < count; i++) {
        source->status(source->ctx, i, status);
        list->counts[status->phase]++;
        take_next(list, i, status);
        if (is_wanted(query, cert_at(source, i), status)) {
            wanted[list->matching++] = i;
        }
    }
    choose_page(list, wanted, query->page);
}

int show_list_find(const show_source_t *source, const char *name)
{
    int i;

    for (i = 0; i < source->certs->nelts; i++) {
        if (strcmp(cert_at(source, i)->name, name) == 0) {
            return i;
        }
    }
    return -1;
}
