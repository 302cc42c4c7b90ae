#include "httpd_cache.h"
#include "httpd_certs.h"
#include "httpd_check.h"
#include "httpd_files.h"
#include "httpd_listen.h"
#include "httpd_log.h"
#include "httpd_port_where.h"
#include "httpd_tell.h"

#include <ap_provider.h>
#include <ap_socache.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

/* Passes lines on, and knows afterwards whether one was an error. */
typedef struct counter_t {
    ae_log_t out;
    int errors;
} counter_t;

static void counter_write(void *ctx, ae_log_level_t level, const char *line)
{
    counter_t *counter = ctx;

    counter->errors += level == AE_LOG_ERROR;
    counter->out.write(counter->out.ctx, level, line);
}

/* At configuration time only, when ServerRoot is known. */
static void set_defaults(httpd_conf_t *conf, const ae_log_t *log,
                         apr_pool_t *p)
{
    int i;

    for (i = 0; i < HTTPD_FIELDS; i++) {
        const httpd_directive_t *row = &httpd_directives[i];
        char *word = apr_pstrdup(p, row->fallback);
        const char *wrong =
            word ? httpd_directive_read(&conf->shared->defaults[i], row, NULL,
                                        1, &word, p)
                 : NULL;

        if (wrong) {
            ae_log(log, AE_LOG_ERROR, "AE019: %s", wrong);
        }
    }
}

static void check_modules(const ae_log_t *log)
{
    if (ap_find_linked_module("mod_ssl.c") == NULL) {
        ae_log(log, AE_LOG_ERROR,
               "AE001: mod_ssl is not loaded, so nothing could use a "
               "certificate; run a2enmod ssl, or write LoadModule ssl_module "
               "modules/mod_ssl.so");
    }
    if (ap_find_linked_module("mod_watchdog.c") == NULL) {
        ae_log(log, AE_LOG_ERROR,
               "AE002: mod_watchdog is not loaded, so nothing would drive "
               "orders; run a2enmod watchdog, or write LoadModule "
               "watchdog_module modules/mod_watchdog.so");
    }
}

static int is_known_provider(const char *name)
{
    return !strcmp(name, "shmcb") || !strcmp(name, "redis") ||
           !strcmp(name, "memcache");
}

static const char *place_of(const httpd_setting_t *setting, apr_pool_t *p)
{
    return setting->place ? apr_pstrcat(p, " at ", setting->place, NULL) : "";
}

static void log_no_provider(const httpd_setting_t *setting, const char *name,
                            const ae_log_t *log, apr_pool_t *p)
{
    if (is_known_provider(name)) {
        ae_log(log, AE_LOG_ERROR,
               "AE003: ACMEChallengeStore %s%s needs mod_socache_%s, which is "
               "not loaded; run a2enmod socache_%s, or write LoadModule "
               "socache_%s_module modules/mod_socache_%s.so",
               name, place_of(setting, p), name, name, name, name);
    } else {
        ae_log(log, AE_LOG_ERROR,
               "AE004: ACMEChallengeStore%s names \"%s\", which no module of "
               "this server provides; write shmcb, shmcb:file(bytes), "
               "redis:host:port or memcache:host:port",
               place_of(setting, p), name);
    }
}

/* httpd's own reading takes an URL for the name of a host. */
static int is_server(const char *server, apr_pool_t *p)
{
    char *host = NULL;
    char *scope;
    apr_port_t port;

    return strchr(server, '/') == NULL &&
           apr_parse_addr_port(&host, &scope, &port, server, p) ==
               APR_SUCCESS &&
           host != NULL;
}

/* httpd reads these when it starts the store, too late for configtest. */
static const char *check_servers(const char *args, apr_pool_t *p)
{
    char *state;
    char *server = apr_strtok(apr_pstrdup(p, args), ",", &state);

    if (server == NULL) {
        return "host and port of a server are missing";
    }
    for (; server; server = apr_strtok(NULL, ",", &state)) {
        if (!is_server(server, p)) {
            return apr_psprintf(p, "\"%s\" is not host and port of a server",
                                server);
        }
    }
    return NULL;
}

/* httpd's providers look for addresses of IPv4 alone. */
static const char *find_v6(const char *args, apr_pool_t *p)
{
    char *state;
    char *server = apr_strtok(apr_pstrdup(p, args), ",", &state);

    while (server != NULL && server[0] != '[') {
        server = apr_strtok(NULL, ",", &state);
    }
    return server;
}

