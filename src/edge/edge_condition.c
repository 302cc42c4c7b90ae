#include "edge_condition.h"

#include <string.h>

#define DAILY apr_time_from_sec(86400)

/* A moment in the future was before the clock was set back. */
static int is_due(const edge_mark_t *mark, apr_time_t news, apr_time_t now)
{
    return mark->since == 0 || mark->told_at > now ||
           now - mark->told_at >= DAILY ||
           (news != 0 && news <= now && mark->told_at < news);
}

edge_telling_t edge_condition_step(edge_mark_t *mark, int holds,
                                   apr_time_t news, apr_time_t now)
{
    if (!holds) {
        edge_telling_t telling =
            mark->since != 0 ? EDGE_TELL_OVER : EDGE_TELL_NOTHING;

        memset(mark, 0, sizeof(*mark));
        return telling;
    }
    if (!is_due(mark, news, now)) {
        return EDGE_TELL_NOTHING;
    }
    if (mark->since == 0 || mark->since > now) {
        mark->since = now;
    }
    mark->told_at = now;
    return EDGE_TELL_NOW;
}

apr_time_t edge_condition_wake(const edge_mark_t *mark)
{
    return mark->since != 0 ? mark->told_at + DAILY : 0;
}
