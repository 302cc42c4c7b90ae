#include "httpd_port_bind.h"

#include "httpd_listen.h"

#include <apr_portable.h>
#include <apr_strings.h>
#include <http_config.h>
#include <mpm_common.h>
#include <sys/socket.h>

static apr_status_t explain(ae_error_t *err, const char *words,
                            apr_status_t rv)
{
    char text[128];

    ae_error_set(err, rv, "the port for challenges cannot be opened");
    ae_error_why(err, "%s: %s", words, apr_strerror(rv, text, sizeof(text)));
    if (rv == EADDRINUSE) {
        return ae_error_next(err, "see which program has it (ss -ltnp), and "
                                  "end that or write a Listen for httpd");
    }
    if (APR_STATUS_IS_EACCES(rv)) {
        return ae_error_next(err, "start httpd as root, or have port 80 "
                                  "forwarded to a port above 1023 and name "
                                  "that in ACMEChallengePort");
    }
    return rv;
}

/* That for any address of both families is two sockets; any other one for all
 * of IPv6 takes IPv4 along, as httpd's own. */
static apr_status_t bind_socket(apr_socket_t *socket,
                                const apr_sockaddr_t *address)
{
    apr_status_t rv = apr_socket_opt_set(socket, APR_SO_REUSEADDR, 1);

    if (rv == APR_SUCCESS && address->family == APR_INET6) {
        rv = apr_socket_opt_set(socket, APR_IPV6_V6ONLY,
                                address->hostname == NULL);
    }
    return rv == APR_SUCCESS
               ? apr_socket_bind(socket, (apr_sockaddr_t *)address)
               : rv;
}

/* A system without IPv6 is all right where IPv4 is open. */
static int is_spare(const apr_sockaddr_t *address, apr_status_t rv)
{
    return address->family == APR_INET6 && address->hostname == NULL &&
           (rv == EADDRNOTAVAIL || rv == EAFNOSUPPORT);
}

/* --- only to see --------------------------------------------------------- */

static apr_status_t try_address(const apr_sockaddr_t *address, apr_pool_t *p)
{
    apr_socket_t *socket;
    apr_status_t rv =
        apr_socket_create(&socket, address->family, SOCK_STREAM, 0, p);

    if (rv == APR_SUCCESS) {
        rv = bind_socket(socket, address);
        apr_socket_close(socket);
    }
    return is_spare(address, rv) ? APR_SUCCESS : rv;
}

static apr_status_t find_addresses(apr_sockaddr_t **address, const char *words,
                                   apr_pool_t *p)
{
    char *host;
    char *scope;
    apr_port_t port;
    apr_status_t rv = apr_parse_addr_port(&host, &scope, &port, words, p);

    return rv == APR_SUCCESS
               ? apr_sockaddr_info_get(address, host, APR_UNSPEC, port, 0, p)
               : rv;
}

apr_status_t httpd_port_try(const apr_array_header_t *where, ae_error_t *err,
                            apr_pool_t *ptemp)
{
    int i;

    for (i = 0; i < where->nelts; i++) {
        const char *words = APR_ARRAY_IDX(where, i, const char *);
        apr_sockaddr_t *address = NULL;
        apr_status_t rv = find_addresses(&address, words, ptemp);

        for (; rv == APR_SUCCESS && address; address = address->next) {
            rv = try_address(address, ptemp);
        }
        if (rv != APR_SUCCESS) {
            return explain(err, words, rv);
        }
    }
    return APR_SUCCESS;
}

/* --- in earnest ---------------------------------------------------------- */

/* With ListenCoresBucketsRatio httpd binds further sockets beside this one, and
 * ends where it cannot. That is allowed only now: other programs that share
 * their ports do not share them with httpd. */
static apr_status_t share_with_httpd(apr_socket_t *socket)
{
#ifdef SO_REUSEPORT
    const int on = 1;
    apr_os_sock_t descriptor;
    apr_status_t rv = apr_os_sock_get(&descriptor, socket);

    if (rv == APR_SUCCESS && ap_have_so_reuseport &&
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on))) {
        rv = apr_get_netos_error();
    }
    return rv;
#else
    (void)socket;
    return APR_SUCCESS;
#endif
}

/* httpd opens what is not active yet, and ends where it cannot. */
static apr_status_t activate(ap_listen_rec *listener)
{
    apr_status_t rv = bind_socket(listener->sd, listener->bind_addr);

    if (rv == APR_SUCCESS) {
        rv = share_with_httpd(listener->sd);
    }
    if (rv == APR_SUCCESS) {
        rv = apr_socket_listen(listener->sd, DEFAULT_LISTENBACKLOG);
    }
    listener->active = rv == APR_SUCCESS;
    return rv;
}

