#ifndef SHOW_REASON_H
#define SHOW_REASON_H

/** Why something happens next, or why not. */

#include "show_draw.h"

/** Put out a sentence or clause in the page's language, or in English where
 * there is none in it. */
void show_reason(const show_view_t *view, const edge_cert_t *cert,
                 const edge_status_t *status);

#endif
