#include "edge_store_head.h"
#include "fuzz.h"

#include <apr_strings.h>

/* store.json: another version's, damaged, or none at all. */

#define VERSION 1

static void run(const unsigned char *data, size_t size)
{
    const char *path = apr_pstrcat(fuzz_pool, fuzz_dir(), "/store.json", NULL);
    const ae_seal_t *seal = NULL;
    ae_error_t err;
    apr_status_t status;

    fuzz_write(path, fuzz_bytes(data, size));
    status = edge_store_head_read(&seal, path, VERSION, &err, fuzz_pool);
    if (status == APR_SUCCESS) {
        fuzz_must(seal != NULL, "a store that was read has its key");
        return;
    }
    fuzz_must(status == AE_EVERSION || status == AE_EFORMAT,
              "the status is a documented one");
    fuzz_must(seal == NULL, "what was refused is not given out");
    fuzz_must_explain(&err, status);
    fuzz_must(err.next[0] != '\0', "it says what helps");
}

const fuzz_target_t fuzz_store_head = {"store_head", run, 3000};
