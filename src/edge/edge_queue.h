#ifndef EDGE_QUEUE_H
#define EDGE_QUEUE_H

/** Numbers 0 to size - 1, each with a moment, the nearest first. All is
 * allocated at once; every call costs at most the logarithm of the size. */

#include <apr_pools.h>
#include <apr_time.h>

typedef struct edge_queue_t edge_queue_t;

edge_queue_t *edge_queue_create(int size, apr_pool_t *p);

/** Put a number in, or move it where it is in. */
void edge_queue_set(edge_queue_t *queue, int number, apr_time_t at);

/** Take a number out; nothing happens where it is not in. */
void edge_queue_remove(edge_queue_t *queue, int number);

int edge_queue_has(const edge_queue_t *queue, int number);

/** The number that is nearest, with its moment; -1 where none is in. */
int edge_queue_first(const edge_queue_t *queue, apr_time_t *at);

#endif
