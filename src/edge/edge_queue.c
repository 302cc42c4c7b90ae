#include "edge_queue.h"

/* A binary heap of numbers; `place` is where each lies, -1 for nowhere. */
struct edge_queue_t {
    int count;
    int *heap;
    int *place;
    apr_time_t *at;
};

edge_queue_t *edge_queue_create(int size, apr_pool_t *p)
{
    edge_queue_t *queue = apr_pcalloc(p, sizeof(*queue));
    apr_size_t n = size > 0 ? (apr_size_t)size : 1;
    int i;

    queue->heap = apr_palloc(p, n * sizeof(*queue->heap));
    queue->place = apr_palloc(p, n * sizeof(*queue->place));
    queue->at = apr_pcalloc(p, n * sizeof(*queue->at));
    for (i = 0; i < size; i++) {
        queue->place[i] = -1;
    }
    return queue;
}

static void lay(edge_queue_t *queue, int place, int number)
{
    queue->heap[place] = number;
    queue->place[number] = place;
}

static void rise(edge_queue_t *queue, int place)
{
    int number = queue->heap[place];

    while (place > 0) {
        int parent = (place - 1) / 2;

        if (queue->at[queue->heap[parent]] <= queue->at[number]) {
            break;
        }
        lay(queue, place, queue->heap[parent]);
        place = parent;
    }
    lay(queue, place, number);
}

static void sink(edge_queue_t *queue, int place)
{
    int number = queue->heap[place];

    for (;;) {
        int child = 2 * place + 1;

        if (child + 1 < queue->count && queue->at[queue->heap[child + 1]] <
                                            queue->at[queue->heap[child]]) {
            child++;
        }
        if (child >= queue->count ||
            queue->at[number] <= queue->at[queue->heap[child]]) {
            break;
        }
        lay(queue, place, queue->heap[child]);
        place = child;
    }
    lay(queue, place, number);
}

void edge_queue_set(edge_queue_t *queue, int number, apr_time_t at)
{
    if (queue->place[number] < 0) {
        lay(queue, queue->count++, number);
    }
    queue->at[number] = at;
    rise(queue, queue->place[number]);
    sink(queue, queue->place[number]);
}

void edge_queue_remove(edge_queue_t *queue, int number)
{
    int place = queue->place[number];
    int last;

    if (place < 0) {
        return;
    }
    queue->place[number] = -1;
    last = queue->heap[--queue->count];
    if (last != number) {
        lay(queue, place, last);
        rise(queue, place);
        sink(queue, queue->place[last]);
    }
}

int edge_queue_has(const edge_queue_t *queue, int number)
{
    return queue->place[number] >= 0;
}

int edge_queue_first(const edge_queue_t *queue, apr_time_t *at)
{
    if (queue->count == 0) {
        return -1;
    }
    *at = queue->at[queue->heap[0]];
    return queue->heap[0];
}
