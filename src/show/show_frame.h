#ifndef SHOW_FRAME_H
#define SHOW_FRAME_H

/** What is around each page: head, banner, foot. */

#include "show_draw.h"

/** Put out all up to the content.
 * @param title of the document, beside our name; any text, or NULL
 * @param renews the page comes again by itself every other second */
void show_frame_begin(const show_view_t *view, const char *title, int renews);

/** Put out all from the content on. */
void show_frame_end(const show_view_t *view);

#endif
