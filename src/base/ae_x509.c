#include "ae_x509.h"

#include <apr_strings.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <string.h>

const char *ae_x509_name_print(const X509_NAME *name, apr_pool_t *p)
{
    BIO *bio = BIO_new(BIO_s_mem());
    const char *text = NULL;
    char *data;
    long len;

    if (bio && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0) {
        len = BIO_get_mem_data(bio, &data);
        text = apr_pstrmemdup(p, len > 0 ? data : "", (apr_size_t)len);
    }
    BIO_free(bio);
    return text;
}

const char *ae_x509_key_print(const EVP_PKEY *key, apr_pool_t *p)
{
    char curve[64] = "";

    if (key == NULL) {
        return "unknown";
    }
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) {
        return apr_psprintf(p, "rsa-%d", EVP_PKEY_get_bits(key));
    }
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC ||
        EVP_PKEY_get_group_name(key, curve, sizeof(curve), NULL) != 1) {
        return apr_pstrdup(p, OBJ_nid2sn(EVP_PKEY_get_base_id(key)));
    }
    return strcmp(curve, "prime256v1") == 0  ? "ecdsa-p256"
           : strcmp(curve, "secp384r1") == 0 ? "ecdsa-p384"
                                             : apr_pstrdup(p, curve);
}
