#include "edge_store_head.h"

#include "ae_json.h"
#include "ae_random.h"
#include "ae_secret.h"
#include "edge_record.h"

#include <apr_strings.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_TEXT_LENGTH 44 /* 32 bytes in base64, the last digit is '=' */
#define KEY_BLOCK_BYTES 33 /* what OpenSSL makes of them, one for the '=' */

apr_status_t edge_store_head_remedy(ae_error_t *err)
{
    return ae_error_next(
        err, "restore store.json from a backup; without one, move store.json, "
             "accounts/, staging/ and kept/ away: accounts, pending "
             "certificates and kept keys are made anew, live/ is not sealed "
             "and stays in use");
}

static apr_status_t damaged(ae_error_t *err, const char *path, const char *why)
{
    ae_error_set(err, AE_EFORMAT, "%s is damaged", path);
    ae_error_why(err, "%s", why);
    return edge_store_head_remedy(err);
}

/* The key's own memory is cleansed, and the text's, which jansson would only
 * give back. */
static const ae_seal_t *take_key(json_t *text, apr_pool_t *p)
{
    char *digits = (char *)(void *)json_string_value(text);
    unsigned char key[KEY_BLOCK_BYTES];
    const ae_seal_t *seal = NULL;

    if (digits == NULL || strlen(digits) != KEY_TEXT_LENGTH) {
        return NULL;
    }
    if (digits[KEY_TEXT_LENGTH - 1] == '=' &&
        digits[KEY_TEXT_LENGTH - 2] != '=' &&
        EVP_DecodeBlock(key, (const unsigned char *)digits, KEY_TEXT_LENGTH) ==
            KEY_BLOCK_BYTES) {
        seal = ae_seal_create(key, p);
    }
    OPENSSL_cleanse(key, sizeof(key));
    OPENSSL_cleanse(digits, KEY_TEXT_LENGTH);
    return seal;
}

static apr_status_t head_take(const ae_seal_t **seal, const char *path,
                              int version, const json_t *json, ae_error_t *err,
                              apr_pool_t *p)
{
    apr_int64_t found = ae_json_get_int(json, "version", 0);

    if (found > version) {
        ae_error_set(err, AE_EVERSION, "%s is of version %" APR_INT64_T_FMT,
                     path, found);
        ae_error_why(err, "this module knows version %d", version);
        return ae_error_next(err, "install the newer module again, or name "
                                  "another directory with ACMEStore");
    }
    if (found != version) {
        return damaged(err, path, "it has no version");
    }
    *seal = take_key(json_object_get(json, "sealingKey"), p);
    return *seal ? APR_SUCCESS : damaged(err, path, "it has no sealing key");
}

static apr_status_t check_owner(const struct stat *info, const char *path,
                                ae_error_t *err)
{
    if (info->st_uid == geteuid()) {
        return APR_SUCCESS;
    }
    ae_error_set(err, AE_EUNSAFE, "%s belongs to another user", path);
    ae_error_why(err, "its owner is user %ld, httpd was started by user %ld",
                 (long)info->st_uid, (long)geteuid());
    return ae_error_next(err, "start httpd as the user who made the store, "
                              "or give the file to the one who does");
}

static apr_status_t tighten(const struct stat *info, const char *path,
                            ae_error_t *err)
{
    if ((info->st_mode & 077) == 0 || chmod(path, 0600) == 0) {
        return APR_SUCCESS;
    }
    ae_error_set(err, errno, "Cannot take %s from others' eyes", path);
    return ae_error_why_status(err, err->status);
}

static apr_status_t head_read(const ae_seal_t **seal, const char *path,
                              int version, ae_error_t *err, apr_pool_t *p,
                              apr_pool_t *ptemp)
{
    json_t *json;
    apr_status_t status = edge_record_read(&json, path, err, ptemp);

    if (status == AE_EFORMAT || status == AE_ETOOBIG) {
        ae_error_t cause = *err;

        return damaged(err, path, cause.why);
    }
    if (status != APR_SUCCESS) {
        edge_store_head_remedy(err);
        return status;
    }
    return head_take(seal, path, version, json, err, p);
}

static apr_status_t look(const ae_seal_t **seal, struct stat *info,
                         const char *path, int version, ae_error_t *err,
                         apr_pool_t *p)
{
    apr_pool_t *ptemp;
    apr_status_t status;

    if (lstat(path, info) != 0) {
        ae_error_set(err, errno, "Cannot read %s", path);
        return ae_error_why_status(err, err->status);
    }
    status = check_owner(info, path, err);
    if (status == APR_SUCCESS) {
        apr_pool_create(&ptemp, p);
        status = head_read(seal, path, version, err, p, ptemp);
        apr_pool_destroy(ptemp);
    }
    return status;
}

apr_status_t edge_store_head_look(const ae_seal_t **seal, const char *path,
                                  int version, ae_error_t *err, apr_pool_t *p)
{
    struct stat info;

    return look(seal, &info, path, version, err, p);
}

apr_status_t edge_store_head_read(const ae_seal_t **seal, const char *path,
                                  int version, ae_error_t *err, apr_pool_t *p)
{
    struct stat info;
    apr_status_t status = look(seal, &info, path, version, err, p);

    return status == APR_SUCCESS ? tighten(&info, path, err) : status;
}

static apr_status_t head_write(const unsigned char *key, const char *path,
                               int version, ae_error_t *err, apr_pool_t *p)
{
    static const ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};
    unsigned char digits[KEY_TEXT_LENGTH + 1];
    char *text = ae_secret_alloc(128, p);
    ae_bytes_t bytes;

    EVP_EncodeBlock(digits, key, AE_SEAL_KEY_BYTES);
    apr_snprintf(text, 128, "{\"sealingKey\":\"%s\",\"version\":%d}\n", digits,
                 version);
    OPENSSL_cleanse(digits, sizeof(digits));
    bytes.data = (const unsigned char *)text;
    bytes.len = strlen(text);
    return ae_file_write(path, bytes, 0600, writer, AE_FILE_DURABLE, err, p);
}

apr_status_t edge_store_head_make(const ae_seal_t **seal, const char *path,
                                  int version, ae_error_t *err, apr_pool_t *p)
{
    unsigned char key[AE_SEAL_KEY_BYTES];
    apr_status_t status = ae_random_bytes(key, sizeof(key), err);

    if (status == APR_SUCCESS) {
        status = head_write(key, path, version, err, p);
    }
    if (status == APR_SUCCESS) {
        *seal = ae_seal_create(key, p);
    }
    OPENSSL_cleanse(key, sizeof(key));
    return status;
}
