#include "lookout_scene.h"

#include "edge_scene.h"
#include "support.h"
#include "test_pki.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

typedef struct asked_t {
    const char *where;
    edge_report_t report;
    int is_dropped;
} asked_t;

static apr_hash_t *names;  /* to const char *, their addresses */
static apr_hash_t *says;   /* addresses to const char * */
static apr_hash_t *counts; /* both to unsigned * */
static unsigned open_now, open_most;

void lookout_name(const char *name, const char *addresses)
{
    apr_hash_set(names, name, APR_HASH_KEY_STRING, addresses);
}

void lookout_says(const char *address, const char *what)
{
    apr_hash_set(says, address, APR_HASH_KEY_STRING, what);
}

unsigned lookout_count(const char *where)
{
    const unsigned *count = apr_hash_get(counts, where, APR_HASH_KEY_STRING);

    return count ? *count : 0;
}

unsigned lookout_open(void)
{
    return open_now;
}

unsigned lookout_most(void)
{
    return open_most;
}

static asked_t *ask(const char *where)
{
    asked_t *asked = apr_pcalloc(t_pool, sizeof(*asked));
    unsigned *count = apr_pcalloc(t_pool, sizeof(*count));

    *count = lookout_count(where) + 1;
    asked->where = apr_pstrdup(t_pool, where);
    apr_hash_set(counts, asked->where, APR_HASH_KEY_STRING, count);
    open_now++;
    open_most = open_now > open_most ? open_now : open_most;
    return asked;
}

static void *find(void *ctx, const char *name)
{
    const char *addresses = apr_hash_get(names, name, APR_HASH_KEY_STRING);
    asked_t *asked = ask(name);

    (void)ctx;
    if (addresses && addresses[0]) {
        asked->report.addresses = test_pki_names(addresses, t_pool);
    } else {
        asked->report.status =
            ae_error_set(&asked->report.err, APR_ENOENT, "nothing");
        ae_error_why(&asked->report.err, "no such host");
    }
    return asked;
}

static void say(asked_t *asked, const edge_look_t *look, const char *what)
{
    const char *right = scene_challenge(look->token);

    asked->report.sight.url =
        apr_pstrcat(t_pool, "http://", look->name, "/", NULL);
    asked->report.sight.code = strcmp(what, "404") == 0 ? 404 : 200;
    asked->report.sight.body = what[0] ? what : right ? right : "";
    if (strcmp(what, "refused") == 0) {
        asked->report.status = ae_error_set(
            &asked->report.err, APR_ECONNREFUSED, "nobody answers");
        ae_error_why(&asked->report.err, "Connection refused");
    }
}

static void *fetch(void *ctx, const edge_look_t *look)
{
    const char *what =
        apr_hash_get(says, look->at.address, APR_HASH_KEY_STRING);
    asked_t *asked = ask(look->at.address);

    (void)ctx;
    say(asked, look, what ? what : "");
    return asked;
}

static const edge_report_t *report(void *ctx, void *question)
{
    const asked_t *asked = question;
    const char *what = apr_hash_get(says, asked->where, APR_HASH_KEY_STRING);

    (void)ctx;
    ck_assert(!asked->is_dropped);
    return what && strcmp(what, "hangs") == 0 ? NULL : &asked->report;
}

static void drop(void *ctx, void *question)
{
    asked_t *asked = question;

    (void)ctx;
    ck_assert(!asked->is_dropped);
    asked->is_dropped = 1;
    open_now--;
}

const edge_lookout_t *lookout_make(void)
{
    static const edge_lookout_t made = {find, fetch, report, drop, NULL};

    names = apr_hash_make(t_pool);
    says = apr_hash_make(t_pool);
    counts = apr_hash_make(t_pool);
    open_now = 0;
    open_most = 0;
    return &made;
}
