#ifndef SHOW_LIFE_H
#define SHOW_LIFE_H

/** The life of a certificate as a line: from its issue to its end, with now
 * and what happens between. */

#include "show_draw.h"

/** The ends of the line; a plain value. */
typedef struct show_life_t {
    apr_time_t from;
    apr_time_t until;
} show_life_t;

/** Choose the ends: the lifetime, and more where now or what is planned lies
 * outside of it, half a lifetime at most. @return 0 where nothing is live:
 * there is no line then. */
int show_life_span(show_life_t *life, const edge_status_t *status,
                   apr_time_t now);

/** Where on the line a moment is, in thousandths; what lies outside is at the
 * end that is nearer. */
int show_life_place(const show_life_t *life, apr_time_t at);

/** Draw it, as SVG with a title and a description; nothing where nothing is
 * live. */
void show_life_draw(const show_view_t *view, const edge_status_t *status);

#endif
