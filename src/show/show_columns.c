#include "show_columns.h"

#include <apr_strings.h>
#include <string.h>

#define GAP 2

struct show_columns_t {
    int columns;
    apr_array_header_t *cells; /* const char *, row by row */
    int *widths;
    apr_pool_t *p;
};

show_columns_t *show_columns_make(int columns, apr_pool_t *p)
{
    show_columns_t *table = apr_pcalloc(p, sizeof(*table));

    table->columns = columns;
    table->cells = apr_array_make(p, 8 * columns, sizeof(const char *));
    table->widths = apr_pcalloc(p, sizeof(int) * (apr_size_t)columns);
    table->p = p;
    return table;
}

/* Characters, not bytes, of UTF-8. */
static int width_of(const char *text)
{
    int width = 0;

    for (; *text; text++) {
        width += (*text & 0xc0) != 0x80;
    }
    return width;
}

void show_columns_add(show_columns_t *table, const char *const *cells)
{
    int i;

    for (i = 0; i < table->columns; i++) {
        int width = width_of(cells[i]);

        APR_ARRAY_PUSH(table->cells, const char *) = cells[i];
        if (width > table->widths[i]) {
            table->widths[i] = width;
        }
    }
}

void show_columns_add_texts(show_columns_t *table, const char *label,
                            const apr_array_header_t *texts)
{
    int i;

    for (i = 0; i < texts->nelts; i++) {
        const char *cells[] = {i ? "" : label,
                               APR_ARRAY_IDX(texts, i, const char *)};

        show_columns_add(table, cells);
    }
}

/* What stands behind the cell: blanks, or the end of the line where only
 * empty cells follow. */
static const char *print_row(const show_columns_t *table,
                             const char *const *cells)
{
    const char *line = "";
    int used = table->columns;
    int i;

    while (used > 0 && cells[used - 1][0] == '\0') {
        used--;
    }
    for (i = 0; i < used; i++) {
        int blanks = table->widths[i] - width_of(cells[i]) + GAP;

        line = i + 1 < used ? apr_psprintf(table->p, "%s%s%*s", line, cells[i],
                                           blanks, "")
                            : apr_pstrcat(table->p, line, cells[i], NULL);
    }
    return apr_pstrcat(table->p, line, "\n", NULL);
}

const char *show_columns_print(const show_columns_t *table)
{
    const char *const *cells = (const char *const *)table->cells->elts;
    int rows = table->cells->nelts / table->columns;
    apr_array_header_t *lines =
        apr_array_make(table->p, rows + 1, sizeof(const char *));
    int i;

    for (i = 0; i < rows; i++) {
        APR_ARRAY_PUSH(lines, const char *) =
            print_row(table, cells + i * table->columns);
    }
    return apr_array_pstrcat(table->p, lines, '\0');
}
