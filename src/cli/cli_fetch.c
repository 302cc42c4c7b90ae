#include "cli_fetch.h"

#include "net_fetch.h"
#include "net_process.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT apr_time_from_sec(15)

/* How what follows begins. */
#define FETCHED '+'
#define FAILED '-'

typedef struct fetcher_t {
    net_fetch_t fetch;
    apr_pool_t *p;
} fetcher_t;

static void write_all(int out, const unsigned char *bytes, apr_size_t len)
{
    while (len > 0) {
        ssize_t written = write(out, bytes, len);

        if (written < 0 && errno != EINTR) {
            return;
        }
        if (written > 0) {
            bytes += written;
            len -= (apr_size_t)written;
        }
    }
}

/* In the other process. */
static void work(void *ctx, int out)
{
    fetcher_t *fetcher = ctx;
    unsigned char mark = FETCHED;
    ae_bytes_t body;
    ae_error_t err;

    if (net_fetch(&body, &fetcher->fetch, &err, fetcher->p) != APR_SUCCESS) {
        mark = FAILED;
        body.data = (const unsigned char *)err.why;
        body.len = strlen(err.why);
    }
    write_all(out, &mark, 1);
    write_all(out, body.data, body.len);
}

static apr_status_t take(ae_cert_t **cert, const fetcher_t *fetcher,
                         ae_bytes_t said, ae_error_t *err)
{
    ae_bytes_t body = {said.data + 1, said.len - 1};

    if (said.data[0] == FETCHED) {
        return ae_cert_parse_any(cert, body, err, fetcher->p);
    }
    ae_error_set(err, AE_EREMOTE, "Cannot fetch %s", fetcher->fetch.url);
    return ae_error_why(err, "%.*s", (int)body.len, (const char *)body.data);
}

apr_status_t cli_fetch_cert(ae_cert_t **cert, const cli_t *cli,
                            const char *url, ae_error_t *err)
{
    fetcher_t fetcher = {
        .fetch = {.url = url,
                  .proxy = cli->catalog.proxy,
                  .max = AE_CERT_CHAIN_BYTES_MAX,
                  .timeout = TIMEOUT},
        .p = cli->p,
    };
    net_process_task_t task = {
        .work = work,
        .ctx = &fetcher,
        .user = edge_store_worker(cli->store),
        .said_max = AE_CERT_CHAIN_BYTES_MAX + 1,
        .limit = TIMEOUT + apr_time_from_sec(5),
    };
    ae_bytes_t said;
    apr_status_t status = net_process_ask(&said, &task, err, cli->p);

    if (status == APR_SUCCESS && said.len == 0) {
        ae_error_set(err, APR_EGENERAL, "Cannot fetch %s", url);
        return ae_error_why(err, "the process that was to do it said nothing");
    }
    return status == APR_SUCCESS ? take(cert, &fetcher, said, err) : status;
}
