#ifndef SHOW_ACCEPT_H
#define SHOW_ACCEPT_H

/** Which of several things a client likes best, by RFC 9110 section 12. What
 * cannot be read in a header is passed over: the client gets something. */

/** Choose among media types ("text/html"): the highest quality, of several the
 * first in `types`.
 * @param header Accept, may be NULL
 * @return an index in `types`; 0 also where none is acceptable. */
int show_accept_media(const char *header, const char *const *types, int count);

/** Choose among languages ("ja"): the highest quality, of several the one that
 * the client names first, then the first in `tags`.
 * @param header Accept-Language, may be NULL */
int show_accept_language(const char *header, const char *const *tags,
                         int count);

#endif
