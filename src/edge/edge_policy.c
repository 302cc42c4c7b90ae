#include "edge_policy.h"

#define SECOND apr_time_from_sec(1)
#define MINUTE apr_time_from_sec(60)
#define HALF_DAY apr_time_from_sec(43200)
#define DAY apr_time_from_sec(86400)

/* Of a lifetime, unless a window is configured that fits it. */
#define RENEW_SHARE 3
#define WARN_SHARE 10

/* The longest moment there is, for sums that would lead beyond it. */
#define NEVER APR_INT64_MAX

static apr_time_t clamp(apr_time_t value, apr_time_t low, apr_time_t high)
{
    if (value < low) {
        return low;
    }
    return value > high ? high : value;
}

static apr_time_t later(apr_time_t moment, apr_interval_time_t span)
{
    return moment > NEVER - span ? NEVER : moment + span;
}

/* The part of a span, at most a day, that the number stands for: 0 for none,
 * the largest for nearly all. A day in units of 2^16 us times 2^32 fits. */
static apr_interval_time_t part(apr_interval_time_t span, apr_uint32_t random)
{
    return (((span >> 16) * (apr_int64_t)random) >> 16) +
           (((span & 0xffff) * (apr_int64_t)random) >> 32);
}

static apr_interval_time_t lifetime_of(apr_time_t not_before,
                                       apr_time_t not_after)
{
    if (not_after <= not_before) {
        return 0;
    }
    if (not_before < 0 && not_after > NEVER + not_before) {
        return NEVER;
    }
    return not_after - not_before;
}

/* What is left of the lifetime then. A time that was set for long certificates
 * would renew short ones without end, and run into the CA's limits: a share
 * counts in its place, as where none was configured. */
static apr_interval_time_t window_of(apr_interval_time_t lifetime,
                                     edge_span_t window, int share)
{
    if (window.percent >= 1 && window.percent <= 99) {
        return lifetime / 100 * window.percent +
               lifetime % 100 * window.percent / 100;
    }
    if (window.time <= 0 || window.time > lifetime / 4 * 3) {
        return lifetime / share;
    }
    return window.time;
}

/* Ten of these are the last third of a life. */
static apr_interval_time_t thirtieth(apr_interval_time_t lifetime)
{
    return lifetime / 30 > SECOND ? lifetime / 30 : SECOND;
}

apr_interval_time_t edge_policy_look(apr_interval_time_t lifetime)
{
    return clamp(thirtieth(lifetime), SECOND, HALF_DAY);
}

apr_time_t edge_policy_renew_at(apr_time_t not_before, apr_time_t not_after,
                                edge_span_t window, apr_uint32_t random)
{
    apr_interval_time_t lifetime = lifetime_of(not_before, not_after);
    apr_interval_time_t left = window_of(lifetime, window, RENEW_SHARE);
    apr_interval_time_t spread = edge_policy_look(lifetime);

    /* Of a small window the better half is kept for attempts that fail. */
    return not_after - left + part(clamp(spread, 0, left / 2), random);
}

apr_time_t edge_policy_warn_at(apr_time_t not_before, apr_time_t not_after,
                               edge_span_t warn, edge_span_t renew)
{
    apr_interval_time_t lifetime = lifetime_of(not_before, not_after);
    apr_interval_time_t left = window_of(lifetime, warn, WARN_SHARE);
    apr_interval_time_t renewing = window_of(lifetime, renew, RENEW_SHARE);

    return not_after - (left < renewing ? left : renewing / 2);
}

static apr_interval_time_t backoff(unsigned attempts, acme_retry_t retry)
{
    if (retry == ACME_RETRY_DAILY || attempts > 3) {
        return DAY;
    }
    if (attempts == 3) {
        return 100 * MINUTE;
    }
    return attempts == 2 ? 10 * MINUTE : MINUTE;
}

apr_time_t edge_policy_retry_at(unsigned attempts, acme_retry_t retry,
                                apr_time_t retry_after,
                                apr_interval_time_t lifetime, apr_time_t now,
                                apr_uint32_t random)
{
    apr_interval_time_t delay = backoff(attempts, retry);
    apr_time_t moment;

    if (retry == ACME_RETRY_PERSON) {
        return 0;
    }
    delay += part(delay / 4, random);
    if (lifetime > 0) {
        delay = clamp(delay, 0, thirtieth(lifetime));
    }
    moment = later(now, delay);
    return retry_after > moment ? retry_after : moment;
}

apr_interval_time_t edge_policy_restart_gap(apr_interval_time_t lifetime,
                                            apr_interval_time_t waited)
{
    apr_interval_time_t least =
        lifetime > 0 ? clamp(lifetime / 12, SECOND, MINUTE) : MINUTE;

    return clamp(waited / 2, least, DAY);
}

apr_interval_time_t edge_policy_ask_pause(apr_interval_time_t waited)
{
    return clamp(waited / 8, 2 * SECOND, MINUTE);
}
