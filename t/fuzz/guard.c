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

static apr_status_t give_back(void *block)
{
    free(block);
    return APR_SUCCESS;
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
    static int inside;
    void *block;

    if (inside) { /* the cleanup's own record */
        return real_palloc(p, size);
    }
    /* Pools are out of the leak sanitizer's sight; they lose nothing. */
    __lsan_disable();
    block = malloc(size);
    __lsan_enable();
    inside = 1;
    apr_pool_cleanup_register(p, block, give_back, apr_pool_cleanup_null);
    inside = 0;
    return block;
}
