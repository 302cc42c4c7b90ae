#include "httpd_watchdog.h"

#include "ae_random.h"
#include "edge_command.h"
#include "httpd_publisher.h"
#include "net_clock.h"
#include "net_worker.h"

#include <ap_mpm.h>
#include <apr_optional.h>
#include <apr_strings.h>
#include <apr_thread_mutex.h>
#include <mod_watchdog.h>
#include <openssl/crypto.h>
#include <scoreboard.h>
#include <stdatomic.h>
#include <string.h>

#define WATCHDOG_NAME "_acme_edge_"
/* RFC 8555 section 6.1: a User-Agent names the client and where it is from. */
#define USER_AGENT                                                            \
    "mod_acme_edge/" AE_VERSION                                               \
    " (Apache httpd module; +https://github.com/mod-acme-edge/mod_acme_edge)"

#define TICK_BUDGET apr_time_from_sec(1)
/* A watchdog that is told to go has a second. */
#define DRAIN_SPAN apr_time_from_msec(500)
#define LOCK_RETRY apr_time_from_sec(1)
#define START_RETRY apr_time_from_sec(60)
#define NOTIFY_LIMIT apr_time_from_sec(30)
#define NOTIFY_RETRY apr_time_from_sec(60)

struct httpd_watchdog_t {
    httpd_watchdog_config_t config;
    net_transport_config_t transport;
    edge_scheduler_config_t scheduler;
    /* Held during each call: mod_watchdog stops from another thread. */
    apr_thread_mutex_t *mutex;
    atomic_int leaving;
    ap_generation_t generation; /* of this child */
    int gone;
    apr_pool_t *pool; /* of the worker; NULL: it has not begun */
    net_worker_t *worker;
    httpd_publisher_t *publisher;
    net_notify_t *notify; /* NULL without ACMENotifyCommand */
    apr_time_t start_at;  /* by net_clock_steady */
    ae_error_t trouble;   /* told last, so that it is told once */
    int told_busy;
};

/* --- what the worker asks for ------------------------------------------- */

static void publish_status(void *ctx, int index, const edge_status_t *status)
{
    httpd_watchdog_t *watchdog = ctx;

    httpd_board_put(watchdog->config.board, (unsigned)index, status);
}

static void ask_deploy(void *ctx, apr_interval_time_t gap)
{
    httpd_watchdog_t *watchdog = ctx;
    apr_interval_time_t asked;

    if (!watchdog->scheduler.is_hot &&
        !httpd_board_deploy_asked(watchdog->config.board, &asked)) {
        edge_meter_count(watchdog->config.meter, EDGE_COUNT_RESTARTS_ASKED);
    }
    httpd_board_ask_deploy(watchdog->config.board, gap);
}

static void notify(void *ctx, const char *dir, const edge_event_t *event)
{
    httpd_watchdog_t *watchdog = ctx;

    net_notify_add(watchdog->notify, dir, event);
}

/* A graceful restart begins with the number of the next generation, before
 * this child hears of it and before the parent publishes what is in the store:
 * what comes into the store later must not be known to a CA yet. */
static int is_superseded(const httpd_watchdog_t *watchdog)
{
    const global_score *global = ap_get_scoreboard_global();

    return global != NULL &&
           global->running_generation != watchdog->generation;
}

static int is_leaving(void *ctx)
{
    httpd_watchdog_t *watchdog = ctx;
    int state;

    return atomic_load(&watchdog->leaving) || is_superseded(watchdog) ||
           ap_mpm_query(AP_MPMQ_MPM_STATE, &state) != APR_SUCCESS ||
           state == AP_MPMQ_STOPPING;
}

/* --- the worker's life -------------------------------------------------- */

static void make_notify(httpd_watchdog_t *watchdog)
{
    const apr_array_header_t *words = watchdog->config.plan->notify_command;
    net_notify_config_t config = {
        .store = watchdog->config.store,
        .log = watchdog->config.log,
        .limit = NOTIFY_LIMIT,
        .pause = NOTIFY_RETRY,
    };

    if (words != NULL) {
        config.argv = edge_command_words(words, watchdog->pool);
        watchdog->notify = net_notify_create(&config, watchdog->pool);
        watchdog->scheduler.notify = notify;
    }
}

static apr_status_t make_scheduler(edge_scheduler_t **scheduler,
                                   net_lookout_t **lookout,
                                   httpd_watchdog_t *watchdog, ae_error_t *err)
{
    edge_scheduler_config_t *config = &watchdog->scheduler;
    apr_status_t rv;

    make_notify(watchdog);
    rv = net_lookout_create(lookout, err, watchdog->pool);
    if (rv == APR_SUCCESS) {
        config->lookout = net_lookout_of(*lookout);
        rv = edge_scheduler_create(scheduler, config, apr_time_now(), err,
                                   watchdog->pool);
    }
    return rv;
}