/* A provider's create() reads its arguments and makes nothing yet. */
static const char *check_args(const ap_socache_provider_t *provider,
                              const char *name, const char *args,
                              apr_pool_t *ptemp)
{
    ap_socache_instance_t *instance;

    if (!strcmp(name, "redis") || !strcmp(name, "memcache")) {
        return check_servers(args ? args : "", ptemp);
    }
    return provider->create(&instance, args, ptemp, ptemp);
}

static int is_of_network(const httpd_plan_t *plan)
{
    return !strcmp(plan->challenge_provider, "redis") ||
           !strcmp(plan->challenge_provider, "memcache");
}

static void check_network(const httpd_plan_t *plan,
                          const httpd_setting_t *setting, const ae_log_t *log,
                          apr_pool_t *p)
{
    const char *v6 = find_v6(plan->challenge_args, p);

    if (v6 != NULL) {
        ae_log(log, AE_LOG_ERROR,
               "AE029: ACMEChallengeStore %s%s: httpd's provider cannot "
               "connect to %s, an address of IPv6; write an address of IPv4, "
               "or a name that has one",
               setting->text, place_of(setting, p), v6);
    } else if (!httpd_cache_has("shmcb")) {
        edge_finding_add(plan->findings, AE_LOG_WARNING, "AE028", "",
                         "ACMEChallengeStore %s%s: mod_socache_shmcb is not "
                         "loaded, so that what this server publishes is "
                         "looked up there too; run a2enmod socache_shmcb",
                         setting->text, place_of(setting, p));
    }
}

static void read_challenge_store(httpd_plan_t *plan, const httpd_conf_t *conf,
                                 const ae_log_t *log, apr_pool_t *p,
                                 apr_pool_t *ptemp)
{
    const httpd_setting_t *setting =
        httpd_conf_get(conf, HTTPD_CHALLENGE_STORE);
    const char *args = strchr(setting->text, ':');
    const ap_socache_provider_t *provider;
    const char *wrong;

    plan->challenge_provider =
        args ? apr_pstrmemdup(p, setting->text,
                              (apr_size_t)(args - setting->text))
             : setting->text;
    plan->challenge_args = args && args[1] ? args + 1 : NULL;
    provider =
        ap_lookup_provider(AP_SOCACHE_PROVIDER_GROUP, plan->challenge_provider,
                           AP_SOCACHE_PROVIDER_VERSION);
    if (provider == NULL) {
        log_no_provider(setting, plan->challenge_provider, log, ptemp);
        return;
    }
    wrong = check_args(provider, plan->challenge_provider,
                       plan->challenge_args, ptemp);
    if (wrong) {
        ae_log(log, AE_LOG_ERROR,
               "AE020: ACMEChallengeStore %s%s: %s; write shmcb, "
               "shmcb:file(bytes), redis:host:port or memcache:host:port",
               setting->text, place_of(setting, ptemp), wrong);
    } else if (is_of_network(plan)) {
        check_network(plan, setting, log, ptemp);
    }
}

static void find_unused(apr_array_header_t *findings)
{
    edge_finding_add(findings, AE_LOG_WARNING, "AE015", "",
                     "ACMEEngine is on, but there is no virtual host with "
                     "SSLEngine on that could use a certificate; write "
                     "SSLEngine on in each that shall be served by TLS");
}

static void find_notice(apr_array_header_t *findings, const httpd_conf_t *conf)
{
    const httpd_setting_t *setting =
        httpd_conf_get(conf, HTTPD_NOTIFY_COMMAND);

    if (setting && setting->text) {
        edge_finding_add(findings, AE_LOG_WARNING, "AE039", "",
                         "ACMENotifyCommand: %s; nobody is notified until "
                         "then",
                         setting->text);
    }
}

static void find_peers(apr_array_header_t *findings, const httpd_conf_t *conf,
                       const httpd_plan_t *plan)
{
    const httpd_setting_t *setting = httpd_conf_get(conf, HTTPD_CLUSTER_PEERS);

    if (setting && strcmp(plan->challenge_provider, "shmcb") == 0) {
        edge_finding_add(findings, AE_LOG_WARNING, "AE030", "",
                         "ACMEClusterPeers at %s names servers that cannot "
                         "answer this one's challenges, for "
                         "ACMEChallengeStore is shmcb, the memory of this "
                         "server alone; write redis:host:port or "
                         "memcache:host:port, the same on all of them",
                         setting->place);
    }
}

