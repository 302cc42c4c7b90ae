#include "net_notify.h"

#include "edge_command.h"
#include "net_clock.h"
#include "net_program.h"

#include <apr_ring.h>
#include <apr_strings.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* One that fails for good holds up the next ones no longer. */
#define TRIES 3

#define LAST_LOOK_MS 10
#define LAST_LOOKS 30

typedef struct notice_t {
    APR_RING_ENTRY(notice_t) link;
    edge_event_t event;
    const char *dir;
    unsigned tries;
    apr_pool_t *p;
} notice_t;

APR_RING_HEAD(queue_t, notice_t);

struct net_notify_t {
    net_notify_config_t config;
    struct queue_t queue; /* the first is the one that is run, or next */
    unsigned count;
    unsigned dropped;       /* and nobody has said so yet */
    net_program_t *program; /* NULL: none runs */
    apr_pool_t *program_pool;
    apr_time_t rest_until; /* by net_clock_steady */
    ae_error_t trouble;    /* told last; status 0: it works */
    apr_pool_t *p;
};

/* --- the queue ----------------------------------------------------------- */

static void drop(net_notify_t *notify, notice_t *notice)
{
    APR_RING_REMOVE(notice, link);
    notify->count--;
    apr_pool_destroy(notice->p);
}

/* The first may be under way. */
static notice_t *find_least(net_notify_t *notify)
{
    notice_t *second = APR_RING_NEXT(APR_RING_FIRST(&notify->queue), link);
    notice_t *notice;

    for (notice = second;
         notice != APR_RING_SENTINEL(&notify->queue, notice_t, link);
         notice = APR_RING_NEXT(notice, link)) {
        if (!edge_event_lasts(notice->event.kind)) {
            return notice;
        }
    }
    return second;
}

void net_notify_add(net_notify_t *notify, const char *dir,
                    const edge_event_t *event)
{
    notice_t *notice;
    apr_pool_t *p;

    if (notify->count >= NET_NOTIFY_QUEUE_MAX) {
        drop(notify, find_least(notify));
        notify->dropped++;
    }
    apr_pool_create(&p, notify->p);
    notice = apr_pcalloc(p, sizeof(*notice));
    notice->p = p;
    notice->event = *event;
    notice->dir = apr_pstrdup(p, dir);
    APR_RING_INSERT_TAIL(&notify->queue, notice, notice_t, link);
    notify->count++;
}

static void tell_dropped(net_notify_t *notify)
{
    if (notify->dropped > 0) {
        ae_log(notify->config.log, AE_LOG_WARNING,
               "AE069: %u events were more than ACMENotifyCommand could be "
               "told of, and it was not told of them; the log has all of them",
               notify->dropped);
        notify->dropped = 0;
    }
}

/* --- one run ------------------------------------------------------------- */

/* A file in memory: who does not read it holds up nobody, and no disk needs to
 * have space for it. */
static apr_status_t write_input(int *fd, const char *text)
{
    apr_size_t len = strlen(text), done = 0;

    *fd = memfd_create("acme-edge-event", MFD_CLOEXEC);
    while (*fd >= 0 && done < len) {
        ssize_t some = write(*fd, text + done, len - done);

        if (some < 0 && errno != EINTR) {
            close(*fd);
            *fd = -1;
        } else if (some > 0) {
            done += (apr_size_t)some;
        }
    }
    return *fd >= 0 && lseek(*fd, 0, SEEK_SET) == 0 ? APR_SUCCESS : errno;
}

static apr_status_t begin(net_notify_t *notify, const edge_event_t *event,
                          ae_error_t *err)
{
    apr_pool_t *p = notify->program_pool;
    const char *text = apr_pstrcat(
        p, ae_json_print(edge_event_json(event, p), p), "\n", NULL);
    const net_command_t command = {
        .argv = notify->config.argv,
        .envp = edge_command_event_environment(event, p),
        .limit = notify->config.limit,
    };
    int in;
    apr_status_t status = write_input(&in, text);

    if (status != APR_SUCCESS) {
        ae_error_set(err, status, "%s could not be started", command.argv[0]);
        ae_error_why_status(err, status);
    } else {
        status = net_program_start(&notify->program, &command, in, err, p);
    }
    if (in >= 0) {
        close(in);
    }
    if (status != APR_SUCCESS) {
        notify->program = NULL;
    }
    return status;
}

