#define _GNU_SOURCE /* RTLD_NEXT, dladdr */

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* Loaded before httpd: lets the thread of mod_watchdog end in the middle of
 * OpenSSL's way down, where else only chance would bring it. That is when
 * OpenSSL gives back the key by which threads tell it of their end. */

#define WAITS 20000 /* of 100 us */

int pthread_key_create(pthread_key_t *key, void (*destroy)(void *));
int pthread_key_delete(pthread_key_t key);
void apr_thread_exit(void *thread, int status);

static atomic_int the_key = -1, going_down, ending;

static int is_from(void *caller, const char *library)
{
    Dl_info info;

    return dladdr(caller, &info) && strstr(info.dli_fname, library);
}

static void wait_for(atomic_int *flag)
{
    int i;

    for (i = 0; i < WAITS && !atomic_load(flag); i++) {
        usleep(100);
    }
}

int pthread_key_create(pthread_key_t *key, void (*destroy)(void *))
{
    int (*real)(pthread_key_t *, void (*)(void *));
    int rv;

    *(void **)&real = dlsym(RTLD_NEXT, "pthread_key_create");
    rv = real(key, destroy);
    if (destroy && is_from(__builtin_return_address(0), "libcrypto")) {
        atomic_store(&the_key, (int)*key);
    }
    return rv;
}

int pthread_key_delete(pthread_key_t key)
{
    int (*real)(pthread_key_t);

    *(void **)&real = dlsym(RTLD_NEXT, "pthread_key_delete");
    if ((int)key == atomic_load(&the_key)) {
        wait_for(&ending);
        atomic_store(&going_down, 1);
        usleep(50000);
    }
    return real(key);
}

void apr_thread_exit(void *thread, int status)
{
    void (*real)(void *, int);

    *(void **)&real = dlsym(RTLD_NEXT, "apr_thread_exit");
    if (!is_from(__builtin_return_address(0), "mod_mpm_")) {
        atomic_store(&ending, 1);
        wait_for(&going_down);
    }
    real(thread, status);
}
