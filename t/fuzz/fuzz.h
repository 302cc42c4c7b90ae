#ifndef FUZZ_H
#define FUZZ_H

/** What every fuzz target needs. A target takes bytes as they could come from
 * outside and checks what must hold of whatever is made of them; where it does
 * not hold, the program aborts. */

#include "ae_bytes.h"
#include "ae_error.h"

#include <apr_tables.h>
#include <stddef.h>

/** One entry for bytes from outside. Its corpus is t/fuzz/corpus/<name>/. */
typedef struct fuzz_target_t {
    const char *name;
    void (*run)(const unsigned char *data, size_t size);
    unsigned rounds; /* how many mutations `make check` tries */
} fuzz_target_t;

/** Cleared after each input. */
extern apr_pool_t *fuzz_pool;

/** Lives as long as the program: for what all inputs share. */
extern apr_pool_t *fuzz_global_pool;

/** Run one input of a target. */
void fuzz_one(const fuzz_target_t *target, const unsigned char *data,
              size_t size);

/** Abort with these words unless it holds. */
void fuzz_must(int holds, const char *words);

/** Abort unless it is UTF-8 without control characters. NULL passes. */
void fuzz_must_be_text(const char *text);

/** Abort unless the error tells of this status: what happened and, in clean
 * text, why. */
void fuzz_must_explain(const ae_error_t *err, apr_status_t status);

/** The input as a string up to its first NUL, alone in its memory, so that
 * reading beyond its end is seen. */
const char *fuzz_string(const unsigned char *data, size_t size);

/** The same bytes alone in their memory. */
ae_bytes_t fuzz_bytes(const unsigned char *data, size_t size);

/** DER (what begins with its SEQUENCE) as PEM of this label, all else as it
 * is: DER is what mutations get somewhere with. */
ae_bytes_t fuzz_pem(const char *label, const unsigned char *data, size_t size);

/** Cut the next part off the input: what stands before the first line "%%",
 * or all of it. */
ae_bytes_t fuzz_part(const unsigned char **data, size_t *size);

/** A fixture of the unit tests, in fuzz_global_pool. */
ae_bytes_t fuzz_fixture(const char *name);

/** The names in the fixtures' certificate, const char *. */
const apr_array_header_t *fuzz_names(void);

/** A scratch directory, removed when the process ends that asked first. */
const char *fuzz_dir(void);

/** Put these bytes into a file. */
void fuzz_write(const char *path, ae_bytes_t bytes);

#endif
