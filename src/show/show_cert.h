#ifndef SHOW_CERT_H
#define SHOW_CERT_H

/** One certificate in full. */

#include "show_draw.h"

/** @param cert with `status` of this moment; view->source->detail may be
 * NULL */
void show_cert(const show_view_t *view, const edge_cert_t *cert,
               const edge_status_t *status);

#endif
