#ifndef NET_CALL_H
#define NET_CALL_H

/** One request on the wire: how curl is told of it, and what arrives.
 * For net_transport alone. */

#include "net_transport.h"

#include <apr_ring.h>
#include <curl/curl.h>

#define NET_CALL_HEADER_BYTES_MAX (64 * 1024)
#define NET_CALL_LINKS_MAX 50

typedef struct net_call_t net_call_t;

struct net_call_t {
    APR_RING_ENTRY(net_call_t) link;
    apr_pool_t *pool; /* holds the call and its response */
    CURL *easy;
    const acme_request_t *request;
    const char *trust_file;
    const char *refusal; /* why we gave it up ourselves, or NULL */
    apr_status_t refusal_status;
    apr_size_t header_bytes;
    char *body;
    apr_size_t body_len;
    apr_size_t body_size;
    char error[CURL_ERROR_SIZE];
};

/** Make a call in a pool of its own below `p`.
 * @param easy a fresh or reset handle, or NULL, which refuses the call */
net_call_t *net_call_create(const acme_request_t *request,
                            const char *trust_file, CURL *easy, apr_pool_t *p);

/** Tell curl all it must know.
 * @return APR_SUCCESS, or APR_EGENERAL with call->refusal set. */
AE_CHECKED apr_status_t net_call_prepare(net_call_t *call,
                                         const net_transport_config_t *config);

/** Say what came back; it lives as long as the call. */
void net_call_response(acme_response_t *response, net_call_t *call,
                       CURLcode result);

#endif
