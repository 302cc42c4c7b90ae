#ifndef SHOW_TABLE_H
#define SHOW_TABLE_H

/** Text in columns, as wide as what is in them. */

#include <apr_tables.h>

typedef struct show_table_t show_table_t;

show_table_t *show_table_make(int columns, apr_pool_t *p);

/** Add a row; each cell is a string that lives as long as the table. */
void show_table_add(show_table_t *table, const char *const *cells);

/** In a table of two columns: a row for each text (const char *), the first
 * with the label. */
void show_table_add_texts(show_table_t *table, const char *label,
                          const apr_array_header_t *texts);

/** All rows, a line each, two blanks between columns and none at the end, from
 * the table's pool. */
const char *show_table_print(const show_table_t *table);

#endif
