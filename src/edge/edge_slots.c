#include "edge_slots.h"

#include "ae_cell.h"
#include "ae_secret.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdatomic.h>
#include <string.h>

/* What stands before chain and key; the digest is of all behind it. */
typedef struct head_t {
    unsigned char digest[SHA256_DIGEST_LENGTH];
    apr_uint64_t chain_len;
    apr_uint64_t key_len;
} head_t;

#define CAPACITY (sizeof(head_t) + EDGE_SLOT_BYTES)

/* A slot: the last version that was told of, and a cell. */
typedef _Atomic apr_uint64_t told_t;

struct edge_slots_t {
    char *memory;
    int count;
};

static apr_size_t slot_size(void)
{
    return sizeof(told_t) + ae_cell_size(CAPACITY);
}

static told_t *told_of(const edge_slots_t *slots, int i)
{
    return (told_t *)(void *)(slots->memory + (apr_size_t)i * slot_size());
}

static ae_cell_t *cell_of(const edge_slots_t *slots, int i)
{
    return (ae_cell_t *)(void *)(told_of(slots, i) + 1);
}

apr_size_t edge_slots_size(int count)
{
    return (apr_size_t)count * slot_size();
}

edge_slots_t *edge_slots_make(void *memory, int count, apr_pool_t *p)
{
    edge_slots_t *slots = apr_palloc(p, sizeof(*slots));

    slots->memory = memory;
    slots->count = count;
    return slots;
}

int edge_slots_count(const edge_slots_t *slots)
{
    return slots->count;
}

apr_uint64_t edge_slots_version(const edge_slots_t *slots, int i)
{
    return ae_cell_version(cell_of(slots, i));
}

static void digest_make(unsigned char *digest, const unsigned char *value,
                        apr_size_t bytes)
{
    const apr_size_t from = sizeof(((head_t *)0)->digest);

    SHA256(value + from, bytes - from, digest);
}

static void value_write(unsigned char *value, apr_size_t bytes,
                        ae_bytes_t chain_pem, ae_bytes_t key_pem)
{
    head_t head = {{0}, chain_pem.len, key_pem.len};
    unsigned char *at = value + sizeof(head);

    memcpy(value, &head, sizeof(head));
    if (chain_pem.len) {
        memcpy(at, chain_pem.data, chain_pem.len);
    }
    if (key_pem.len) {
        memcpy(at + chain_pem.len, key_pem.data, key_pem.len);
    }
    digest_make(value, value, bytes);
}

static apr_status_t too_big(ae_error_t *err, ae_bytes_t chain_pem,
                            ae_bytes_t key_pem)
{
    ae_error_set(err, AE_ETOOBIG,
                 "The certificate is too large to be deployed without a "
                 "restart");
    ae_error_why(err,
                 "its chain has %" APR_SIZE_T_FMT " bytes and its key "
                 "%" APR_SIZE_T_FMT ", the limit for both is %d",
                 chain_pem.len, key_pem.len, EDGE_SLOT_BYTES);
    return ae_error_next(err, "\"apachectl graceful\" has it served");
}

apr_status_t edge_slots_put(edge_slots_t *slots, int i, ae_bytes_t chain_pem,
                            ae_bytes_t key_pem, ae_error_t *err)
{
    apr_size_t bytes = sizeof(head_t) + chain_pem.len + key_pem.len;
    unsigned char *value;

    if (chain_pem.len > EDGE_SLOT_BYTES ||
        key_pem.len > EDGE_SLOT_BYTES - chain_pem.len) {
        return too_big(err, chain_pem, key_pem);
    }
    value = OPENSSL_malloc(bytes);
    if (value == NULL) {
        ae_error_set(err, APR_ENOMEM, "Cannot deploy the certificate");
        return ae_error_why_status(err, APR_ENOMEM);
    }
    value_write(value, bytes, chain_pem, key_pem);
    ae_cell_put(cell_of(slots, i), CAPACITY, value, bytes);
    ae_cell_wipe(cell_of(slots, i), CAPACITY);
    OPENSSL_clear_free(value, bytes);
    return APR_SUCCESS;
}

static int value_holds(head_t *head, const unsigned char *value,
                       apr_size_t bytes)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];

    if (bytes < sizeof(*head)) {
        return 0;
    }
    memcpy(head, value, sizeof(*head));
    digest_make(digest, value, bytes);
    bytes -= sizeof(*head);
    return memcmp(digest, head->digest, sizeof(digest)) == 0 &&
           head->chain_len <= bytes &&
           head->key_len == bytes - head->chain_len;
}

apr_status_t edge_slots_get(ae_bytes_t *chain_pem, ae_bytes_t *key_pem,
                            apr_uint64_t *version, const edge_slots_t *slots,
                            int i, ae_error_t *err, apr_pool_t *p)
{
    unsigned char *value = ae_secret_alloc(CAPACITY, p);
    apr_size_t bytes =
        ae_cell_get(cell_of(slots, i), CAPACITY, value, version);
    head_t head;

    if (*version == 0) {
        ae_error_set(err, APR_ENOENT, "There is nothing in shared memory");
        return ae_error_why(err, "no certificate was put there");
    }
    if (!value_holds(&head, value, bytes)) {
        ae_error_set(err, AE_EFORMAT,
                     "The certificate in shared memory is damaged");
        return ae_error_why(err, "its digest is another one");
    }
    chain_pem->data = value + sizeof(head);
    chain_pem->len = (apr_size_t)head.chain_len;
    key_pem->data = chain_pem->data + chain_pem->len;
    key_pem->len = (apr_size_t)head.key_len;
    return APR_SUCCESS;
}

int edge_slots_may_tell(edge_slots_t *slots, int i, apr_uint64_t version)
{
    apr_uint64_t told = atomic_load(told_of(slots, i));

    while (told < version) {
        if (atomic_compare_exchange_weak(told_of(slots, i), &told, version)) {
            return 1;
        }
    }
    return 0;
}

int edge_slots_is_told(const edge_slots_t *slots, int i)
{
    apr_uint64_t version = edge_slots_version(slots, i);

    return version != 0 && atomic_load(told_of(slots, i)) == version;
}
