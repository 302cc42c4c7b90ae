#include "edge_external.h"
#include "fixture.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Sixteen bytes whose base64 has both of its odd characters. */
#define HEX "fbfffeff0102030405060708090a0b0c"
#define URL "-__-_wECAwQFBgcICQoLDA"
#define PLAIN "+//+/wECAwQFBgcICQoLDA=="

static const edge_provider_t ca = {
    .name = "ca",
    .directory_url = "https://ca.example/dir",
    .names_max = 100,
};
static const edge_provider_t other = {
    .name = "other",
    .directory_url = "https://other.example/",
    .names_max = 100,
};

static ae_error_t err;

static const char *write_file(const char *content, mode_t mode)
{
    const char *path = apr_pstrcat(t_pool, t_dir(), "/hmac", NULL);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, content, strlen(content)),
                     (ssize_t)strlen(content));
    ck_assert_int_eq(fchmod(fd, mode), 0);
    close(fd);
    return path;
}

static apr_status_t take(const edge_external_t **external, const char *kid,
                         const char *path)
{
    memset(&err, 0, sizeof(err));
    return edge_external_read(external, &ca, kid, path, &err, t_pool);
}

/* What is refused says why, and nothing of what is in the file. */
static void refuse(apr_status_t status, const char *kid, const char *path,
                   const char *why)
{
    const edge_external_t *external;

    ck_assert_int_eq(take(&external, kid, path), status);
    ck_assert_msg(strstr(err.why, why) != NULL, "%s", err.why);
    ck_assert_ptr_null(strstr(ae_error_line(&err, t_pool), "c2Vjcm"));
}

static const char *decode(const char *text)
{
    ae_bytes_t secret;

    return edge_external_decode(&secret, t_bytes(text), &err, t_pool) ==
                   APR_SUCCESS
               ? t_hex(secret)
               : "refused";
}

/* RFC 4648 sections 4 and 5, with and without padding. */
START_TEST(test_spellings)
{
    static const char *const spellings[] = {
        URL, URL "==", PLAIN, "+//+/wECAwQFBgcICQoLDA", "\t " URL " \r\n\n"};
    size_t i;

    for (i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
        ck_assert_str_eq(decode(spellings[i]), HEX);
    }
}
END_TEST

START_TEST(test_what_is_no_secret)
{
    static const char *const wrong[] = {
        "",
        " \n",
        "====",
        "-__-_wECAwQFBgcICQoLDB",        /* bits left over */
        "-__-_wECAwQFBgcICQoLD",         /* a lone character */
        "-__-_wECAwQFBgcICQoL",          /* fifteen bytes */
        "-__-_wECAwQF BgcICQoLDA",       /* a blank within */
        URL "=",                         /* padding of another length */
        URL "\n" URL,                    /* two of them */
        "kid:" URL,                      /* something before it */
        "-__-_wECAwQFBgcICQoLDA\xc3\xa4" /* not ASCII */
    };
    size_t i;

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        ck_assert_str_eq(decode(wrong[i]), "refused");
        ck_assert_int_eq(err.status, AE_EFORMAT);
        ck_assert_str_ne(err.next, "");
    }
}
END_TEST

START_TEST(test_bounds)
{
    unsigned char bytes[513] = {1};
    ae_bytes_t secret;
    const char *most = acme_base64url_encode((ae_bytes_t){bytes, 512}, t_pool);
    const char *more = acme_base64url_encode((ae_bytes_t){bytes, 513}, t_pool);

    ck_assert_int_eq(
        edge_external_decode(&secret, t_bytes(most), &err, t_pool),
        APR_SUCCESS);
    ck_assert_uint_eq(secret.len, 512);
    ck_assert_int_eq(
        edge_external_decode(&secret, t_bytes(more), &err, t_pool),
        AE_EFORMAT);
}
END_TEST

START_TEST(test_credentials)
{
    const edge_external_t *external;

    ck_assert_int_eq(take(&external, "customer-7", write_file(URL, 0600)),
                     APR_SUCCESS);
    ck_assert_str_eq(external->provider, "ca");
    ck_assert_str_eq(external->eab.kid, "customer-7");
    ck_assert_str_eq(external->eab.alg, "HS256");
    ck_assert_str_eq(t_hex(external->eab.hmac_key), HEX);
    ck_assert_int_eq(take(&external, "customer-7", write_file(URL, 0400)),
                     APR_SUCCESS);
}
END_TEST