static void remove_at(ap_listen_rec **at)
{
    ap_listen_rec *gone = *at;

    *at = gone->next;
    apr_socket_close(gone->sd);
    gone->active = 0;
}

static void remove_all(apr_port_t port)
{
    ap_listen_rec **at = &ap_listeners;

    while (*at) {
        if ((*at)->bind_addr->port == port) {
            remove_at(at);
        } else {
            at = &(*at)->next;
        }
    }
}

static apr_status_t activate_all(apr_port_t port, ae_error_t *err,
                                 apr_pool_t *ptemp)
{
    ap_listen_rec **at = &ap_listeners;

    while (*at) {
        int is_new = (*at)->bind_addr->port == port && !(*at)->active;
        apr_status_t rv = is_new ? activate(*at) : APR_SUCCESS;

        if (rv == APR_SUCCESS) {
            at = &(*at)->next;
        } else if (is_spare((*at)->bind_addr, rv)) {
            remove_at(at);
        } else {
            return explain(
                err, httpd_listen_words((*at)->bind_addr, port, ptemp), rv);
        }
    }
    return APR_SUCCESS;
}

/* What a Listen line does. httpd takes one whose pools are the same for one of
 * .htaccess. */
static const char *listen_at(const char *words, server_rec *server,
                             apr_pool_t *ptemp)
{
    static const command_rec command = {.name = "Listen"};
    ap_directive_t directive = {.directive = "Listen"};
    cmd_parms cmd = {.cmd = &command, .limited = -1};
    char *argv[2] = {apr_pstrdup(ptemp, words), "http"};

    cmd.directive = &directive;
    cmd.server = server;
    cmd.pool = server->process->pconf;
    cmd.temp_pool = ptemp;
    return ap_set_listener(&cmd, NULL, 2, argv);
}

static apr_status_t list_all(const apr_array_header_t *where,
                             server_rec *server, ae_error_t *err,
                             apr_pool_t *ptemp)
{
    int i;

    for (i = 0; i < where->nelts; i++) {
        const char *words = APR_ARRAY_IDX(where, i, const char *);
        const char *refusal = listen_at(words, server, ptemp);

        if (refusal != NULL) {
            explain(err, words, APR_EGENERAL);
            return ae_error_why(err, "%s: %s", words, refusal);
        }
    }
    return APR_SUCCESS;
}

/* --- from one generation to the next ------------------------------------- */

static int is_listed(const ap_listen_rec *listener)
{
    const ap_listen_rec *each = ap_listeners;

    while (each && each != listener) {
        each = each->next;
    }
    return each != NULL;
}

/* Children of the last generation may have it still: only shut down it is in
 * nobody's way. */
static void end_listening(ap_listen_rec *listener)
{
    apr_os_sock_t descriptor;

    if (apr_os_sock_get(&descriptor, listener->sd) == APR_SUCCESS) {
        (void)shutdown(descriptor, SHUT_RDWR);
    }
    apr_socket_close(listener->sd);
    listener->active = 0;
}

void httpd_port_leave(apr_array_header_t *ours)
{
    int i;

    for (i = 0; i < ours->nelts; i++) {
        ap_listen_rec *listener = APR_ARRAY_IDX(ours, i, ap_listen_rec *);

        if (!is_listed(listener)) {
            end_listening(listener);
        }
    }
    apr_array_clear(ours);
}

static void note_all(apr_array_header_t *ours, apr_port_t port)
{
    ap_listen_rec *listener;

    for (listener = ap_listeners; listener; listener = listener->next) {
        if (listener->bind_addr->port == port) {
            APR_ARRAY_PUSH(ours, ap_listen_rec *) = listener;
        }
    }
}

apr_status_t httpd_port_listen(apr_array_header_t *ours,
                               const apr_array_header_t *where,
                               apr_port_t port, server_rec *server,
                               ae_error_t *err, apr_pool_t *ptemp)
{
    apr_status_t rv = list_all(where, server, err, ptemp);

    httpd_port_leave(ours);
    if (rv == APR_SUCCESS) {
        rv = activate_all(port, err, ptemp);
    }
    if (rv != APR_SUCCESS) {
        remove_all(port);
    }
    note_all(ours, port);
    return rv;
}
