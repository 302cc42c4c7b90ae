#include "net_lookout.h"

#include "ae_address.h"
#include "edge_challenge.h"
#include "net_clock.h"
#include "net_resolve.h"
#include "net_walk.h"

#include <apr_ring.h>
#include <apr_strings.h>
#include <string.h>

/* What the name servers said is looked for so often. */
#define POLL apr_time_from_msec(20)

typedef enum question_state_t {
    QUESTION_WAITS, /* others go first */
    QUESTION_ASKED,
    QUESTION_ANSWERED
} question_state_t;

typedef struct question_t {
    APR_RING_ENTRY(question_t) link;
    question_state_t state;
    const char *name;        /* whose addresses are asked for, or NULL */
    const edge_look_t *look; /* or this challenge */
    net_resolve_t *resolve;  /* while QUESTION_ASKED */
    net_walk_t *walk;
    edge_report_t report;
    apr_pool_t *p;
} question_t;

APR_RING_HEAD(questions_t, question_t);

struct net_lookout_t {
    CURLM *multi;
    struct questions_t open;     /* in turn, without those answered */
    struct questions_t answered; /* and not dropped yet */
    unsigned pending;            /* in `open` */
    unsigned finds, fetches;     /* asked */
    apr_pool_t *p;
};

/* --- the end of a question ----------------------------------------------- */

static void leave_resolve(net_lookout_t *lookout, question_t *question)
{
    net_resolve_end(question->resolve);
    question->resolve = NULL;
    lookout->finds--;
}

static void leave_walk(net_lookout_t *lookout, question_t *question)
{
    (void)curl_multi_remove_handle(lookout->multi,
                                   net_walk_easy(question->walk));
    lookout->fetches--;
}

static void leave(net_lookout_t *lookout, question_t *question)
{
    if (question->state == QUESTION_ASKED) {
        if (question->resolve != NULL) {
            leave_resolve(lookout, question);
        } else {
            leave_walk(lookout, question);
        }
    }
    APR_RING_REMOVE(question, link);
    lookout->pending -= question->state != QUESTION_ANSWERED;
}

static void answer(net_lookout_t *lookout, question_t *question,
                   apr_status_t status)
{
    leave(lookout, question);
    question->report.status = status;
    question->state = QUESTION_ANSWERED;
    APR_RING_INSERT_TAIL(&lookout->answered, question, question_t, link);
}

/* --- the core's side ----------------------------------------------------- */

static question_t *add(net_lookout_t *lookout)
{
    question_t *question;
    apr_pool_t *p;

    apr_pool_create(&p, lookout->p);
    question = apr_pcalloc(p, sizeof(*question));
    question->p = p;
    APR_RING_INSERT_TAIL(&lookout->open, question, question_t, link);
    lookout->pending++;
    return question;
}

static void *find(void *ctx, const char *name)
{
    question_t *question = add(ctx);

    question->name = apr_pstrdup(question->p, name);
    return question;
}

static void *fetch(void *ctx, const edge_look_t *look)
{
    question_t *question = add(ctx);

    question->look = look;
    return question;
}

static const edge_report_t *report(void *ctx, void *question)
{
    const question_t *asked = question;

    (void)ctx;
    return asked->state == QUESTION_ANSWERED ? &asked->report : NULL;
}

static void drop(void *ctx, void *question)
{
    question_t *asked = question;

    leave(ctx, asked);
    apr_pool_destroy(asked->p);
}

edge_lookout_t net_lookout_of(net_lookout_t *lookout)
{
    const edge_lookout_t made = {find, fetch, report, drop, lookout};

    return made;
}

/* --- what is asked ------------------------------------------------------- */

static const char *url_of(const edge_look_t *look, apr_pool_t *p)
{
    return apr_pstrcat(p, "http://", ae_address_host(look->name, p),
                       EDGE_CHALLENGE_PREFIX, look->token, NULL);
}

static apr_status_t add_walk(net_lookout_t *lookout, question_t *question)
{
    ae_error_t *err = &question->report.err;
    apr_status_t status = net_walk_prepare(question->walk, err);
    CURLMcode code;

    if (status != APR_SUCCESS) {
        return status;
    }
    (void)curl_easy_setopt(net_walk_easy(question->walk), CURLOPT_PRIVATE,
                           question);
    code =
        curl_multi_add_handle(lookout->multi, net_walk_easy(question->walk));
    if (code != CURLM_OK) {
        ae_error_set(err, APR_EGENERAL, "curl does not take a request");
        return ae_error_why(err, "%s", curl_multi_strerror(code));
    }
    return APR_SUCCESS;
}

static void begin_fetch(net_lookout_t *lookout, question_t *question)
{
    apr_status_t status = APR_SUCCESS;

    if (question->walk == NULL) {
        status = net_walk_create(&question->walk,
                                 url_of(question->look, question->p),
                                 question->look->at, NET_LOOKOUT_TIMEOUT,
                                 &question->report.err, question->p);
    }
    if (status == APR_SUCCESS) {
        status = add_walk(lookout, question);
    }
    if (status != APR_SUCCESS) {
        answer(lookout, question, status);
        return;
    }
    question->state = QUESTION_ASKED;
    lookout->fetches++;
}

/* The name that is asked for, also that of a host that a redirect leads to:
 * curl's own resolver could not be left behind. */