START_TEST(test_a_secret_that_others_may_read)
{
    static const mode_t modes[] = {0644, 0640, 0604, 0620, 0602, 0610};
    size_t i;

    for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        refuse(AE_EUNSAFE, "kid", write_file(URL, modes[i]),
               "other users may read or write it");
        ck_assert_ptr_nonnull(strstr(err.next, "chmod 600"));
    }
}
END_TEST

START_TEST(test_a_secret_of_another_user)
{
    const char *path = write_file(URL, 0600);

    if (geteuid() == 0) {
        ck_assert_int_eq(chown(path, 65534, (gid_t)-1), 0);
        refuse(AE_EUNSAFE, "kid", path, "another user owns it");
        ck_assert_ptr_nonnull(strstr(err.next, "chown root"));
    } else {
        const edge_external_t *external;

        ck_assert_int_eq(take(&external, "kid", path), APR_SUCCESS);
    }
}
END_TEST

START_TEST(test_what_is_no_file)
{
    const char *path = write_file(URL, 0600);
    const char *link_path = apr_pstrcat(t_pool, t_dir(), "/link", NULL);
    const char *pipe_path = apr_pstrcat(t_pool, t_dir(), "/pipe", NULL);

    ck_assert_int_eq(symlink(path, link_path), 0);
    ck_assert_int_eq(mkfifo(pipe_path, 0600), 0);
    refuse(AE_EUNSAFE, "kid", link_path, "not a file");
    refuse(AE_EUNSAFE, "kid", pipe_path, "not a file");
    refuse(AE_EUNSAFE, "kid", t_dir(), "not a file");
    refuse(APR_ENOENT, "kid", apr_pstrcat(t_pool, t_dir(), "/none", NULL),
           "No such file");
}
END_TEST

START_TEST(test_a_wrong_content_is_not_told)
{
    refuse(AE_EFORMAT, "kid", write_file("c2VjcmV0c2VjcmV0", 0600),
           "16 to 512 bytes");
}
END_TEST

START_TEST(test_key_identifiers)
{
    const char *path = write_file(URL, 0600);
    const edge_external_t *external;
    char longest[514];

    memset(longest, 'k', sizeof(longest));
    longest[513] = '\0';
    refuse(AE_EFORMAT, "", path, "empty");
    refuse(AE_EFORMAT, "a b", path, "printable");
    refuse(AE_EFORMAT, "k\xc3\xa4", path, "printable");
    refuse(AE_EFORMAT, longest, path, "too long");
    ck_assert_int_eq(take(&external, longest + 1, path), APR_SUCCESS);
}
END_TEST

START_TEST(test_find)
{
    apr_array_header_t *all =
        apr_array_make(t_pool, 1, sizeof(const edge_external_t *));
    const edge_external_t *external;

    ck_assert_int_eq(take(&external, "kid", write_file(URL, 0600)),
                     APR_SUCCESS);
    APR_ARRAY_PUSH(all, const edge_external_t *) = external;
    ck_assert_ptr_eq(edge_external_find(all, &ca), external);
    ck_assert_ptr_null(edge_external_find(all, &other));
    ck_assert_ptr_null(edge_external_find(NULL, &ca));
}
END_TEST

Suite *suite_edge_external(void);

Suite *suite_edge_external(void)
{
    Suite *suite = suite_create("edge_external");
    TCase *tc = tcase_create("external");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_spellings);
    tcase_add_test(tc, test_what_is_no_secret);
    tcase_add_test(tc, test_bounds);
    tcase_add_test(tc, test_credentials);
    tcase_add_test(tc, test_a_secret_that_others_may_read);
    tcase_add_test(tc, test_a_secret_of_another_user);
    tcase_add_test(tc, test_what_is_no_file);
    tcase_add_test(tc, test_a_wrong_content_is_not_told);
    tcase_add_test(tc, test_key_identifiers);
    tcase_add_test(tc, test_find);
    suite_add_tcase(suite, tc);
    return suite;
}
