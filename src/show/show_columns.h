#ifndef SHOW_COLUMNS_H
#define SHOW_COLUMNS_H

/** Text in columns, as wide as what is in them. */

#include <apr_tables.h>

typedef struct show_columns_t show_columns_t;

show_columns_t *show_columns_make(int columns, apr_pool_t *p);

/** Add a row; each cell is a string that lives as long as the table. */
void show_columns_add(show_columns_t *table, const char *const *cells);

/** In a table of two columns: a row for each text (const char *), the first
 * with the label. */
void show_columns_add_texts(show_columns_t *table, const char *label,
                            const apr_array_header_t *texts);

/** All rows, a line each, two blanks between columns and none at the end, from
 * the table's pool. */
const char *show_columns_print(const show_columns_t *table);

#endif
