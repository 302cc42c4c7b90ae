#include "test_store.h"

#include "fixture.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static const ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};

#define DAY apr_time_from_sec(86400)

void test_store_expect(apr_status_t status, apr_status_t expected,
                       const ae_error_t *err, const char *file, int line)
{
    const char *told = status ? ae_error_line(err, t_pool) : "success";

    if (status != expected) {
        ck_abort_msg("%s:%d: status %d instead of %d: %s", file, line, status,
                     expected, told);
    }
}

static edge_cert_t *cert_make(void)
{
    edge_cert_t *cert = apr_pcalloc(t_pool, sizeof(*cert));
    const edge_provider_t *provider;
    apr_array_header_t *providers =
        apr_array_make(t_pool, 1, sizeof(provider));
    ae_error_t err;

    ck_status(edge_provider_resolve(&provider, "letsencrypt", &err, t_pool),
              APR_SUCCESS, &err);
    APR_ARRAY_PUSH(providers, const edge_provider_t *) = provider;
    cert->name = "www.example.org";
    cert->dir = edge_name_to_dir(cert->name, t_pool);
    cert->names = test_pki_names("www.example.org example.org", t_pool);
    cert->providers = providers;
    cert->contacts = test_pki_names("mailto:admin@example.org", t_pool);
    cert->terms_accepted = 1;
    cert->key_type = AE_KEY_ECDSA_P256;
    cert->renew_window.percent = 33;
    cert->warn_window.percent = 10;
    return cert;
}

test_store_t *test_store_make(void)
{
    test_store_t *t = apr_pcalloc(t_pool, sizeof(*t));
    const char *dir = apr_pstrcat(t_pool, t_dir(), "/store", NULL);
    ae_error_t err;

    ck_status(edge_store_prepare(&t->store, dir, writer, &err, t_pool),
              APR_SUCCESS, &err);
    t->cert = cert_make();
    t->pki = test_pki_make(t_pool);
    t->now = apr_time_from_sec(APR_INT64_C(1800000000));
    return t;
}

const char *test_store_stage_as(const test_store_t *t, const char *parts,
                                const char *names, apr_time_t not_before,
                                apr_time_t not_after)
{
    ae_error_t err;
    ae_key_t *key;
    ae_cert_t *chain;
    ae_bytes_t pem;

    ck_status(edge_store_order_key(&key, t->store, t->cert, &err, t_pool),
              APR_SUCCESS, &err);
    pem = test_pki_issue_parts(t->pki, parts, key, names, not_before,
                               not_after, t_pool);
    ck_status(ae_cert_parse(&chain, pem, &err, t_pool), APR_SUCCESS, &err);
    ck_status(edge_store_stage(t->store, t->cert, pem, &err, t_pool),
              APR_SUCCESS, &err);
    return ae_cert_facts(chain)->serial;
}

const char *test_store_stage(const test_store_t *t)
{
    return test_store_stage_as(t, "li", "www.example.org example.org",
                               t->now - DAY, t->now + 89 * DAY);
}

void test_store_give(const test_store_t *t, const char *key_fixture)
{
    const char *pem = (const char *)t_pem(key_fixture, NULL).data;
    ae_error_t err;
    ae_csr_t *csr;

    ck_status(ae_csr_make(&csr, t_key("key_p256.pem"), t->cert->names, NULL,
                          &err, t_pool),
              APR_SUCCESS, &err);
    test_store_put(t, "given.key", pem);
    t->cert->csr = csr;
    t->cert->key_file = test_store_at(t, "given.key");
    ck_assert_int_eq(chmod(t->cert->key_file, 0600), 0);
}

const char *test_store_at(const test_store_t *t, const char *below)
{
    return edge_store_path(t->store, t_pool, below, NULL);
}

static ae_bytes_t bytes_of(const char *path)
{
    ae_error_t err;
    ae_bytes_t bytes;

    ck_status(ae_file_read(&bytes, path, EDGE_STORE_FILE_MAX, &err, t_pool),
              APR_SUCCESS, &err);
    return bytes;
}

static void write_bytes(const char *path, ae_bytes_t bytes)
{
    ae_error_t err;

    ck_status(ae_file_write(path, bytes, 0600, writer, AE_FILE_VOLATILE, &err,
                            t_pool),
              APR_SUCCESS, &err);
}

static void make_dir(const char *path)
{
    ae_error_t err;

    if (!ae_file_exists(path)) {
        ck_status(ae_file_make_dir(path, 0755, writer, &err, t_pool),
                  APR_SUCCESS, &err);
    }
}

static void make_parents(const test_store_t *t, const char *below)
{
    const char *slash = strchr(below, '/');

    for (; slash; slash = strchr(slash + 1, '/')) {
        make_dir(test_store_at(
            t, apr_pstrmemdup(t_pool, below, (apr_size_t)(slash - below))));
    }
}

const char *test_store_get(const test_store_t *t, const char *below)
{
    return (const char *)bytes_of(test_store_at(t, below)).data;
}

void test_store_put(const test_store_t *t, const char *below, const char *text)
{
    ae_bytes_t bytes = {(const unsigned char *)text, strlen(text)};

    make_parents(t, below);
    write_bytes(test_store_at(t, below), bytes);
}

void test_store_move(const test_store_t *t, const char *from, const char *to)
{
    ae_error_t err;

    make_parents(t, to);
    ck_status(ae_file_rename(test_store_at(t, from), test_store_at(t, to),
                             &err, t_pool),
              APR_SUCCESS, &err);
}

void test_store_copy(const test_store_t *t, const char *from, const char *to)
{
    apr_array_header_t *names;
    ae_error_t err;
    int i;

    make_parents(t, to);
    make_dir(test_store_at(t, to));
    ck_status(ae_file_list(&names, test_store_at(t, from), &err, t_pool),
              APR_SUCCESS, &err);
    for (i = 0; i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        write_bytes(
            edge_store_path(t->store, t_pool, to, name, NULL),
            bytes_of(edge_store_path(t->store, t_pool, from, name, NULL)));
    }
}

void test_store_remove(const test_store_t *t, const char *below)
{
    ae_error_t err;

    ck_status(ae_file_remove(test_store_at(t, below), &err, t_pool),
              APR_SUCCESS, &err);
}

int test_store_has(const test_store_t *t, const char *below)
{
    return ae_file_exists(test_store_at(t, below));
}

static void limit_files(rlim_t size)
{
    struct rlimit limit;

    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = size;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

void test_store_fill_disk(void)
{
    signal(SIGXFSZ, SIG_IGN);
    limit_files(0);
}

void test_store_free_disk(void)
{
    limit_files(RLIM_INFINITY);
}
