#ifndef HTTPS_SERVER_H
#define HTTPS_SERVER_H

/** A real HTTPS server on a free port of 127.0.0.1 that says byte for byte
 * what a script tells it, HTTP/1.1, one thread a connection. */

#include <apr_pools.h>

typedef struct https_server_t https_server_t;

typedef enum https_then_t {
    HTTPS_KEEP,  /* take the next request on this connection */
    HTTPS_RESET, /* tear the connection down */
    HTTPS_HANG   /* say nothing more until the client goes away */
} https_then_t;

/** One request: its head as it came, up to the empty line, and its body. */
typedef struct https_request_t {
    const char *head;
    const char *body;
} https_request_t;

typedef struct https_answer_t {
    const char *bytes; /* with status line, headers and all */
    apr_size_t len;
    https_then_t then;
} https_answer_t;

/** Called in the connection's thread; the pool lasts for this request. */
typedef void https_script_t(https_answer_t *answer,
                            const https_request_t *request, apr_pool_t *p);

/** Start with a certificate for 127.0.0.1; stopped with `p`, which waits for
 * the clients' connections to end. Any trouble aborts. */
https_server_t *https_server_start(https_script_t *script, apr_pool_t *p);

/** "https://127.0.0.1:port" and the path. */
const char *https_server_url(const https_server_t *server, const char *path,
                             apr_pool_t *p);

/** The PEM file with which a client trusts this server, below t_dir(). */
const char *https_server_root(const https_server_t *server);

/** How many connections there have been. */
unsigned https_server_connections(https_server_t *server);

#endif
