#include "ae_san.h"

#include "ae_address.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>
#include <strings.h>

/* By ASN.1 objects: in OpenSSL's configuration text a comma in a name would
 * begin another one. */
static GENERAL_NAME *dns_make(const char *text)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_IA5STRING *ia5 = ASN1_IA5STRING_new();

    if (name == NULL || ia5 == NULL || text[0] == '\0' ||
        ASN1_STRING_set(ia5, text, -1) != 1) {
        ASN1_IA5STRING_free(ia5);
        GENERAL_NAME_free(name);
        return NULL;
    }
    GENERAL_NAME_set0_value(name, GEN_DNS, ia5);
    return name;
}

/* RFC 5280 section 4.2.1.6: an iPAddress, of four or sixteen bytes. */
static GENERAL_NAME *address_make(const ae_address_t *address)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();

    if (name == NULL || octets == NULL ||
        ASN1_OCTET_STRING_set(octets, address->bytes, address->len) != 1) {
        ASN1_OCTET_STRING_free(octets);
        GENERAL_NAME_free(name);
        return NULL;
    }
    GENERAL_NAME_set0_value(name, GEN_IPADD, octets);
    return name;
}

static int name_add(GENERAL_NAMES *all, const char *text)
{
    ae_address_t address;
    GENERAL_NAME *name = ae_address_read(&address, text)
                             ? address_make(&address)
                             : dns_make(text);

    if (name == NULL || sk_GENERAL_NAME_push(all, name) <= 0) {
        GENERAL_NAME_free(name);
        return 0;
    }
    return 1;
}

GENERAL_NAMES *ae_san_make(const apr_array_header_t *names)
{
    GENERAL_NAMES *all = GENERAL_NAMES_new();
    int i;

    if (all == NULL || names->nelts == 0) {
        GENERAL_NAMES_free(all);
        return NULL;
    }
    for (i = 0; i < names->nelts; i++) {
        if (!name_add(all, APR_ARRAY_IDX(names, i, const char *))) {
            GENERAL_NAMES_free(all);
            return NULL;
        }
    }
    return all;
}

static int text_is_sane(const unsigned char *text, int len)
{
    int i;

    for (i = 0; i < len; i++) {
        if (text[i] <= ' ' || text[i] >= 0x7f) {
            return 0;
        }
    }
    return len > 0;
}

static void to_lower(char *text)
{
    for (; *text; text++) {
        *text = (char)apr_tolower(*text);
    }
}

const char *ae_san_text(const ASN1_STRING *string, apr_pool_t *p)
{
    const unsigned char *text = ASN1_STRING_get0_data(string);
    int len = ASN1_STRING_length(string);
    char *name;

    if (!text_is_sane(text, len)) {
        return NULL;
    }
    name = apr_pstrmemdup(p, (const char *)text, (apr_size_t)len);
    to_lower(name);
    return name;
}

static const char *address_text(const ASN1_STRING *octets, apr_pool_t *p)
{
    ae_address_t address = {.len = ASN1_STRING_length(octets)};

    if (address.len != 4 && address.len != AE_ADDRESS_BYTES_MAX) {
        return NULL;
    }
    memcpy(address.bytes, ASN1_STRING_get0_data(octets), (size_t)address.len);
    return ae_address_print(&address, p);
}

/* An address that passes for a DNS name is neither (RFC 9525 section 6.4).
 * @param text put the name; NULL for one of another kind
 * @return whether it is as it should be */
static int name_read(const char **text, const GENERAL_NAME *name,
                     apr_pool_t *p)
{
    int kind;
    const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &kind);

    *text = NULL;
    if (kind == GEN_DNS) {
        *text = ae_san_text(value, p);
    } else if (kind == GEN_IPADD) {
        *text = address_text(value, p);
    } else {
        return 1;
    }
    if (*text != NULL && kind == GEN_DNS && ae_address_is(*text)) {
        *text = NULL;
        return 1;
    }
    return *text != NULL;
}

int ae_san_take(apr_array_header_t *names, const GENERAL_NAMES *all,
                apr_pool_t *p)
{
    int i;

    for (i = 0; i < sk_GENERAL_NAME_num(all); i++) {
        const char *name;

        if (!name_read(&name, sk_GENERAL_NAME_value(all, i), p)) {
            return 0;
        }
        if (name != NULL) {
            APR_ARRAY_PUSH(names, const char *) = name;
        }
    }
    return 1;
}

apr_array_header_t *ae_san_read(const X509 *x509, apr_pool_t *p)
{
    apr_array_header_t *names = apr_array_make(p, 4, sizeof(const char *));
    int found;
    GENERAL_NAMES *all =
        X509_get_ext_d2i(x509, NID_subject_alt_name, &found, NULL);
    int good;

    if (all == NULL) {
        return found == -1 ? names : NULL;
    }
    good = ae_san_take(names, all, p);
    GENERAL_NAMES_free(all);
    return good ? names : NULL;
}

int ae_san_covers(const char *name, const char *wanted)
{
    const char *rest = strchr(wanted, '.');

    if (strcasecmp(name, wanted) == 0) {
        return 1;
    }
    return name[0] == '*' && rest && rest != wanted &&
           strcasecmp(name + 1, rest) == 0 && !ae_address_is(wanted);
}
