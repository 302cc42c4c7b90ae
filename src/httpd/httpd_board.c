#include "httpd_board.h"

#include "ae_cell.h"

#include <apr_shm.h>
#include <stdatomic.h>
#include <string.h>

typedef struct shared_t {
    _Atomic apr_int64_t deploy_gap; /* -1: not asked */
    _Atomic apr_int64_t open_until;
    _Atomic apr_int64_t last_tick;
    _Atomic apr_int64_t port; /* negative where it is open */
    _Atomic apr_int64_t port_needed;
    _Atomic apr_uint32_t port_refusals;
    apr_uint64_t cells[]; /* refusal, trouble, a status of each certificate */
} shared_t;

struct httpd_board_t {
    apr_shm_t *shm;
    shared_t *shared;
    unsigned certs;
};

#define TROUBLE sizeof(ae_error_t)
#define STATUS sizeof(edge_status_t)

static ae_cell_t *cell_at(const httpd_board_t *board, apr_size_t offset)
{
    return (ae_cell_t *)(void *)((char *)board->shared->cells + offset);
}

static ae_cell_t *refusal_cell(const httpd_board_t *board)
{
    return cell_at(board, 0);
}

static ae_cell_t *trouble_cell(const httpd_board_t *board)
{
    return cell_at(board, ae_cell_size(TROUBLE));
}

static ae_cell_t *status_cell(const httpd_board_t *board, unsigned index)
{
    return cell_at(board,
                   2 * ae_cell_size(TROUBLE) + index * ae_cell_size(STATUS));
}

/* What was never put is all zero. */
static void get(const ae_cell_t *cell, void *value, apr_size_t bytes)
{
    if (ae_cell_get(cell, bytes, value, NULL) == 0) {
        memset(value, 0, bytes);
    }
}

apr_status_t httpd_board_create(httpd_board_t **board, unsigned certs,
                                ae_error_t *err, apr_pool_t *p)
{
    httpd_board_t *b = apr_pcalloc(p, sizeof(*b));
    apr_size_t size = sizeof(shared_t) + 2 * ae_cell_size(TROUBLE) +
                      (apr_size_t)certs * ae_cell_size(STATUS);
    apr_status_t rv = apr_shm_create(&b->shm, size, NULL, p);

    if (rv != APR_SUCCESS) {
        ae_error_set(err, rv, "%" APR_SIZE_T_FMT " bytes of shared memory",
                     size);
        return ae_error_why_status(err, rv);
    }
    b->certs = certs;
    b->shared = apr_shm_baseaddr_get(b->shm);
    memset(b->shared, 0, size);
    b->shared->deploy_gap = -1;
    *board = b;
    return APR_SUCCESS;
}

unsigned httpd_board_certs(const httpd_board_t *board)
{
    return board->certs;
}

void httpd_board_put(httpd_board_t *board, unsigned index,
                     const edge_status_t *status)
{
    ae_cell_put(status_cell(board, index), STATUS, status, STATUS);
}

void httpd_board_get(const httpd_board_t *board, unsigned index,
                     edge_status_t *status)
{
    get(status_cell(board, index), status, STATUS);
}

void httpd_board_put_trouble(httpd_board_t *board, const ae_error_t *trouble)
{
    ae_cell_put(trouble_cell(board), TROUBLE, trouble, TROUBLE);
}

void httpd_board_get_trouble(const httpd_board_t *board, ae_error_t *trouble)
{
    get(trouble_cell(board), trouble, TROUBLE);
}

void httpd_board_ask_deploy(httpd_board_t *board, apr_interval_time_t gap)
{
    apr_int64_t asked = board->shared->deploy_gap;

    if (asked < 0 || gap < asked) {
        board->shared->deploy_gap = gap;
    }
}

int httpd_board_deploy_asked(const httpd_board_t *board,
                             apr_interval_time_t *gap)
{
    *gap = board->shared->deploy_gap;
    return *gap >= 0;
}

int httpd_board_take_deploy(httpd_board_t *board)
{
    return atomic_exchange(&board->shared->deploy_gap, -1) >= 0;
}

void httpd_board_put_port(httpd_board_t *board, unsigned port, int is_open)
{
    board->shared->port = is_open ? -(apr_int64_t)port : (apr_int64_t)port;
}

unsigned httpd_board_port(const httpd_board_t *board, int *is_open)
{
    apr_int64_t port = board->shared->port;

    *is_open = port < 0;
    return (unsigned)(port < 0 ? -port : port);
}

void httpd_board_need_port(httpd_board_t *board, apr_time_t until)
{
    board->shared->port_needed = until;
}

apr_time_t httpd_board_port_needed(const httpd_board_t *board)
{
    return board->shared->port_needed;
}

void httpd_board_refuse_port(httpd_board_t *board, const ae_error_t *why)
{
    ae_cell_put(refusal_cell(board), TROUBLE, why, TROUBLE);
    board->shared->port_refusals++;
}

apr_uint32_t httpd_board_port_refusals(const httpd_board_t *board)
{
    return board->shared->port_refusals;
}

void httpd_board_get_refusal(const httpd_board_t *board, ae_error_t *why)
{
    get(refusal_cell(board), why, TROUBLE);
}

void httpd_board_challenge_opened(httpd_board_t *board, apr_time_t expires)
{
    if (expires > board->shared->open_until) {
        board->shared->open_until = expires;
    }
}

void httpd_board_challenges_closed(httpd_board_t *board)
{
    board->shared->open_until = 0;
}

int httpd_board_challenge_open(const httpd_board_t *board, apr_time_t now)
{
    return now < board->shared->open_until;
}

void httpd_board_tick(httpd_board_t *board, apr_time_t now)
{
    board->shared->last_tick = now;
}

apr_time_t httpd_board_last_tick(const httpd_board_t *board)
{
    return board->shared->last_tick;
}
