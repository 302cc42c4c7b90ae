#ifndef SHOW_NOTICE_H
#define SHOW_NOTICE_H

/** What the manager page says of the button that was pressed last. */

#include "ae_language.h"

typedef enum show_notice_t {
    SHOW_NOTICE_SIGN, /* done: */
    SHOW_NOTICE_DEPLOY,
    SHOW_NOTICE_DISCARD,
    SHOW_NOTICE_CHECK_PASSED,
    SHOW_NOTICE_CHECK_FAILED,
    SHOW_NOTICE_CHECK_BUSY, /* not done: */
    SHOW_NOTICE_NOT_DONE,   /* an error says why, behind it */
    SHOW_NOTICE_NO_CERTIFICATE,
    SHOW_NOTICE_STALE,
    SHOW_NOTICE_FOREIGN,
    SHOW_NOTICES
} show_notice_t;

/** The sentence. */
const char *show_notice(show_notice_t notice, ae_language_t language);

#endif
