#ifndef SHOW_SCENE_H
#define SHOW_SCENE_H

/** What the tests of pages share: certificates that stand as a test says, and
 * a sink for what is put out. All of it in t_pool. */

#include "show_draw.h"

/** When it is now: 2027-01-15T08:00:00Z. */
#define SHOW_SCENE_NOW apr_time_from_sec(APR_INT64_C(1800000000))

typedef struct show_scene_t {
    show_source_t source;
    edge_cert_t *certs;      /* one name each: c0.example.org, ... */
    edge_status_t *statuses; /* valid, of the same names */
    ae_error_t trouble;
    show_out_t out; /* adds to `text` */
    char *text;
    apr_size_t len;
} show_scene_t;

show_scene_t *show_scene_make(int count);

/** Give a certificate names, blank-separated; the first becomes its own. */
void show_scene_name(show_scene_t *scene, int index, const char *names);

/** What a page at /acme is made with, without buttons. */
show_view_t show_scene_view(const show_scene_t *scene,
                            const show_query_t *query);

/** What was put out since the last call. */
const char *show_scene_take(show_scene_t *scene);

#endif
