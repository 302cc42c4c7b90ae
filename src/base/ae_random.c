#include "ae_random.h"

#include <openssl/err.h>
#include <openssl/rand.h>

apr_status_t ae_random_bytes(unsigned char *bytes, apr_size_t len,
                             ae_error_t *err)
{
    if (RAND_bytes_ex(NULL, bytes, len, 0) != 1) {
        ae_error_set(err, AE_ECRYPTO, "No random numbers are to be had");
        return ae_error_why_openssl(err);
    }
    return APR_SUCCESS;
}

apr_uint32_t ae_random_u32(void)
{
    apr_uint32_t number;

    if (RAND_bytes_ex(NULL, (unsigned char *)&number, sizeof(number), 0) !=
        1) {
        ERR_clear_error();
        return 0;
    }
    return number;
}
