#include "ae_key.h"

#include "ae_secret.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <string.h>

#define PEM_BYTES_MAX (64 * 1024)

typedef struct kind_t {
    const char *word;
    const char *curve; /* NULL: RSA */
    int bits;
    int curve_nid;
    const char *digest; /* RFC 7518 section 3.1 */
} kind_t;

static const kind_t kinds[] = {
    [AE_KEY_ECDSA_P256] = {"ecdsa-p256", "P-256", 256, NID_X9_62_prime256v1,
                           "SHA256"},
    [AE_KEY_ECDSA_P384] = {"ecdsa-p384", "P-384", 384, NID_secp384r1,
                           "SHA384"},
    [AE_KEY_RSA_2048] = {"rsa-2048", NULL, 2048, NID_undef, "SHA256"},
    [AE_KEY_RSA_3072] = {"rsa-3072", NULL, 3072, NID_undef, "SHA256"},
    [AE_KEY_RSA_4096] = {"rsa-4096", NULL, 4096, NID_undef, "SHA256"},
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == AE_KEY_TYPES,
               "a row for every type of key");

struct ae_key_t {
    EVP_PKEY *evp;
    ae_key_type_t type;
};

static apr_status_t key_free(void *ctx)
{
    EVP_PKEY_free(ctx);
    return APR_SUCCESS;
}

static ae_key_t *key_wrap(EVP_PKEY *evp, ae_key_type_t type, apr_pool_t *p)
{
    ae_key_t *key = apr_palloc(p, sizeof(*key));

    key->evp = evp;
    key->type = type;
    apr_pool_cleanup_register(p, evp, key_free, apr_pool_cleanup_null);
    return key;
}

const char *ae_key_type_word(ae_key_type_t type)
{
    return kinds[type].word;
}

apr_status_t ae_key_type_parse(ae_key_type_t *type, const char *word)
{
    int i;

    for (i = 0; i < AE_KEY_TYPES; i++) {
        if (strcmp(kinds[i].word, word) == 0) {
            *type = (ae_key_type_t)i;
            return APR_SUCCESS;
        }
    }
    return AE_EFORMAT;
}

apr_status_t ae_key_generate(ae_key_t **key, ae_key_type_t type,
                             ae_error_t *err, apr_pool_t *p)
{
    const kind_t *kind = &kinds[type];
    EVP_PKEY *evp =
        kind->curve ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", kind->curve)
                    : EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)kind->bits);

    if (evp == NULL) {
        ae_error_set(err, AE_ECRYPTO, "Cannot make a key of type %s",
                     kind->word);
        return ae_error_why_openssl(err);
    }
    *key = key_wrap(evp, type, p);
    return APR_SUCCESS;
}

/* A server has nobody to ask for a passphrase. */
static int passphrase_refuse(char *buf, int size, int writing, void *ctx)
{
    (void)buf;
    (void)size;
    (void)writing;
    (void)ctx;
    return -1;
}

static int curve_of(const EVP_PKEY *evp)
{
    char name[80];
    size_t len;
    int nid;

    if (!EVP_PKEY_is_a(evp, "EC") ||
        EVP_PKEY_get_group_name(evp, name, sizeof(name), &len) != 1) {
        return NID_undef;
    }
    nid = OBJ_txt2nid(name);
    return nid != NID_undef ? nid : EC_curve_nist2nid(name);
}

static int kind_fits(const kind_t *kind, const EVP_PKEY *evp)
{
    if (kind->curve) {
        return curve_of(evp) == kind->curve_nid;
    }
    return EVP_PKEY_is_a(evp, "RSA") && EVP_PKEY_get_bits(evp) == kind->bits;
}

int ae_key_type_of(ae_key_type_t *type, const EVP_PKEY *evp)
{
    int i;

    for (i = 0; i < AE_KEY_TYPES; i++) {
        if (kind_fits(&kinds[i], evp)) {
            *type = (ae_key_type_t)i;
            return 1;
        }
    }
    return 0;
}

static apr_status_t type_find(ae_key_type_t *type, const EVP_PKEY *evp,
                              ae_error_t *err)
{
    const char *name = EVP_PKEY_get0_type_name(evp);

    if (ae_key_type_of(type, evp)) {
        return APR_SUCCESS;
    }
    ae_error_set(err, AE_EFORMAT, "Cannot use this private key");
    ae_error_why(err, "%s keys of %d bits are not supported",
                 name ? name : "unnamed", EVP_PKEY_get_bits(evp));
    ae_error_next(err, "use ECDSA on P-256 or P-384, or RSA with 2048, 3072 "
                       "or 4096 bits");
    return AE_EFORMAT;
}

static EVP_PKEY *pem_read(ae_bytes_t pem)
{
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len);
    EVP_PKEY *evp =
        bio ? PEM_read_bio_PrivateKey(bio, NULL, passphrase_refuse, NULL)
            : NULL;

    BIO_free(bio);
    return evp;
}

