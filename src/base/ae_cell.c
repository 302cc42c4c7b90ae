#include "ae_cell.h"

#include "ae_fault.h"

#include <stdatomic.h>
#include <string.h>

typedef _Atomic apr_uint64_t word_t;

#define WORD sizeof(apr_uint64_t)

/* Readers take the copy that `version` names, the writer fills the other and
 * then says so. A reader that the writer has come by twice sees it by the
 * version, and begins again: each word is stored with release and loaded with
 * acquire, so whoever has a word of a later value has at least the version
 * that gave its copy free. */
struct ae_cell_t {
    word_t version;
    word_t copies[]; /* two, each a length and then its words */
};

static apr_size_t words_of(apr_size_t bytes)
{
    return (bytes + WORD - 1) / WORD;
}

static apr_size_t copy_words(apr_size_t capacity)
{
    return 1 + words_of(capacity);
}

apr_size_t ae_cell_size(apr_size_t capacity)
{
    return sizeof(ae_cell_t) + 2 * copy_words(capacity) * WORD;
}

static word_t *copy_of(ae_cell_t *cell, apr_size_t capacity,
                       apr_uint64_t version)
{
    return cell->copies + (version & 1) * copy_words(capacity);
}

/* A length that nobody can have put must not lead out of the copy. */
static apr_size_t copy_length(const word_t *copy, apr_size_t capacity)
{
    apr_uint64_t length = atomic_load_explicit(copy, memory_order_acquire);

    return length < capacity ? (apr_size_t)length : capacity;
}

static void word_put(word_t *copy, apr_size_t i, apr_uint64_t word)
{
    atomic_store_explicit(copy + 1 + i, word, memory_order_release);
}

/* Behind its length a copy is zero at every moment, so that what a writer left
 * that was killed is found and wiped: the length goes last when it gets
 * smaller, and first when it grows. */
static void copy_cut(word_t *copy, apr_size_t capacity, apr_size_t bytes)
{
    apr_size_t i = words_of(copy_length(copy, capacity));

    while (i > words_of(bytes)) {
        word_put(copy, --i, 0);
    }
    atomic_store_explicit(copy, bytes, memory_order_release);
}

static void copy_fill(word_t *copy, const char *value, apr_size_t bytes)
{
    apr_size_t i;

    for (i = 0; i * WORD < bytes; i++) {
        apr_size_t left = bytes - i * WORD;
        apr_uint64_t word = 0;

        memcpy(&word, value + i * WORD, left < WORD ? left : WORD);
        word_put(copy, i, word);
        if (i == words_of(bytes) / 2) {
            ae_fault_step();
        }
    }
}

static void copy_read(const word_t *copy, char *value, apr_size_t bytes)
{
    apr_size_t i;

    for (i = 0; i * WORD < bytes; i++) {
        apr_size_t left = bytes - i * WORD;
        apr_uint64_t word =
            atomic_load_explicit(copy + 1 + i, memory_order_acquire);

        memcpy(value + i * WORD, &word, left < WORD ? left : WORD);
    }
}

void ae_cell_put(ae_cell_t *cell, apr_size_t capacity, const void *value,
                 apr_size_t bytes)
{
    apr_uint64_t version = ae_cell_version(cell) + 1;
    word_t *copy = copy_of(cell, capacity, version);

    copy_cut(copy, capacity, bytes);
    ae_fault_step();
    copy_fill(copy, value, bytes);
    ae_fault_step();
    atomic_store_explicit(&cell->version, version, memory_order_release);
    ae_fault_step();
}

apr_size_t ae_cell_get(const ae_cell_t *cell, apr_size_t capacity, void *value,
                       apr_uint64_t *version)
{
    apr_uint64_t before, after = ae_cell_version(cell);
    apr_size_t bytes;

    do {
        const word_t *copy = copy_of((ae_cell_t *)cell, capacity, after);

        before = after;
        bytes = copy_length(copy, capacity);
        copy_read(copy, value, bytes);
        after = ae_cell_version(cell);
    } while (after != before);
    if (version) {
        *version = before;
    }
    return before ? bytes : 0;
}

apr_uint64_t ae_cell_version(const ae_cell_t *cell)
{
    return atomic_load_explicit(&cell->version, memory_order_acquire);
}

void ae_cell_wipe(ae_cell_t *cell, apr_size_t capacity)
{
    copy_cut(copy_of(cell, capacity, ae_cell_version(cell) + 1), capacity, 0);
}
