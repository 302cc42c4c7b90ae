#ifndef CLI_TABLE_H
#define CLI_TABLE_H

/** Text in columns, as wide as what is in them. */

#include <apr_tables.h>

typedef struct cli_table_t cli_table_t;

cli_table_t *cli_table_make(int columns, apr_pool_t *p);

/** Add a row; each cell is a string that lives as long as the table. */
void cli_table_add(cli_table_t *table, const char *const *cells);

/** In a table of two columns: a row for each text (const char *), the first
 * with the label. */
void cli_table_add_texts(cli_table_t *table, const char *label,
                         const apr_array_header_t *texts);

/** All rows, a line each, two blanks between columns and none at the end, from
 * the table's pool. */
const char *cli_table_print(const cli_table_t *table);

#endif
