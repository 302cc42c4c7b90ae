#include "fuzz.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <ftw.h>
#include <jansson.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DER_SEQUENCE 0x30
#define FIXTURE_MAX (64 * 1024)

apr_pool_t *fuzz_pool;
apr_pool_t *fuzz_global_pool;

static char dir[1024];
static pid_t dir_owner;

static void set_up(void)
{
    if (fuzz_pool) {
        return;
    }
    fuzz_must(apr_initialize() == APR_SUCCESS &&
                  apr_pool_create(&fuzz_global_pool, NULL) == APR_SUCCESS &&
                  apr_pool_create(&fuzz_pool, NULL) == APR_SUCCESS,
              "APR starts");
    atexit(apr_terminate);
}

void fuzz_one(const fuzz_target_t *target, const unsigned char *data,
              size_t size)
{
    set_up();
    target->run(data, size);
    apr_pool_clear(fuzz_pool);
}

void fuzz_must(int holds, const char *words)
{
    if (!holds) {
        fprintf(stderr, "does not hold: %s\n", words);
        abort();
    }
}

/* By other means than ae_text_copy's, which is what cleaned it. */
void fuzz_must_be_text(const char *text)
{
    const unsigned char *c = (const unsigned char *)(text ? text : "");
    json_t *utf8 = json_string((const char *)c);

    fuzz_must(utf8 != NULL, "text is UTF-8");
    json_decref(utf8);
    for (; *c; c++) {
        fuzz_must(*c >= ' ' && *c != 0x7f &&
                      (c[0] != 0xc2 || c[1] < 0x80 || c[1] > 0x9f),
                  "text has no control characters");
    }
}

void fuzz_must_explain(const ae_error_t *err, apr_status_t status)
{
    fuzz_must(status != APR_SUCCESS && err->status == status,
              "the error has the status that was returned");
    fuzz_must(err->what[0] != '\0', "the error says what happened");
    fuzz_must(err->why[0] != '\0', "the error says why");
    fuzz_must_be_text(err->what);
    fuzz_must_be_text(err->why);
    fuzz_must_be_text(err->next);
}

static apr_status_t give_back(void *block)
{
    free(block);
    return APR_SUCCESS;
}

ae_bytes_t fuzz_bytes(const unsigned char *data, size_t size)
{
    unsigned char *copy = malloc(size ? size : 1);
    ae_bytes_t bytes = {copy, size};

    if (size) {
        memcpy(copy, data, size);
    }
    apr_pool_cleanup_register(fuzz_pool, copy, give_back, give_back);
    return bytes;
}

const char *fuzz_string(const unsigned char *data, size_t size)
{
    const void *nul = size ? memchr(data, 0, size) : NULL;
    size_t len = nul ? (size_t)((const unsigned char *)nul - data) : size;
    char *copy = malloc(len + 1);

    if (len) {
        memcpy(copy, data, len);
    }
    copy[len] = '\0';
    apr_pool_cleanup_register(fuzz_pool, copy, give_back, give_back);
    return copy;
}

ae_bytes_t fuzz_pem(const char *label, const unsigned char *data, size_t size)
{
    BIO *bio;
    char *text;
    long len;
    ae_bytes_t pem;

    if (size == 0 || data[0] != DER_SEQUENCE) {
        return fuzz_bytes(data, size);
    }
    bio = BIO_new(BIO_s_mem());
    fuzz_must(bio && PEM_write_bio(bio, label, "", data, (long)size) > 0,
              "PEM can be written");
    len = BIO_get_mem_data(bio, &text);
    pem = fuzz_bytes((const unsigned char *)text, (size_t)len);
    BIO_free(bio);
    return pem;
}

ae_bytes_t fuzz_part(const unsigned char **data, size_t *size)
{
    static const char line[] = "%%\n";
    const size_t len = sizeof(line) - 1;
    const unsigned char *begin = *data;
    size_t at;

    for (at = 0; at + len <= *size; at++) {
        if (memcmp(begin + at, line, len) == 0 &&
            (at == 0 || begin[at - 1] == '\n')) {
            *data += at + len;
            *size -= at + len;
            return fuzz_bytes(begin, at);
        }
    }
    at = *size;
    *size = 0;
    return fuzz_bytes(begin, at);
}

ae_bytes_t fuzz_fixture(const char *name)
{
    ae_bytes_t bytes = {NULL, 0};
    char *text = apr_palloc(fuzz_global_pool, FIXTURE_MAX);
    FILE *file = fopen(
        apr_pstrcat(fuzz_global_pool, T_FIXTURES, "/", name, NULL), "rb");

    fuzz_must(file != NULL, "the fixture is there");
    bytes.len = fread(text, 1, FIXTURE_MAX, file);
    bytes.data = (const unsigned char *)text;
    fclose(file);
    return bytes;
}

const apr_array_header_t *fuzz_names(void)
{
    static apr_array_header_t *names;

    if (!names) {
        names = apr_array_make(fuzz_global_pool, 2, sizeof(const char *));
        APR_ARRAY_PUSH(names, const char *) = "www.site.example";
        APR_ARRAY_PUSH(names, const char *) = "other.example";
    }
    return names;
}

static int remove_one(const char *path, const struct stat *st, int kind,
                      struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

static void remove_dir(void)
{
    if (getpid() == dir_owner) {
        nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
}

const char *fuzz_dir(void)
{
    /* Memory where there is some: what is tried is not the disk. */
    const char *tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

    if (!dir[0]) {
        snprintf(dir, sizeof(dir), "%s/acme-edge-fuzz-XXXXXX",
                 getenv("TMPDIR") ? getenv("TMPDIR") : tmp);
        fuzz_must(mkdtemp(dir) != NULL, "there is a scratch directory");
        dir_owner = getpid();
        atexit(remove_dir);
    }
    return dir;
}

void fuzz_write(const char *path, ae_bytes_t bytes)
{
    FILE *file = fopen(path, "wb");

    fuzz_must(file != NULL &&
                  fwrite(bytes.data, 1, bytes.len, file) == bytes.len &&
                  fclose(file) == 0,
              "the scratch directory can be written");
}
