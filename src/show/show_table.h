#ifndef SHOW_TABLE_H
#define SHOW_TABLE_H

/** The list of certificates: filter, table, and the ways to its other
 * pages. */

#include "show_draw.h"
#include "show_list.h"

void show_table(const show_view_t *view, const show_list_t *list);

#endif
