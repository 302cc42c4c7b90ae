#include "edge_served.h"

#include "edge_live.h"
#include "edge_pair.h"

#include <sys/stat.h>

/* Of the certificate's file, all zero where there is none. */
typedef struct mark_t {
    ino_t inode;
    struct timespec changed;
} mark_t;

struct edge_served_t {
    const char *store_dir;
    const apr_array_header_t *certs;
    mark_t *marks;
};

static const edge_cert_t *cert_at(const edge_served_t *served, int i)
{
    return APR_ARRAY_IDX(served->certs, i, const edge_cert_t *);
}

static mark_t mark_of(const edge_live_paths_t *paths)
{
    mark_t mark = {0};
    struct stat info;

    if (lstat(paths->cert, &info) == 0) {
        mark.inode = info.st_ino;
        mark.changed = info.st_mtim;
    }
    return mark;
}

static int is_same(const mark_t *a, const mark_t *b)
{
    return a->inode == b->inode && a->changed.tv_sec == b->changed.tv_sec &&
           a->changed.tv_nsec == b->changed.tv_nsec;
}

static mark_t mark_at(const edge_served_t *served, int i, apr_pool_t *p)
{
    edge_live_paths_t paths =
        edge_live_paths(served->store_dir, cert_at(served, i), p);

    return mark_of(&paths);
}

edge_served_t *edge_served_note(const char *store_dir,
                                const apr_array_header_t *certs, apr_pool_t *p)
{
    edge_served_t *served = apr_pcalloc(p, sizeof(*served));
    apr_pool_t *scratch;
    int i;

    served->store_dir = store_dir;
    served->certs = certs;
    served->marks =
        apr_pcalloc(p, ((apr_size_t)certs->nelts + 1) * sizeof(mark_t));
    apr_pool_create(&scratch, p);
    for (i = 0; i < certs->nelts; i++) {
        served->marks[i] = mark_at(served, i, scratch);
        apr_pool_clear(scratch);
    }
    apr_pool_destroy(scratch);
    return served;
}

/* @return the lifetime of what is live now, 0 where that is nothing new */
static apr_interval_time_t new_lifetime(const edge_served_t *served, int i,
                                        apr_pool_t *p)
{
    edge_live_paths_t paths =
        edge_live_paths(served->store_dir, cert_at(served, i), p);
    mark_t mark = mark_of(&paths);
    const ae_cert_facts_t *facts;
    ae_error_t ignored;
    ae_cert_t *chain;

    if (mark.inode == 0 || is_same(&mark, &served->marks[i]) ||
        edge_pair_load(&chain, paths.cert, paths.key, &ignored, p) !=
            APR_SUCCESS) {
        return 0;
    }
    facts = ae_cert_facts(chain);
    return facts->not_after - facts->not_before;
}

/* Noted is what was there before the look: what comes meanwhile is other
 * again. */
int edge_served_take(edge_served_t *served, int i, apr_pool_t *ptemp)
{
    mark_t mark = mark_at(served, i, ptemp);

    if (new_lifetime(served, i, ptemp) == 0) {
        return 0;
    }
    served->marks[i] = mark;
    return 1;
}

const apr_array_header_t *edge_served_changed(apr_interval_time_t *shortest,
                                              const edge_served_t *served,
                                              apr_pool_t *p)
{
    apr_array_header_t *names = apr_array_make(p, 4, sizeof(char *));
    apr_pool_t *scratch;
    int i;

    *shortest = 0;
    apr_pool_create(&scratch, p);
    for (i = 0; i < served->certs->nelts; i++) {
        apr_interval_time_t lifetime = new_lifetime(served, i, scratch);

        if (lifetime > 0) {
            APR_ARRAY_PUSH(names, const char *) = cert_at(served, i)->name;
            *shortest =
                *shortest == 0 || lifetime < *shortest ? lifetime : *shortest;
        }
        apr_pool_clear(scratch);
    }
    apr_pool_destroy(scratch);
    return names;
}
