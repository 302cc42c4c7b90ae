#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* RTLD_NEXT */
#endif

#include <apr_pools.h>
#include <dlfcn.h>
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>

/* For the sanitizers only: a pool's memory as blocks of their own, so that
 * reading or writing beyond one, or after its pool was cleared, is seen. */

typedef void *(*palloc_t)(apr_pool_t *p, apr_size_t size);

typedef struct block_t {
    struct block_t *next;
    void *bytes;
} block_t;

/* Of pools that are gone. */
static __thread block_t *dead;

/* A pool that ends has its memory to the last: cleanups that were registered
 * before may use it, and so does the end of its processes. */
static apr_status_t give_back(void *data)
{
    block_t *block = data;

    block->next = dead;
    dead = block;
    return APR_SUCCESS;
}

static void free_dead(void)
{
    while (dead) {
        block_t *block = dead;

        dead = block->next;
        free(block->bytes);
        free(block);
    }
}

static block_t *make(apr_size_t size)
{
    block_t *block;

    /* Pools are out of the leak sanitizer's sight; they lose nothing. */
    __lsan_disable();
    block = malloc(sizeof(*block));
    block->bytes = malloc(size);
    __lsan_enable();
    return block;
}

static void *real_palloc(apr_pool_t *p, apr_size_t size)
{
    static palloc_t real;

    if (!real) {
        *(void **)&real = dlsym(RTLD_NEXT, "apr_palloc");
    }
    return real(p, size);
}

void *apr_palloc(apr_pool_t *p, apr_size_t size)
{
    static __thread int inside;
    block_t *block;

    if (inside) { /* the cleanup's own record */
        return real_palloc(p, size);
    }
    free_dead();
    block = make(size);
    inside = 1;
    apr_pool_cleanup_register(p, block, give_back, apr_pool_cleanup_null);
    inside = 0;
    return block->bytes;
}
