#include "httpd_listen.h"

#include <apr_strings.h>

const ap_listen_rec *httpd_listen_next(const ap_listen_rec *listener,
                                       apr_port_t port)
{
    while (listener && listener->bind_addr->port != port) {
        listener = listener->next;
    }
    return listener;
}

int httpd_listen_is_any(const apr_sockaddr_t *address)
{
    return apr_sockaddr_is_wildcard(address);
}

int httpd_listen_meets(const apr_sockaddr_t *a, const apr_sockaddr_t *b)
{
    return httpd_listen_is_any(a) || httpd_listen_is_any(b) ||
           apr_sockaddr_equal(a, b);
}

const char *httpd_listen_ip(const apr_sockaddr_t *address)
{
    char *ip = NULL;

    return apr_sockaddr_ip_get(&ip, (apr_sockaddr_t *)address) == APR_SUCCESS
               ? ip
               : "";
}

const char *httpd_listen_words(const apr_sockaddr_t *address, apr_port_t port,
                               apr_pool_t *p)
{
    if (httpd_listen_is_any(address) && address->hostname == NULL) {
        return apr_itoa(p, port);
    }
    return apr_psprintf(p, address->family == APR_INET ? "%s:%d" : "[%s]:%d",
                        httpd_listen_ip(address), port);
}
