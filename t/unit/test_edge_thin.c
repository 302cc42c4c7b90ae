#include "edge_thin.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_edge_thin(void);

#define DAY apr_time_from_sec(86400)
#define MANY 2000

/* 2027-01-15 08:00 UTC */
#define NOW apr_time_from_sec(APR_INT64_C(1800000000))

/* Issued every `step` until now, the last one with the highest number. */
static void issue(edge_thin_t *entries, int count, apr_interval_time_t step)
{
    int i;

    memset(entries, 0, MANY * sizeof(*entries));
    for (i = 0; i < count; i++) {
        entries[i].number = i + 1;
        entries[i].at = NOW - (count - 1 - i) * step;
    }
}

/* The ages of those kept in days, the youngest first, "0 60 120". */
static const char *kept_days(const edge_thin_t *entries, int count)
{
    static char text[512];
    apr_size_t len = 0;
    int i;

    text[0] = '\0';
    for (i = count - 1; i >= 0; i--) {
        if (entries[i].keep) {
            len += (apr_size_t)apr_snprintf(
                text + len, sizeof(text) - len, len ? " %d" : "%d",
                (int)((NOW - entries[i].at) / DAY));
        }
    }
    return text;
}

START_TEST(test_lifetimes)
{
    static const struct {
        const char *what;
        int count;
        apr_interval_time_t step;
        const char *kept;
    } rows[] = {
        {"none", 0, DAY, ""},
        {"ten", 10, 400 * DAY, "0 400 800 1200 1600 2000 2400 2800 3200 3600"},
        /* Ten last 20 months: none is older than them and of this year. */
        {"of ninety days", 13, 60 * DAY,
         "0 60 120 180 240 300 360 420 480 540"},
        /* 31 December is 15 days ago; from 1 February 2026 on. */
        {"of six days", 200, 4 * DAY,
         "0 4 8 12 16 20 24 28 32 36 "
         "40 48 76 108 140 168 200 232 260 292 324"},
        {"of a day", 500, DAY,
         "0 1 2 3 4 5 6 7 8 9 "
         "10 15 46 76 107 137 168 199 229 260 290 321"},
    };
    static edge_thin_t entries[MANY];
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        issue(entries, rows[i].count, rows[i].step);
        edge_thin(entries, rows[i].count, NOW);
        ck_assert_msg(
            strcmp(kept_days(entries, rows[i].count), rows[i].kept) == 0,
            "%s: %s", rows[i].what, kept_days(entries, rows[i].count));
    }
}
END_TEST

/* Deployed day by day and thinned each time, the same remain. */
START_TEST(test_again_and_again)
{
    static edge_thin_t all[MANY], some[MANY];
    static char once[512];
    int count = 0, i, k;

    issue(all, 500, DAY);
    edge_thin(all, 500, NOW);
    strcpy(once, kept_days(all, 500));
    for (i = 0; i < 500; i++) {
        int kept = 0;

        some[count++] = all[i];
        edge_thin(some, count, all[i].at);
        for (k = 0; k < count; k++) {
            if (some[k].keep) {
                some[kept++] = some[k];
            }
        }
        count = kept;
        ck_assert_int_le(count, 22);
    }
    ck_assert_str_eq(kept_days(some, count), once);
}
END_TEST

/* What cannot be read tells no month; it is no reason to drop others. */
START_TEST(test_unknown)
{
    static edge_thin_t entries[MANY];
    int i;

    issue(entries, 14, DAY);
    entries[3].at = 0;
    entries[13].at = 0;
    edge_thin(entries, 14, NOW);
    for (i = 0; i < 14; i++) {
        ck_assert_msg(entries[i].keep == (i == 2 || i > 3), "%d", i);
    }
}
END_TEST

Suite *suite_edge_thin(void)
{
    Suite *suite = suite_create("edge_thin");
    TCase *tc = tcase_create("thin");

    tcase_add_test(tc, test_lifetimes);
    tcase_add_test(tc, test_again_and_again);
    tcase_add_test(tc, test_unknown);
    suite_add_tcase(suite, tc);
    return suite;
}
