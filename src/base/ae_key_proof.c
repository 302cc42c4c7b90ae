#include "ae_key.h"

#include <openssl/err.h>

/* The largest signature of the types in ae_key.h: RSA with 4096 bits. */
#define SIGNATURE_BYTES_MAX 512

static const unsigned char proof_text[] = "is this the key of it?";

static int proof_sign(unsigned char *signature, size_t *len, EVP_PKEY *evp)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int good = ctx &&
               EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, evp,
                                     NULL) == 1 &&
               EVP_DigestSign(ctx, signature, len, proof_text,
                              sizeof(proof_text)) == 1;

    EVP_MD_CTX_free(ctx);
    return good;
}

static int proof_verify(const unsigned char *signature, size_t len,
                        EVP_PKEY *evp)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int good = ctx &&
               EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", NULL, NULL, evp,
                                       NULL) == 1 &&
               EVP_DigestVerify(ctx, signature, len, proof_text,
                                sizeof(proof_text)) == 1;

    EVP_MD_CTX_free(ctx);
    return good;
}

/* A file may hold one key's private half beside another's public half. Only a
 * signature shows whether the private half is right; the public one must be,
 * too, for mod_ssl compares it. */
int ae_key_proves(const ae_key_t *key, EVP_PKEY *public)
{
    unsigned char signature[SIGNATURE_BYTES_MAX];
    size_t len = sizeof(signature);
    int good = EVP_PKEY_eq(public, ae_key_evp(key)) == 1 &&
               proof_sign(signature, &len, ae_key_evp(key)) &&
               proof_verify(signature, len, public);

    if (!good) {
        ERR_clear_error();
    }
    return good;
}