static apr_status_t worker_build(httpd_watchdog_t *watchdog, ae_error_t *err)
{
    edge_scheduler_config_t *config = &watchdog->scheduler;
    edge_scheduler_t *scheduler;
    net_lookout_t *lookout;
    apr_status_t rv;

    watchdog->publisher =
        httpd_publisher_create(watchdog->config.challenge, watchdog->pool);
    config->challenges = httpd_publisher_store(watchdog->publisher);
    rv = edge_store_lock(watchdog->config.store, err, watchdog->pool);
    if (rv == APR_SUCCESS) {
        rv = make_scheduler(&scheduler, &lookout, watchdog, err);
    }
    if (rv == APR_SUCCESS) {
        rv = net_worker_create(&watchdog->worker, scheduler,
                               &watchdog->transport, is_leaving, watchdog, err,
                               watchdog->pool);
    }
    if (rv == APR_SUCCESS) {
        net_worker_notifies(watchdog->worker, watchdog->notify);
        net_worker_looks_out(watchdog->worker, lookout);
    }
    return rv;
}

static void worker_drop(httpd_watchdog_t *watchdog)
{
    if (watchdog->worker != NULL) {
        net_worker_drain(watchdog->worker, DRAIN_SPAN);
    }
    if (watchdog->pool != NULL) {
        apr_pool_destroy(watchdog->pool);
        watchdog->pool = NULL;
        watchdog->notify = NULL;
        watchdog->worker = NULL;
        watchdog->publisher = NULL;
    }
}

/* Usual for a moment after a restart; for longer where two httpds share a
 * store, and then the other one does the work. */
static void tell_busy(httpd_watchdog_t *watchdog)
{
    ae_error_t err;

    if (watchdog->told_busy) {
        return;
    }
    watchdog->told_busy = 1;
    ae_error_set(&err, APR_EBUSY, "another worker has the store %s",
                 watchdog->config.plan->store_dir);
    ae_error_next(&err, "this one waits until it leaves");
    httpd_board_put_trouble(watchdog->config.board, &err);
    ae_log(watchdog->config.log, AE_LOG_INFO, "%s",
           ae_error_line(&err, watchdog->pool));
}

static int is_told(const httpd_watchdog_t *watchdog, const ae_error_t *err)
{
    return strcmp(watchdog->trouble.what, err->what) == 0 &&
           strcmp(watchdog->trouble.why, err->why) == 0;
}

static void tell_trouble(httpd_watchdog_t *watchdog, const ae_error_t *err)
{
    if (is_told(watchdog, err)) {
        return;
    }
    watchdog->trouble = *err;
    httpd_board_put_trouble(watchdog->config.board, err);
    ae_log(watchdog->config.log, AE_LOG_ERROR,
           "AE076: the worker cannot begin: %s; it tries again every minute, "
           "until then no certificate is ordered or renewed",
           ae_error_line(err, watchdog->pool));
}

static void worker_start(httpd_watchdog_t *watchdog)
{
    static const ae_error_t none;
    ae_error_t err = none;
    apr_status_t rv;

    /* Of its own: httpd's pools belong to other threads, and may go first. */
    apr_pool_create_unmanaged_ex(&watchdog->pool, NULL, NULL);
    rv = worker_build(watchdog, &err);
    if (rv == APR_SUCCESS) {
        watchdog->trouble = none;
        httpd_board_put_trouble(watchdog->config.board, &none);
        ae_log(watchdog->config.log, AE_LOG_INFO, "the worker has begun");
        return;
    }
    if (APR_STATUS_IS_EBUSY(rv)) {
        tell_busy(watchdog);
        watchdog->start_at = net_clock_steady() + LOCK_RETRY;
    } else {
        tell_trouble(watchdog, &err);
        watchdog->start_at = net_clock_steady() + START_RETRY;
    }
    worker_drop(watchdog);
}

static void work(httpd_watchdog_t *watchdog)
{
    if (watchdog->worker == NULL && net_clock_steady() >= watchdog->start_at) {
        worker_start(watchdog);
    }
    if (watchdog->worker != NULL) {
        httpd_board_tick(watchdog->config.board, apr_time_now());
        net_worker_tick(watchdog->worker, TICK_BUDGET);
        if (watchdog->config.port != NULL) {
            httpd_port_hold(watchdog->config.port);
        }
    }
    if (watchdog->worker != NULL && !is_leaving(watchdog)) {
        httpd_publisher_tend(watchdog->publisher);
    }
}

