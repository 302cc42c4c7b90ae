#include "edge_given.h"

#include "ae_file.h"
#include "fixture.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Suite *suite_edge_given(void);

static const ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};
static ae_error_t err;

static const char *put(const char *name, ae_bytes_t bytes, mode_t mode)
{
    const char *path = apr_pstrcat(t_pool, t_dir(), "/", name, NULL);

    ck_assert_int_eq(ae_file_write(path, bytes, mode, writer, AE_FILE_VOLATILE,
                                   &err, t_pool),
                     APR_SUCCESS);
    return path;
}

static ae_csr_t *make(const char *fixture)
{
    ae_csr_t *csr;

    ck_assert_int_eq(ae_csr_make(&csr, t_key(fixture),
                                 t_names("a.example", "b.example", NULL), NULL,
                                 &err, t_pool),
                     APR_SUCCESS);
    return csr;
}

static const char *csr_file(const char *fixture)
{
    ae_bytes_t pem;

    ck_assert_int_eq(ae_csr_print(&pem, make(fixture), &err, t_pool),
                     APR_SUCCESS);
    return put("given.csr", pem, 0644);
}

static const char *key_file(const char *fixture, mode_t mode)
{
    return put("given.key", t_pem(fixture, NULL), mode);
}

static apr_status_t given(const ae_csr_t **csr, const char *csr_path,
                          const char *key_path)
{
    return edge_given_read(csr, csr_path, key_path, &err, t_pool);
}

static void refused(const char *csr_path, const char *key_path,
                    apr_status_t expected, const char *why)
{
    const ae_csr_t *csr;
    const char *line;

    ck_assert_int_eq(given(&csr, csr_path, key_path), expected);
    line = ae_error_line(&err, t_pool);
    ck_assert_msg(strstr(line, why) != NULL, "%s", line);
    ck_assert_str_ne(err.next, "");
}

START_TEST(a_request_and_its_key)
{
    const ae_csr_t *csr;

    ck_assert_int_eq(
        given(&csr, csr_file("key_p256.pem"), key_file("key_p256.pem", 0600)),
        APR_SUCCESS);
    ck_assert_int_eq(ae_csr_facts(csr)->type, AE_KEY_ECDSA_P256);
    ck_assert_int_eq(given(&csr, csr_file("key_rsa2048.pem"), NULL),
                     APR_SUCCESS);
    ck_assert_int_eq(ae_csr_facts(csr)->type, AE_KEY_RSA_2048);
}
END_TEST

START_TEST(what_cannot_be_used)
{
    const char *csr = csr_file("key_p256.pem");
    const char *key = key_file("key_p256.pem", 0600);
    const char *link = apr_pstrcat(t_pool, t_dir(), "/link", NULL);

    refused("/nowhere/csr", key, APR_ENOENT, "/nowhere/csr cannot be used");
    refused(key, key, AE_EFORMAT, "line 1 is not part of a PEM");
    refused(csr, "/nowhere/key", APR_ENOENT, "/nowhere/key");
    refused(csr, csr, AE_EUNSAFE, "other users may read or write it");
    ck_assert_int_eq(symlink(key, link), 0);
    refused(csr, link, AE_EUNSAFE, "it is not a file");
    refused(link, key, AE_EUNSAFE, "link");
}
END_TEST

static const struct {
    const char *fixture;
    apr_status_t status;
    const char *why;
} keys[] = {
    {"key_p384.pem", AE_EMISMATCH, "the request was signed with another one"},
    {"key_p256_false_private.pem", AE_EMISMATCH, "signed with another one"},
    {"key_p256_false_public.pem", AE_EMISMATCH, "signed with another one"},
    {"key_p256_encrypted.pem", AE_EFORMAT, "Cannot read the private key"},
    {"key_rsa1024.pem", AE_EFORMAT, "RSA keys of 1024 bits"},
    {"leaf.pem", AE_EFORMAT, "Cannot read the private key"},
};

START_TEST(keys_of_others)
{
    refused(csr_file("key_p256.pem"), key_file(keys[_i].fixture, 0600),
            keys[_i].status, keys[_i].why);
}
END_TEST

static const mode_t modes[] = {0640, 0604, 0620, 0602, 0644, 0666};

START_TEST(a_key_that_others_may_read)
{
    refused(csr_file("key_p256.pem"), key_file("key_p256.pem", modes[_i]),
            AE_EUNSAFE, "run chmod 600");
}
END_TEST

START_TEST(the_names_that_follow)
{
    const ae_csr_t *csr = make("key_p256.pem");
    const apr_array_header_t *names =
        edge_given_names(csr, t_names("b.example", NULL), t_pool);

    ck_assert_str_eq(apr_array_pstrcat(t_pool, names, ' '),
                     "b.example a.example");
    ck_assert_int_eq(edge_given_check(csr, t_names("b.example", NULL), &err),
                     APR_SUCCESS);
    ck_assert_int_eq(
        edge_given_check(csr, t_names("a.example", "c.example", NULL), &err),
        AE_EMISMATCH);
    ck_assert_str_eq(err.what, "the request does not ask for c.example");
}
END_TEST

Suite *suite_edge_given(void)
{
    Suite *suite = suite_create("edge_given");
    TCase *tc = tcase_create("given");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, a_request_and_its_key);
    tcase_add_test(tc, what_cannot_be_used);
    tcase_add_loop_test(tc, keys_of_others, 0, sizeof(keys) / sizeof(keys[0]));
    tcase_add_loop_test(tc, a_key_that_others_may_read, 0,
                        sizeof(modes) / sizeof(modes[0]));
    tcase_add_test(tc, the_names_that_follow);
    suite_add_tcase(suite, tc);
    return suite;
}