/* Where it cannot be noted, the next worker tells it again. */
static void finish(net_notify_t *notify, notice_t *notice)
{
    ae_error_t ignored;
    apr_status_t status = edge_history_told(
        notify->config.store, notice->dir,
        edge_event_id(&notice->event, notice->p), &ignored, notice->p);

    (void)status;
    drop(notify, notice);
}

static void tell_trouble(net_notify_t *notify, const ae_error_t *err,
                         apr_pool_t *p)
{
    if (strcmp(notify->trouble.what, err->what) != 0) {
        ae_log(notify->config.log, AE_LOG_WARNING,
               "AE067: ACMENotifyCommand failed: %s; it is tried again, three "
               "times for each event, and nothing waits for it",
               ae_error_line(err, p));
    }
    notify->trouble = *err;
}

static void fail(net_notify_t *notify, notice_t *notice, const ae_error_t *err)
{
    apr_interval_time_t pause = notify->config.pause;

    tell_trouble(notify, err, notice->p);
    notice->tries++;
    if (notice->tries < TRIES) {
        notify->rest_until =
            net_clock_steady() + (notice->tries == 1 ? pause : pause * 10);
        return;
    }
    ae_log(notify->config.log, AE_LOG_NOTICE,
           "%sACMENotifyCommand was told of \"%s\" in vain",
           edge_event_subject(&notice->event, notice->p),
           edge_event_word(notice->event.kind));
    finish(notify, notice);
}

static void succeed(net_notify_t *notify, notice_t *notice)
{
    static const ae_error_t none;

    if (notify->trouble.status != APR_SUCCESS) {
        ae_log(notify->config.log, AE_LOG_NOTICE,
               "ACMENotifyCommand works again");
    }
    notify->trouble = none;
    finish(notify, notice);
}

static void end(net_notify_t *notify)
{
    notice_t *notice = APR_RING_FIRST(&notify->queue);
    apr_array_header_t *output;
    ae_error_t err;
    apr_status_t status = net_program_end(&output, notify->program, &err);
    int i;

    for (i = 0; i < output->nelts; i++) {
        ae_log(notify->config.log, AE_LOG_INFO, "%sACMENotifyCommand said: %s",
               edge_event_subject(&notice->event, notice->p),
               APR_ARRAY_IDX(output, i, const char *));
    }
    notify->program = NULL;
    if (status == APR_SUCCESS) {
        succeed(notify, notice);
    } else {
        fail(notify, notice, &err);
    }
}

static void start(net_notify_t *notify)
{
    notice_t *notice = APR_RING_FIRST(&notify->queue);
    ae_error_t err;

    apr_pool_clear(notify->program_pool);
    if (begin(notify, &notice->event, &err) != APR_SUCCESS) {
        fail(notify, notice, &err);
    }
}

int net_notify_run(net_notify_t *notify)
{
    tell_dropped(notify);
    if (notify->program && net_program_is_over(notify->program)) {
        end(notify);
    }
    if (notify->program == NULL && notify->count > 0 &&
        net_clock_steady() >= notify->rest_until) {
        start(notify);
    }
    return notify->program != NULL;
}

/* --- its life ------------------------------------------------------------ */

/* Most are done in no time, and would run twice for nothing. */
static apr_status_t stop(void *data)
{
    net_notify_t *notify = data;
    int i;

    if (notify->program == NULL) {
        return APR_SUCCESS;
    }
    for (i = 0; i < LAST_LOOKS && !net_program_is_over(notify->program); i++) {
        usleep(LAST_LOOK_MS * 1000);
    }
    if (net_program_is_over(notify->program)) {
        end(notify);
    } else {
        net_program_kill(notify->program);
    }
    return APR_SUCCESS;
}

net_notify_t *net_notify_create(const net_notify_config_t *config,
                                apr_pool_t *p)
{
    net_notify_t *notify = apr_pcalloc(p, sizeof(*notify));

    notify->config = *config;
    notify->p = p;
    APR_RING_INIT(&notify->queue, notice_t, link);
    apr_pool_create(&notify->program_pool, p);
    apr_pool_pre_cleanup_register(p, notify, stop);
    return notify;
}
