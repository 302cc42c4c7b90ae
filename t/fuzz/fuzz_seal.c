#include "ae_seal.h"
#include "fuzz.h"

#include <string.h>

/* Sealed files, from accounts/ and staging/. The first byte says what comes
 * after it: 's' sealed bytes, 'p' a plain text that is sealed, then damaged
 * at the place that the next two bytes tell. */

#define PURPOSE "staging/a.example/ecdsa-p256.key"

static const ae_seal_t *seal(void)
{
    static const unsigned char key[AE_SEAL_KEY_BYTES] = "0123456789abcdef";
    static const ae_seal_t *made;

    if (!made) {
        made = ae_seal_create(key, fuzz_global_pool);
    }
    return made;
}

static void must_refuse(const char *purpose, ae_bytes_t sealed)
{
    ae_error_t err;
    ae_bytes_t plain = {NULL, 7};
    apr_status_t status =
        ae_seal_open(&plain, seal(), purpose, sealed, &err, fuzz_pool);

    fuzz_must(status == AE_ESEAL, "nothing opens but what was sealed");
    fuzz_must(plain.data == NULL && plain.len == 7,
              "what was not opened is not given out");
    fuzz_must_explain(&err, status);
}

static void damage(const unsigned char *data, size_t size)
{
    ae_bytes_t plain = fuzz_bytes(data + 2, size - 2);
    ae_bytes_t sealed, opened;
    unsigned char *copy;
    size_t at = (size_t)data[0] << 8 | data[1];
    ae_error_t err;

    fuzz_must(ae_seal_close(&sealed, seal(), PURPOSE, plain, &err,
                            fuzz_pool) == APR_SUCCESS &&
                  ae_seal_open(&opened, seal(), PURPOSE, sealed, &err,
                               fuzz_pool) == APR_SUCCESS,
              "what is sealed opens");
    fuzz_must(opened.len == plain.len &&
                  !memcmp(opened.data, plain.data, plain.len),
              "what opens is what was sealed");
    must_refuse(PURPOSE "x", sealed);
    copy = (unsigned char *)(size_t)fuzz_bytes(sealed.data, sealed.len).data;
    copy[at % sealed.len] ^= (unsigned char)(1 << at % 8);
    sealed.data = copy;
    must_refuse(PURPOSE, sealed);
    sealed.len -= 1 + at % sealed.len;
    must_refuse(PURPOSE, sealed);
}

static void run(const unsigned char *data, size_t size)
{
    if (size >= 3 && data[0] == 'p') {
        damage(data + 1, size - 1);
    } else if (size) {
        must_refuse(PURPOSE, fuzz_bytes(data + 1, size - 1));
    }
}

const fuzz_target_t fuzz_seal = {"seal", run, 3000};