/* httpd leaves a child by exit(), which takes OpenSSL down while this thread
 * may be about to end: what OpenSSL keeps for it would be freed by both. So it
 * keeps nothing beyond a call. */
static void leave_openssl(void)
{
    OPENSSL_thread_stop();
}

static void end_work(httpd_watchdog_t *watchdog)
{
    httpd_watchdog_leave(watchdog);
    apr_thread_mutex_lock(watchdog->mutex);
    watchdog->gone = 1;
    if (watchdog->pool != NULL) {
        worker_drop(watchdog);
        leave_openssl();
    }
    apr_thread_mutex_unlock(watchdog->mutex);
}

/* --- mod_watchdog's side ------------------------------------------------ */

static void run(httpd_watchdog_t *watchdog)
{
    apr_thread_mutex_lock(watchdog->mutex);
    if (!watchdog->gone && !is_leaving(watchdog)) {
        work(watchdog);
        leave_openssl();
    }
    apr_thread_mutex_unlock(watchdog->mutex);
}

static apr_status_t callback(int state, void *data, apr_pool_t *pool)
{
    httpd_watchdog_t *watchdog = data;

    (void)pool;
    switch (state) {
    case AP_WATCHDOG_STATE_RUNNING:
        run(watchdog);
        break;
    case AP_WATCHDOG_STATE_STOPPING:
        end_work(watchdog);
        break;
    default:
        break;
    }
    return APR_SUCCESS;
}

static apr_status_t register_callback(httpd_watchdog_t *watchdog,
                                      apr_pool_t *pconf)
{
    APR_OPTIONAL_FN_TYPE(ap_watchdog_get_instance) *get =
        APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance);
    APR_OPTIONAL_FN_TYPE(ap_watchdog_register_callback) *add =
        APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_register_callback);
    ap_watchdog_t *instance;
    apr_status_t rv;

    if (get == NULL || add == NULL) {
        return APR_ENOTIMPL;
    }
    rv = get(&instance, WATCHDOG_NAME, 0, 1, pconf);
    if (rv == APR_SUCCESS) {
        rv = add(instance, AP_WD_TM_SLICE, watchdog, callback);
    }
    return rv;
}

static void configure(httpd_watchdog_t *watchdog)
{
    const httpd_watchdog_config_t *config = &watchdog->config;

    watchdog->transport = (net_transport_config_t){
        .user_agent = USER_AGENT,
        .proxy = config->plan->proxy,
        .log = config->log,
    };
    watchdog->scheduler = (edge_scheduler_config_t){
        .store = config->store,
        .certs = config->plan->certs,
        .log = config->log,
        .meter = config->meter,
        .door = config->port ? httpd_port_door(config->port) : NULL,
        .random = ae_random_u32,
        .restarts_itself = config->restarts_itself,
        .is_hot = config->is_hot,
        .publish = publish_status,
        .deploy = ask_deploy,
        .ctx = watchdog,
    };
}

apr_status_t httpd_watchdog_create(httpd_watchdog_t **watchdog,
                                   const httpd_watchdog_config_t *config,
                                   ae_error_t *err, apr_pool_t *pconf)
{
    httpd_watchdog_t *made = apr_pcalloc(pconf, sizeof(*made));
    apr_status_t rv;

    made->config = *config;
    configure(made);
    rv =
        apr_thread_mutex_create(&made->mutex, APR_THREAD_MUTEX_DEFAULT, pconf);
    if (rv == APR_SUCCESS) {
        rv = register_callback(made, pconf);
    }
    if (rv != APR_SUCCESS) {
        ae_error_set(err, rv, "mod_watchdog gives no thread");
        ae_error_why_status(err, rv);
        return ae_error_next(err, "load mod_watchdog");
    }
    *watchdog = made;
    return APR_SUCCESS;
}

/* httpd leaves a child by exit(), which takes OpenSSL down: no thread may be
 * inside it then. */
static apr_status_t before_exit(void *data)
{
    end_work(data);
    return APR_SUCCESS;
}

void httpd_watchdog_child_init(httpd_watchdog_t *watchdog, apr_pool_t *pchild)
{
    if (ap_mpm_query(AP_MPMQ_GENERATION, &watchdog->generation) !=
        APR_SUCCESS) {
        watchdog->generation = ap_get_scoreboard_global()->running_generation;
    }
    apr_pool_pre_cleanup_register(pchild, watchdog, before_exit);
}

void httpd_watchdog_leave(httpd_watchdog_t *watchdog)
{
    atomic_store(&watchdog->leaving, 1);
}