static httpd_plan_t *make_plan(const httpd_conf_t *conf,
                               const apr_array_header_t *certs,
                               apr_array_header_t *findings,
                               const ae_log_t *log, apr_pool_t *p,
                               apr_pool_t *ptemp)
{
    const httpd_setting_t *setting =
        httpd_conf_get(conf, HTTPD_NOTIFY_COMMAND);
    httpd_plan_t *plan = apr_pcalloc(p, sizeof(*plan));

    plan->certs = certs;
    plan->findings = findings;
    plan->store_dir = httpd_conf_text(conf, HTTPD_STORE);
    plan->proxy = httpd_conf_text(conf, HTTPD_PROXY);
    plan->notify_command = setting ? setting->words : NULL;
    plan->restarts_itself =
        strcmp(httpd_conf_text(conf, HTTPD_RELOAD), "none") != 0;
    plan->is_hot = strcmp(httpd_conf_text(conf, HTTPD_RELOAD), "hot") == 0;
    read_challenge_store(plan, conf, log, p, ptemp);
    return plan;
}

/* --- ACMEChallengePort --------------------------------------------------- */

#define HTTP_PORT 80

/* @return 0: off */
static int challenge_port(const httpd_conf_t *conf)
{
    const char *text = httpd_conf_text(conf, HTTPD_CHALLENGE_PORT);

    return strcmp(text, "auto") == 0 ? HTTP_PORT : atoi(text);
}

/* Where a Listen has the port, there is nothing to open. */
static void find_port(httpd_plan_t *plan, const httpd_check_t *check,
                      apr_pool_t *p)
{
    apr_port_t number = (apr_port_t)check->challenge_port;

    if (number == 0 || httpd_listen_next(ap_listeners, number) != NULL) {
        return;
    }
    plan->port =
        httpd_port_create(number, httpd_port_where(check, number, p), p);
    if (!plan->restarts_itself) {
        edge_finding_add(plan->findings, AE_LOG_WARNING, "AE032", "",
                         "ACMEChallengePort would open port %d by a restart "
                         "of httpd, and ACMEReload none forbids that, so that "
                         "no challenge can be answered there; write "
                         "ACMEReload graceful, or Listen %d",
                         number, number);
    }
}

static void check_all(const apr_array_header_t *servers, httpd_plan_t *plan,
                      const httpd_conf_t *conf, apr_pool_t *p,
                      apr_pool_t *ptemp)
{
    httpd_check_t *check = httpd_check_make(
        servers, plan->certs, plan->store_dir, plan->findings, ptemp);

    check->challenge_port = challenge_port(conf);
    find_port(plan, check, p);

    httpd_check_account(check);
    httpd_check_port(check);
    httpd_check_addresses(check);
    httpd_files_check(servers, plan->findings);
    httpd_check_md(check);
    httpd_check_clients(check);
    httpd_check_store(check);
    if (plan->is_hot) {
        httpd_check_hot(check);
    }
}

int httpd_plan_make(server_rec *main_server, apr_pool_t *p, apr_pool_t *ptemp)
{
    counter_t counter = {httpd_log_sink(main_server), 0};
    const ae_log_t log = {counter_write, &counter};
    httpd_conf_t *conf = httpd_conf_of(main_server);
    const apr_array_header_t *servers = httpd_servers_read(main_server, p);
    apr_array_header_t *findings = edge_findings_make(p);
    const apr_array_header_t *hosts;
    const apr_array_header_t *certs;
    int wanted;

    set_defaults(conf, &log, p);
    hosts = httpd_hosts_find(&wanted, servers, findings, &log, p);
    certs = httpd_certs_make(main_server, hosts, findings, &log, p);
    if (wanted || certs->nelts > 0) {
        check_modules(&log);
    }
    if (certs->nelts > 0) {
        httpd_plan_t *plan = make_plan(conf, certs, findings, &log, p, ptemp);

        conf->shared->plan = plan;
        find_notice(findings, conf);
        find_peers(findings, conf, plan);
        check_all(servers, plan, conf, p, ptemp);
    } else if (wanted && counter.errors == 0) {
        find_unused(findings);
    }
    httpd_tell(findings, &log, ptemp);
    return counter.errors ? HTTP_INTERNAL_SERVER_ERROR : OK;
}

const httpd_plan_t *httpd_plan_get(const server_rec *main_server)
{
    return httpd_conf_of(main_server)->shared->plan;
}

const edge_cert_t *httpd_plan_cert_of(const server_rec *s)
{
    return apr_hash_get(httpd_conf_of(s)->shared->cert_of, &s, sizeof(s));
}