static const char *name_of(const question_t *question)
{
    if (question->name != NULL || question->walk == NULL) {
        return question->name;
    }
    return net_walk_stranger(question->walk);
}

static void begin(net_lookout_t *lookout, question_t *question)
{
    const char *name = name_of(question);

    if (name == NULL) {
        if (lookout->fetches < NET_LOOKOUT_FETCHES_MAX) {
            begin_fetch(lookout, question);
        }
    } else if (lookout->finds < NET_LOOKOUT_FINDS_MAX) {
        question->resolve = net_resolve_begin(name);
        question->state = QUESTION_ASKED;
        lookout->finds++;
    }
}

static void begin_all(net_lookout_t *lookout)
{
    question_t *question, *next;

    for (question = APR_RING_FIRST(&lookout->open);
         question != APR_RING_SENTINEL(&lookout->open, question_t, link);
         question = next) {
        next = APR_RING_NEXT(question, link);
        if (question->state == QUESTION_WAITS) {
            begin(lookout, question);
        }
    }
}

/* --- what comes back ----------------------------------------------------- */

static void take_find(net_lookout_t *lookout, question_t *question)
{
    edge_report_t *said = &question->report;
    apr_status_t status = net_resolve_take(&said->addresses, question->resolve,
                                           &said->err, question->p);

    if (status != APR_SUCCESS || question->name != NULL) {
        answer(lookout, question, status);
        return;
    }
    net_walk_lead(question->walk, said->addresses);
    leave_resolve(lookout, question);
    question->state = QUESTION_WAITS;
}

static unsigned take_finds(net_lookout_t *lookout)
{
    question_t *question, *next;
    unsigned taken = 0;

    for (question = APR_RING_FIRST(&lookout->open);
         question != APR_RING_SENTINEL(&lookout->open, question_t, link);
         question = next) {
        next = APR_RING_NEXT(question, link);
        if (question->resolve && net_resolve_is_over(question->resolve)) {
            take_find(lookout, question);
            taken++;
        }
    }
    return taken;
}

static void take_fetch(net_lookout_t *lookout, question_t *question,
                       CURLcode code)
{
    edge_report_t *said = &question->report;
    int goes_on;
    apr_status_t status =
        net_walk_take(&goes_on, question->walk, code, &said->err);

    if (goes_on) {
        leave_walk(lookout, question);
        question->state = QUESTION_WAITS;
        return;
    }
    said->sight = *net_walk_sight(question->walk);
    answer(lookout, question, status);
}

static unsigned take_fetches(net_lookout_t *lookout)
{
    CURLMsg *message;
    unsigned taken = 0;
    int left;

    while ((message = curl_multi_info_read(lookout->multi, &left))) {
        char *question = NULL;

        if (message->msg == CURLMSG_DONE) {
            (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
                                    &question);
            take_fetch(lookout, (question_t *)(void *)question,
                       message->data.result);
            taken++;
        }
    }
    return taken;
}

unsigned net_lookout_run(net_lookout_t *lookout, apr_interval_time_t span)
{
    apr_time_t end = net_clock_steady() + span;

    for (;;) {
        apr_interval_time_t left;
        unsigned taken;
        int running;

        begin_all(lookout);
        (void)curl_multi_perform(lookout->multi, &running);
        taken = take_fetches(lookout) + take_finds(lookout);
        left = end - net_clock_steady();
        if (taken || !lookout->pending || left <= 0) {
            return lookout->pending;
        }
        left = left < POLL ? left : POLL;
        (void)curl_multi_poll(lookout->multi, NULL, 0,
                              (int)apr_time_as_msec(left + 999), NULL);
    }
}

/* --- its life ------------------------------------------------------------ */

static void drop_all(struct questions_t *ring, net_lookout_t *lookout)
{
    while (!APR_RING_EMPTY(ring, question_t, link)) {
        drop(lookout, APR_RING_FIRST(ring));
    }
}

/* What hangs is left to the threads that hang with it. */
static apr_status_t clean_up(void *data)
{
    net_lookout_t *lookout = data;

    drop_all(&lookout->open, lookout);
    drop_all(&lookout->answered, lookout);
    (void)curl_multi_cleanup(lookout->multi);
    curl_global_cleanup();
    return APR_SUCCESS;
}

static apr_status_t refuse(ae_error_t *err, const char *why)
{
    ae_error_set(err, APR_EGENERAL, "libcurl does not start");
    return ae_error_why(err, "%s", why);
}

apr_status_t net_lookout_create(net_lookout_t **lookout, ae_error_t *err,
                                apr_pool_t *p)
{
    CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    net_lookout_t *made;
    apr_pool_t *own;

    if (code != CURLE_OK) {
        return refuse(err, curl_easy_strerror(code));
    }
    apr_pool_create(&own, p);
    made = apr_pcalloc(own, sizeof(*made));
    made->multi = curl_multi_init();
    if (made->multi == NULL) {
        curl_global_cleanup();
        return refuse(err, "curl_multi_init has no memory");
    }
    made->p = own;
    APR_RING_INIT(&made->open, question_t, link);
    APR_RING_INIT(&made->answered, question_t, link);
    /* Before the pools of the questions go, which are below this one. */
    apr_pool_pre_cleanup_register(own, made, clean_up);
    *lookout = made;
    return APR_SUCCESS;
}
