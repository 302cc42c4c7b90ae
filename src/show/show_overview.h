#ifndef SHOW_OVERVIEW_H
#define SHOW_OVERVIEW_H

/** What stands above the list: how many certificates are in which state, what
 * happens next, and whether the worker lives. */

#include "show_draw.h"
#include "show_list.h"

void show_overview(const show_view_t *view, const show_list_t *list);

#endif
