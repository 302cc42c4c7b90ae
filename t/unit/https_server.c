#include "https_server.h"
#include "support.h"

#include <apr_strings.h>
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_BYTES_MAX (512 * 1024)

struct https_server_t {
    https_script_t *script;
    SSL_CTX *tls;
    int listener;
    unsigned port;
    const char *root;
    pthread_t acceptor;
    atomic_uint connections;
    atomic_uint alive;
};

typedef struct visit_t {
    https_server_t *server;
    int fd;
} visit_t;

static void must(int good, const char *what)
{
    if (!good) {
        perror(what);
        abort();
    }
}

static X509 *certificate_make(EVP_PKEY *key)
{
    X509 *cert = X509_new();
    X509_NAME *name = X509_get_subject_name(cert);
    X509_EXTENSION *san =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");

    X509_set_version(cert, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               (const unsigned char *)"test CA", -1, -1, 0);
    X509_set_issuer_name(cert, name);
    X509_set_pubkey(cert, key);
    must(X509_add_ext(cert, san, -1), "subjectAltName");
    X509_EXTENSION_free(san);
    must(X509_sign(cert, key, EVP_sha256()), "X509_sign");
    return cert;
}

static void server_certify(https_server_t *server)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = certificate_make(key);
    FILE *file = fopen(server->root, "w");

    must(file && PEM_write_X509(file, cert) && !fclose(file), "root file");
    server->tls = SSL_CTX_new(TLS_server_method());
    must(SSL_CTX_use_certificate(server->tls, cert) &&
             SSL_CTX_use_PrivateKey(server->tls, key),
         "certificate");
    X509_free(cert);
    EVP_PKEY_free(key);
}

/* As much as it takes for a head and the body it announces; 0: gone. */
static int request_read(https_request_t *request, SSL *tls, apr_pool_t *p)
{
    char *bytes = apr_palloc(p, REQUEST_BYTES_MAX);
    char *end = NULL;
    const char *length;
    size_t have = 0;
    size_t want = 1;
    int n;

    while (have < want) {
        n = SSL_read(tls, bytes + have, (int)(REQUEST_BYTES_MAX - 1 - have));
        if (n <= 0) {
            return 0;
        }
        have += (size_t)n;
        bytes[have] = '\0';
        want = have + 1;
        end = strstr(bytes, "\r\n\r\n");
        if (end) {
            length = strstr(bytes, "Content-Length: ");
            want =
                (size_t)(end + 4 - bytes) +
                (length && length < end ? strtoul(length + 16, NULL, 10) : 0);
        }
    }
    *end = '\0';
    request->head = bytes;
    request->body = end + 4;
    return 1;
}

static void visit_reset(int fd)
{
    struct linger hard = {1, 0};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
}

static https_then_t visit_answer(const visit_t *visit, SSL *tls,
                                 const https_request_t *request, apr_pool_t *p)
{
    https_answer_t answer = {"", 0, HTTPS_KEEP};
    char byte;

    visit->server->script(&answer, request, p);
    if (answer.len && SSL_write(tls, answer.bytes, (int)answer.len) <= 0) {
        return HTTPS_RESET;
    }
    if (answer.then == HTTPS_HANG) {
        while (SSL_read(tls, &byte, 1) > 0) {
        }
    }
    return answer.then;
}

static void *visit_run(void *data)
{
    visit_t *visit = data;
    SSL *tls = SSL_new(visit->server->tls);
    https_request_t request;
    https_then_t then = HTTPS_KEEP;
    apr_pool_t *p;

    apr_pool_create(&p, NULL);
    SSL_set_fd(tls, visit->fd);
    if (SSL_accept(tls) == 1) {
        while (then == HTTPS_KEEP && request_read(&request, tls, p)) {
            then = visit_answer(visit, tls, &request, p);
            apr_pool_clear(p);
        }
    }
    if (then == HTTPS_RESET) {
        visit_reset(visit->fd);
    }
    SSL_free(tls);
    close(visit->fd);
    apr_pool_destroy(p);
    visit->server->alive--;
    free(visit);
    return NULL;
}

static void *server_accept(void *data)
{
    https_server_t *server = data;
    pthread_t thread;
    visit_t *visit;
    int fd;

    while ((fd = accept(server->listener, NULL, NULL)) >= 0) {
        visit = malloc(sizeof(*visit));
        must(visit != NULL, "malloc");
        visit->server = server;
        visit->fd = fd;
        server->connections++;
        server->alive++;
        must(!pthread_create(&thread, NULL, visit_run, visit), "thread");
        pthread_detach(thread);
    }
    return NULL;
}

static void server_listen(https_server_t *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    must(server->listener >= 0, "socket");
    must(!bind(server->listener, (struct sockaddr *)&address, len) &&
             !listen(server->listener, 64) &&
             !getsockname(server->listener, (struct sockaddr *)&address, &len),
         "listen");
    server->port = ntohs(address.sin_port);
}

static apr_status_t server_stop(void *data)
{
    https_server_t *server = data;

    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->acceptor, NULL);
    close(server->listener);
    while (server->alive) {
        usleep(1000);
    }
    SSL_CTX_free(server->tls);
    return APR_SUCCESS;
}

https_server_t *https_server_start(https_script_t *script, apr_pool_t *p)
{
    https_server_t *server = apr_pcalloc(p, sizeof(*server));

    server->script = script;
    server_listen(server);
    server->root = apr_psprintf(p, "%s/root-%u.pem", t_dir(), server->port);
    server_certify(server);
    must(!pthread_create(&server->acceptor, NULL, server_accept, server),
         "thread");
    apr_pool_cleanup_register(p, server, server_stop, apr_pool_cleanup_null);
    return server;
}

const char *https_server_url(const https_server_t *server, const char *path,
                             apr_pool_t *p)
{
    return apr_psprintf(p, "https://127.0.0.1:%u%s", server->port, path);
}

const char *https_server_root(const https_server_t *server)
{
    return server->root;
}

unsigned https_server_connections(https_server_t *server)
{
    return server->connections;
}
