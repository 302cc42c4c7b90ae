#include "support.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DIR_TEMPLATE "acme-edge-test-XXXXXX"

apr_pool_t *t_pool;

static char run_dir[1024];
static char test_dir[2048];

static void give_up(const char *what)
{
    perror(what);
    abort();
}

static const char *system_tmp(void)
{
    const char *tmp = getenv("TMPDIR");

    return tmp && *tmp ? tmp : "/tmp";
}

static void make_dir(char *path, size_t size, const char *parent)
{
    int len = snprintf(path, size, "%s/%s", parent, DIR_TEMPLATE);

    if (len < 0 || (size_t)len >= size || !mkdtemp(path)) {
        give_up("scratch directory");
    }
}

static int remove_one(const char *path, const struct stat *st, int kind,
                      struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

static void remove_dir(char *path)
{
    if (*path) {
        nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        *path = '\0';
    }
}

void *t_share(apr_size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) {
        give_up("mmap");
    }
    return memory;
}

void t_begin(void)
{
    make_dir(run_dir, sizeof(run_dir), system_tmp());
}

void t_end(void)
{
    remove_dir(run_dir);
}

void t_setup(void)
{
    static int initialized;

    if (!initialized && apr_initialize() != APR_SUCCESS) {
        give_up("apr_initialize");
    }
    initialized = 1;
    if (apr_pool_create(&t_pool, NULL) != APR_SUCCESS) {
        give_up("apr_pool_create");
    }
}

void t_teardown(void)
{
    apr_pool_destroy(t_pool);
    t_pool = NULL;
    remove_dir(test_dir);
}

const char *t_dir(void)
{
    if (!*test_dir) {
        make_dir(test_dir, sizeof(test_dir),
                 *run_dir ? run_dir : system_tmp());
    }
    return test_dir;
}

const char *t_fixture(const char *name)
{
    return apr_pstrcat(t_pool, T_FIXTURES, "/", name, NULL);
}