apr_status_t ae_key_parse(ae_key_t **key, ae_bytes_t pem, ae_error_t *err,
                          apr_pool_t *p)
{
    EVP_PKEY *evp;
    ae_key_type_t type;
    apr_status_t status;

    if (pem.len == 0 || pem.len > PEM_BYTES_MAX) {
        ae_error_set(err, AE_EFORMAT, "Cannot read the private key");
        return ae_error_why(err, pem.len ? "it is larger than 64 kB"
                                         : "it is empty");
    }
    /* What others left there would pass for the reason. */
    ERR_clear_error();
    evp = pem_read(pem);
    if (evp == NULL) {
        ae_error_set(err, AE_EFORMAT, "Cannot read the private key");
        ae_error_why_openssl(err);
        return ae_error_next(err, "it must be a PEM without a passphrase");
    }
    status = type_find(&type, evp, err);
    ERR_clear_error();
    if (status != APR_SUCCESS) {
        EVP_PKEY_free(evp);
        return status;
    }
    *key = key_wrap(evp, type, p);
    return APR_SUCCESS;
}

apr_status_t ae_key_print(ae_bytes_t *pem, const ae_key_t *key,
                          ae_error_t *err, apr_pool_t *p)
{
    BIO *bio = BIO_new(BIO_s_secmem());
    char *data;
    long len;

    if (bio == NULL || PEM_write_bio_PKCS8PrivateKey(bio, key->evp, NULL, NULL,
                                                     0, NULL, NULL) != 1) {
        BIO_free(bio);
        ae_error_set(err, AE_ECRYPTO, "Cannot print the private key");
        return ae_error_why_openssl(err);
    }
    len = BIO_get_mem_data(bio, &data);
    pem->len = (apr_size_t)len;
    pem->data = memcpy(ae_secret_alloc(pem->len + 1, p), data, pem->len);
    BIO_free(bio);
    return APR_SUCCESS;
}

ae_key_type_t ae_key_type(const ae_key_t *key)
{
    return key->type;
}

EVP_PKEY *ae_key_evp(const ae_key_t *key)
{
    return key->evp;
}

/* Padded to `width` bytes, or to what it takes where that is 0. */
static int number_get(ae_bytes_t *bytes, const EVP_PKEY *evp,
                      const char *param, int width, apr_pool_t *p)
{
    BIGNUM *number = NULL;
    unsigned char *data;
    int good;

    if (EVP_PKEY_get_bn_param(evp, param, &number) != 1) {
        return 0;
    }
    if (width == 0) {
        width = BN_num_bytes(number);
    }
    data = apr_palloc(p, (apr_size_t)width);
    good = BN_bn2binpad(number, data, width) == width;
    BN_free(number);
    bytes->data = data;
    bytes->len = (apr_size_t)width;
    return good;
}

apr_status_t ae_key_public(ae_key_public_t *pub, const ae_key_t *key,
                           ae_error_t *err, apr_pool_t *p)
{
    const kind_t *kind = &kinds[key->type];
    const EVP_PKEY *evp = key->evp;
    int width = kind->bits / 8;
    int good;

    memset(pub, 0, sizeof(*pub));
    pub->curve = kind->curve;
    if (kind->curve) {
        good = number_get(&pub->x, evp, OSSL_PKEY_PARAM_EC_PUB_X, width, p) &&
               number_get(&pub->y, evp, OSSL_PKEY_PARAM_EC_PUB_Y, width, p);
    } else {
        good = number_get(&pub->n, evp, OSSL_PKEY_PARAM_RSA_N, 0, p) &&
               number_get(&pub->e, evp, OSSL_PKEY_PARAM_RSA_E, 0, p);
    }
    if (!good) {
        ae_error_set(err, AE_ECRYPTO, "Cannot take the public key");
        return ae_error_why_openssl(err);
    }
    return APR_SUCCESS;
}

static int sign_with(EVP_MD_CTX *ctx, ae_bytes_t *signature,
                     const ae_key_t *key, ae_bytes_t data, apr_pool_t *p)
{
    const char *digest = kinds[key->type].digest;
    unsigned char *bytes;
    size_t len = 0;

    if (ctx == NULL ||
        EVP_DigestSignInit_ex(ctx, NULL, digest, NULL, NULL, key->evp, NULL) !=
            1 ||
        EVP_DigestSign(ctx, NULL, &len, data.data, data.len) != 1) {
        return 0;
    }
    bytes = apr_palloc(p, len);
    if (EVP_DigestSign(ctx, bytes, &len, data.data, data.len) != 1) {
        return 0;
    }
    signature->data = bytes;
    signature->len = len;
    return 1;
}

/* RFC 7518 section 3.4: R and S, each of the size of the curve, not the DER
 * that OpenSSL makes. */
static int signature_flatten(ae_bytes_t *signature, int width, apr_pool_t *p)
{
    const unsigned char *der = signature->data;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)signature->len);
    unsigned char *flat = apr_palloc(p, 2 * (apr_size_t)width);
    int good =
        pair && BN_bn2binpad(ECDSA_SIG_get0_r(pair), flat, width) == width &&
        BN_bn2binpad(ECDSA_SIG_get0_s(pair), flat + width, width) == width;

    ECDSA_SIG_free(pair);
    signature->data = flat;
    signature->len = 2 * (apr_size_t)width;
    return good;
}

apr_status_t ae_key_sign(ae_bytes_t *signature, const ae_key_t *key,
                         ae_bytes_t data, ae_error_t *err, apr_pool_t *p)
{
    const kind_t *kind = &kinds[key->type];
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int good = sign_with(ctx, signature, key, data, p);

    EVP_MD_CTX_free(ctx);
    if (good && kind->curve) {
        good = signature_flatten(signature, kind->bits / 8, p);
    }
    if (!good) {
        ae_error_set(err, AE_ECRYPTO, "Cannot sign with a key of type %s",
                     kind->word);
        return ae_error_why_openssl(err);
    }
    return APR_SUCCESS;
}
