/* A certificate as people and machines read it. */

#include "fixture.h"
#include "show_decoded.h"
#include "support.h"
#include "test_pki.h"

#include <check.h>
#include <string.h>

Suite *suite_show_decoded(void);

static edge_cert_t cert;
static ae_cert_t *chain;

static void setup(void)
{
    t_setup();
    cert = (edge_cert_t){.names = test_pki_names("a.example", t_pool),
                         .key_type = AE_KEY_RSA_2048};
    chain = t_cert("leaf.pem", "intermediate.pem");
}

static int is_in(const char *text, const char *words)
{
    return strstr(text, words) != NULL;
}

START_TEST(test_text)
{
    const char *text = show_decoded_text("pending", chain, &cert, t_pool);
    ae_cert_link_t leaf, issuer;

    ae_cert_link(&leaf, chain, 0, t_pool);
    ae_cert_link(&issuer, chain, 1, t_pool);
    ck_assert_int_eq(strncmp(text, "pending ", 8), 0);
    ck_assert(is_in(text, leaf.serial));
    ck_assert(is_in(text, leaf.sha256));
    ck_assert(is_in(text, "\nissued by "));
    ck_assert(is_in(text, issuer.serial));
    ck_assert(is_in(text, "a.example is configured and not in it\n"));
}
END_TEST

START_TEST(test_json)
{
    json_t *json = show_decoded_json(chain, &cert, t_pool);
    ae_cert_link_t issuer;

    ae_cert_link(&issuer, chain, 1, t_pool);
    ck_assert_str_eq(
        json_string_value(json_object_get(
            json_array_get(json_object_get(json, "chain"), 0), "serial")),
        issuer.serial);
    ck_assert_uint_eq(json_array_size(json_object_get(json, "chain")), 1);
    ck_assert_uint_gt(json_array_size(json_object_get(json, "differences")),
                      0);
    json_decref(json);
}
END_TEST

Suite *suite_show_decoded(void)
{
    Suite *suite = suite_create("show_decoded");
    TCase *tc = tcase_create("cert");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, test_text);
    tcase_add_test(tc, test_json);
    suite_add_tcase(suite, tc);
    return suite;
}
