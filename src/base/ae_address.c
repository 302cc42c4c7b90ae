#include "ae_address.h"

#include <apr_strings.h>
#include <arpa/inet.h>
#include <string.h>

#define V4_BYTES 4
#define V6_BYTES 16
#define EMBEDDED_AT 12 /* where a mixed one has its IPv4 address */

int ae_address_read(ae_address_t *address, const char *text)
{
    int is_v6 = strchr(text, ':') != NULL;

    memset(address, 0, sizeof(*address));
    address->len = is_v6 ? V6_BYTES : V4_BYTES;
    return inet_pton(is_v6 ? AF_INET6 : AF_INET, text, address->bytes) == 1;
}

int ae_address_is(const char *text)
{
    ae_address_t ignored;

    return ae_address_read(&ignored, text);
}

static int is_zero(const unsigned char *bytes, int len)
{
    int i;

    for (i = 0; i < len && bytes[i] == 0; i++) {
    }
    return i == len;
}

int ae_address_is_mixed(const ae_address_t *address)
{
    static const unsigned char mapped[EMBEDDED_AT] = {
        [EMBEDDED_AT - 2] = 0xff, [EMBEDDED_AT - 1] = 0xff};

    if (address->len != V6_BYTES) {
        return 0;
    }
    /* RFC 4291 section 2.5.5; "::" and "::1" are none of these. */
    return memcmp(address->bytes, mapped, EMBEDDED_AT) == 0 ||
           (is_zero(address->bytes, EMBEDDED_AT) &&
            !is_zero(address->bytes + EMBEDDED_AT, 2));
}

int ae_address_is_any(const ae_address_t *address)
{
    return is_zero(address->bytes, address->len);
}

const char *ae_address_print(const ae_address_t *address, apr_pool_t *p)
{
    char text[INET6_ADDRSTRLEN] = "";

    inet_ntop(address->len == V4_BYTES ? AF_INET : AF_INET6, address->bytes,
              text, sizeof(text));
    return apr_pstrdup(p, text);
}

const char *ae_address_host(const char *name, apr_pool_t *p)
{
    return strchr(name, ':') && ae_address_is(name)
               ? apr_pstrcat(p, "[", name, "]", NULL)
               : name;
}
