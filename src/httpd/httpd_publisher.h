#ifndef HTTPD_PUBLISHER_H
#define HTTPD_PUBLISHER_H

#include "httpd_challenge.h"

/** Who publishes: the worker, and the parent before it forks. One thread. */
typedef struct httpd_publisher_t httpd_publisher_t;

/** Lives in `p`. */
httpd_publisher_t *httpd_publisher_create(httpd_challenge_t *challenge,
                                          apr_pool_t *p);

/** The store as the scheduler wants it. What is put into it is read back
 * before it counts as published. Where it is over the network, what is wrong
 * with it is found out first (net_knock.h): one that does not answer is not
 * waited for. */
edge_challenge_store_t httpd_publisher_store(httpd_publisher_t *publisher);

/** The same for what the worker of the last generation published: it talks to
 * no network. Root's process uses this alone. */
edge_challenge_store_t httpd_publisher_adopt(httpd_publisher_t *publisher);

/** Worker, about once a second: see that what is published is still in the
 * store over the network, put back what is gone (it was restarted, or
 * flushed), and tell when that begins and when it is over. */
void httpd_publisher_tend(httpd_publisher_t *publisher);

#endif
