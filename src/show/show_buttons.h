#ifndef SHOW_BUTTONS_H
#define SHOW_BUTTONS_H

/** What acme-edge-manager has beside the certificates. */

#include "show_draw.h"

/** The form of one certificate, a button for each verb that makes sense. Needs
 * view->controls. */
void show_buttons(const show_view_t *view, const edge_cert_t *cert,
                  const edge_status_t *status);

/** What the last button has to show, nothing where there is none. */
void show_buttons_text(const show_view_t *view);

#endif
