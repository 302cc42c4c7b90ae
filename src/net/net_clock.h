#ifndef NET_CLOCK_H
#define NET_CLOCK_H

/** The two clocks: apr_time_now for what is told and kept, this for spans. */

#include <apr_time.h>

/** A moment that only goes forward: a clock that is set back must not hold up
 * the worker. Only differences mean something. */
apr_time_t net_clock_steady(void);

#endif
