#include "edge_thin.h"

#define LAST 10
#define MONTHS 12

/* Months since the year 0, so that they can be compared. */
static int month_of(apr_time_t at)
{
    apr_time_exp_t exploded = {0};
    apr_status_t status = apr_time_exp_gmt(&exploded, at);

    return status == APR_SUCCESS ? exploded.tm_year * 12 + exploded.tm_mon : 0;
}

static int count_later(const edge_thin_t *entries, int count,
                       apr_int64_t number)
{
    int later = 0;
    int i;

    for (i = 0; i < count; i++) {
        later += entries[i].number > number;
    }
    return later;
}

/* Those among the last ten do not count: they make room for themselves. */
static int is_last_of_month(const edge_thin_t *entries, int count, int which)
{
    int month = month_of(entries[which].at);
    int i;

    for (i = 0; i < count; i++) {
        if (entries[i].number > entries[which].number && entries[i].at != 0 &&
            month_of(entries[i].at) == month &&
            count_later(entries, count, entries[i].number) >= LAST) {
            return 0;
        }
    }
    return 1;
}

void edge_thin(edge_thin_t *entries, int count, apr_time_t now)
{
    int i;

    for (i = 0; i < count; i++) {
        edge_thin_t *entry = &entries[i];

        entry->keep =
            count_later(entries, count, entry->number) < LAST ||
            (entry->at != 0 && month_of(entry->at) > month_of(now) - MONTHS &&
             is_last_of_month(entries, count, i));
    }
}
