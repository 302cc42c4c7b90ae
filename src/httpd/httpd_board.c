#include "httpd_board.h"

#include <apr_shm.h>
#include <stdatomic.h>
#include <string.h>

typedef _Atomic apr_uint64_t word_t;

#define WORD sizeof(apr_uint64_t)
#define WORDS(type) ((sizeof(type) + WORD - 1) / WORD)

/* A value in two copies: readers take the one that `version` names, the
 * writer fills the other and then says so. So a reader sees a torn value only
 * where the writer came by twice meanwhile, and a writer that dies has harmed
 * nothing. Words are atomic because processes share them. */
typedef struct cell_t {
    word_t *version;
    word_t *copies; /* twice `words` */
    apr_size_t words;
    apr_size_t bytes;
} cell_t;

typedef struct trouble_slot_t {
    word_t version;
    word_t copies[2 * WORDS(ae_error_t)];
} trouble_slot_t;

typedef struct status_slot_t {
    word_t version;
    word_t copies[2 * WORDS(edge_status_t)];
} status_slot_t;

typedef struct shared_t {
    _Atomic apr_int64_t deploy_gap; /* -1: not asked */
    _Atomic apr_int64_t open_until;
    _Atomic apr_int64_t last_tick;
    _Atomic apr_int64_t port; /* negative where it is open */
    _Atomic apr_int64_t port_needed;
    _Atomic apr_uint32_t port_refusals;
    trouble_slot_t refusal;
    trouble_slot_t trouble;
    status_slot_t statuses[];
} shared_t;

struct httpd_board_t {
    apr_shm_t *shm;
    shared_t *shared;
    unsigned certs;
};

static cell_t trouble_cell(trouble_slot_t *slot)
{
    return (cell_t){&slot->version, slot->copies, WORDS(ae_error_t),
                    sizeof(ae_error_t)};
}

static cell_t status_cell(const httpd_board_t *board, unsigned index)
{
    status_slot_t *slot = &board->shared->statuses[index];

    return (cell_t){&slot->version, slot->copies, WORDS(edge_status_t),
                    sizeof(edge_status_t)};
}

static apr_size_t word_bytes(const cell_t *cell, apr_size_t i)
{
    return i + 1 < cell->words ? WORD : cell->bytes - i * WORD;
}

static void cell_put(cell_t cell, const void *value)
{
    apr_uint64_t version =
        atomic_load_explicit(cell.version, memory_order_relaxed) + 1;
    word_t *copy = cell.copies + (version & 1) * cell.words;
    apr_size_t i;

    /* No word of this copy may be seen before the version that left it. */
    atomic_thread_fence(memory_order_release);
    for (i = 0; i < cell.words; i++) {
        apr_uint64_t word = 0;

        memcpy(&word, (const char *)value + i * WORD, word_bytes(&cell, i));
        atomic_store_explicit(copy + i, word, memory_order_relaxed);
    }
    atomic_store_explicit(cell.version, version, memory_order_release);
}

static void cell_get(cell_t cell, void *value)
{
    apr_uint64_t version, again;

    do {
        const word_t *copy;
        apr_size_t i;

        version = atomic_load_explicit(cell.version, memory_order_acquire);
        copy = cell.copies + (version & 1) * cell.words;
        for (i = 0; i < cell.words; i++) {
            apr_uint64_t word =
                atomic_load_explicit(copy + i, memory_order_relaxed);

            memcpy((char *)value + i * WORD, &word, word_bytes(&cell, i));
        }
        atomic_thread_fence(memory_order_acquire);
        again = atomic_load_explicit(cell.version, memory_order_relaxed);
    } while (again != version);
}

apr_status_t httpd_board_create(httpd_board_t **board, unsigned certs,
                                ae_error_t *err, apr_pool_t *p)
{
    httpd_board_t *b = apr_pcalloc(p, sizeof(*b));
    apr_size_t size =
        sizeof(shared_t) + (apr_size_t)certs * sizeof(status_slot_t);
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
    cell_put(status_cell(board, index), status);
}

void httpd_board_get(const httpd_board_t *board, unsigned index,
                     edge_status_t *status)
{
    cell_get(status_cell(board, index), status);
}

void httpd_board_put_trouble(httpd_board_t *board, const ae_error_t *trouble)
{
    cell_put(trouble_cell(&board->shared->trouble), trouble);
}

void httpd_board_get_trouble(const httpd_board_t *board, ae_error_t *trouble)
{
    cell_get(trouble_cell(&board->shared->trouble), trouble);
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
    cell_put(trouble_cell(&board->shared->refusal), why);
    board->shared->port_refusals++;
}

apr_uint32_t httpd_board_port_refusals(const httpd_board_t *board)
{
    return board->shared->port_refusals;
}

void httpd_board_get_refusal(const httpd_board_t *board, ae_error_t *why)
{
    cell_get(trouble_cell(&board->shared->refusal), why);
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
