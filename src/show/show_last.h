#ifndef SHOW_LAST_H
#define SHOW_LAST_H

/** What one certificate has behind it: its last order, the failure of that,
 * and its history. Each puts out a section, or nothing where there is nothing
 * to tell. */

#include "show_draw.h"

void show_last_failure(const show_view_t *view, const edge_status_t *status);
void show_last_names(const show_view_t *view, const edge_cert_t *cert,
                     const edge_status_t *status);
void show_last_steps(const show_view_t *view, const edge_status_t *status);
void show_last_history(const show_view_t *view);

#endif
