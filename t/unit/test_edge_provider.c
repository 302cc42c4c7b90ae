#include "edge_provider.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_edge_provider(void);

static const edge_provider_t *resolve(const char *word)
{
    const edge_provider_t *provider;
    ae_error_t err;

    ck_assert_msg(edge_provider_resolve(&provider, word, &err, t_pool) ==
                      APR_SUCCESS,
                  "%s is refused", word);
    return provider;
}

static const ae_error_t *refuse(const char *word)
{
    const edge_provider_t *provider;
    ae_error_t *err = apr_pcalloc(t_pool, sizeof(*err));

    ck_assert_msg(edge_provider_resolve(&provider, word, err, t_pool) ==
                      AE_EFORMAT,
                  "%s is taken", word);
    ck_assert_str_ne(err->why, "");
    ck_assert_str_ne(err->next, "");
    return err;
}

START_TEST(test_known)
{
    static const char *const words[][2] = {
        {"letsencrypt", "https://acme-v02.api.letsencrypt.org/directory"},
        {"letsencrypt-staging",
         "https://acme-staging-v02.api.letsencrypt.org/directory"},
        {"google", "https://dv.acme-v02.api.pki.goog/directory"},
        {"zerossl", "https://acme.zerossl.com/v2/DV90"},
        {"sslcom", "https://acme.ssl.com/sslcom-dv-ecc"},
    };
    apr_size_t i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const edge_provider_t *provider = resolve(words[i][0]);

        ck_assert_str_eq(provider->name, words[i][0]);
        ck_assert_str_eq(provider->directory_url, words[i][1]);
        ck_assert_uint_eq(provider->names_max, 100);
        /* One CA is one account, however it is written. */
        ck_assert_ptr_eq(resolve(words[i][1]), provider);
    }
    ck_assert_str_eq(resolve("LetsEncrypt")->name, "letsencrypt");
}
END_TEST

START_TEST(test_url)
{
    const edge_provider_t *provider = resolve("https://127.0.0.1:14000/dir");

    ck_assert_str_eq(provider->directory_url, "https://127.0.0.1:14000/dir");
    ck_assert_int_eq(strncmp(provider->name, "127.0.0.1-14000-", 16), 0);
    ck_assert_uint_eq(strlen(provider->name), 16 + 8);
    ck_assert_uint_eq(strspn(provider->name + 16, "0123456789abcdef"), 8);
    ck_assert_uint_eq(provider->names_max, 100);
    ck_assert_str_ne(provider->name,
                     resolve("https://127.0.0.1:14000/other")->name);
    ck_assert_str_eq(provider->name,
                     resolve("https://127.0.0.1:14000/dir")->name);
}
END_TEST

/* RFC 8738: Let's Encrypt has certificates for addresses by a profile alone,
 * whatever its URL is written as; of others, they say it themselves. */
START_TEST(test_addresses)
{
    ck_assert_ptr_nonnull(
        strstr(resolve("letsencrypt")->no_addresses, "profile"));
    ck_assert_ptr_nonnull(resolve("letsencrypt-staging")->no_addresses);
    ck_assert_ptr_nonnull(
        resolve("https://acme-v02.api.letsencrypt.org/directory")
            ->no_addresses);
    ck_assert_ptr_null(resolve("zerossl")->no_addresses);
    ck_assert_ptr_null(resolve("https://127.0.0.1:14000/dir")->no_addresses);
}
END_TEST

/* Each name becomes a directory. */
START_TEST(test_url_names_are_safe)
{
    static const char *const urls[] = {
        "https://ca.example/..",          "https://CA.Example",
        "https://[::1]:14000/dir",        "https://ca.example/a/../../b?c=/d",
        "HTTPS://ca.example/directory",   "https://ca.example:443/%2e%2e%2f",
        "https://[2001:db8::1]/directory"};
    apr_size_t i;

    for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        const char *name = resolve(urls[i])->name;

        ck_assert_uint_eq(
            strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-"),
            strlen(name));
        ck_assert_int_ne(name[0], '.');
        ck_assert_uint_lt(strlen(name), 250);
    }
}
END_TEST

START_TEST(test_refused)
{
    static const char *const words[] = {"",
                                        "letsencryptt",
                                        "ca.example/directory",
                                        "ftp://ca.example/",
                                        "https://",
                                        "https:///directory",
                                        "https://ca.example/{directory}",
                                        "https://../directory",
                                        "https://user:secret@ca.example/",
                                        "https://ca.example:0/",
                                        "https://ca.example:65536/",
                                        "https://ca.example:/",
                                        "https://ca.example:14000x/",
                                        "https://[::1/",
                                        "https://[::1]x/",
                                        "https://ca.example/a b",
                                        "https://ca.example/\n",
                                        "https://ca.example/#a",
                                        "https://ca_\xc3\xa4.example/"};
    apr_size_t i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        ck_assert_ptr_nonnull(strstr(refuse(words[i])->next, "sslcom"));
    }
}
END_TEST

START_TEST(test_too_long)
{
    char *url = apr_pcalloc(t_pool, 4096);

    memset(url, 'a', 4095);
    memcpy(url, "https://ca.example/", 19);
    refuse(url);
    memset(url, 'a', 4095);
    memcpy(url, "https://", 8);
    memcpy(url + 400, "/", 2);
    refuse(url);
}
END_TEST

/* RFC 8555 section 6.1: ACME is spoken over HTTPS. */
START_TEST(test_http_is_refused)
{
    const ae_error_t *err = refuse("http://ca.example/directory");

    ck_assert_ptr_nonnull(strstr(err->next, "https://"));
    ck_assert_ptr_nonnull(strstr(err->next, "ACMETrustFile"));
}
END_TEST

Suite *suite_edge_provider(void)
{
    Suite *suite = suite_create("edge_provider");
    TCase *tc = tcase_create("resolve");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_known);
    tcase_add_test(tc, test_url);
    tcase_add_test(tc, test_addresses);
    tcase_add_test(tc, test_url_names_are_safe);
    tcase_add_test(tc, test_refused);
    tcase_add_test(tc, test_too_long);
    tcase_add_test(tc, test_http_is_refused);
    suite_add_tcase(suite, tc);
    return suite;
}
