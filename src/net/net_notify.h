#ifndef NET_NOTIFY_H
#define NET_NOTIFY_H

/** ACMENotifyCommand: a queue of events, each handed to one run of it, one run
 * at a time. Nothing here waits for it. One thread, of a process with many. */

#include "ae_log.h"
#include "edge_history.h"

#define NET_NOTIFY_QUEUE_MAX 1000

typedef struct net_notify_t net_notify_t;

/** A plain value; pointers are borrowed. */
typedef struct net_notify_config_t {
    const char *const *argv; /* as net_command_t has it */
    const edge_store_t *store;
    const ae_log_t *log;
    apr_interval_time_t limit; /* of a run, then it is killed */
    apr_interval_time_t pause; /* before a second try; ten before a third */
} net_notify_config_t;

/** Create it in `p`. With that goes a run that does not end within a third of a
 * second; what it was to tell, the next worker tells. */
net_notify_t *net_notify_create(const net_notify_config_t *config,
                                apr_pool_t *p);

/** Queue an event. Beyond NET_NOTIFY_QUEUE_MAX the oldest that does not last
 * is dropped, or else the oldest: that one is told of tomorrow again.
 * @param dir of its history, where it is noted once the command had it */
void net_notify_add(net_notify_t *notify, const char *dir,
                    const edge_event_t *event);

/** Start what is to be started, and look at what runs. To be called again
 * within a second.
 * @return whether something runs: look again within some hundredths of one */
int net_notify_run(net_notify_t *notify);

#endif
