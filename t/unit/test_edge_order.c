#include "edge_order.h"

#include "edge_keying.h"
#include "edge_scene.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>

Suite *suite_edge_order(void);

static edge_cert_t *cert;

static void setup(void)
{
    scene_setup();
    cert = scene_cert("a.example", "ca");
}

static int fits(const char *text, const char *provider)
{
    return edge_order_fits(ae_json_keep(json_loads(text, 0, NULL), t_pool),
                           cert, scene_provider(provider), t_pool);
}

#define RIGHT                                                                 \
    "{\"provider\":\"ca\",\"keyType\":\"ecdsa-p256\",\"request\":\"\","       \
    "\"order\":{}}"

START_TEST(what_it_depends_on)
{
    ck_assert(fits(RIGHT, "ca"));
    ck_assert(!fits(RIGHT, "other"));
    cert->subject = "C=DE";
    ck_assert(!fits(RIGHT, "ca"));
    cert->subject = NULL;
    cert->key_type = AE_KEY_RSA_2048;
    ck_assert(!fits(RIGHT, "ca"));
}
END_TEST

/* Orders of earlier versions say nothing of a request, and have none. */
START_TEST(of_earlier_versions)
{
    const char *text = "{\"provider\":\"ca\",\"keyType\":\"ecdsa-p256\","
                       "\"order\":{}}";

    ck_assert(fits(text, "ca"));
    cert->subject = "C=DE";
    ck_assert(!fits(text, "ca"));
}
END_TEST

START_TEST(what_is_no_order)
{
    ck_assert(!fits("{}", "ca"));
    ck_assert(!fits("{\"provider\":1,\"keyType\":[],\"order\":{}}", "ca"));
    ck_assert(!fits("{\"provider\":\"ca\",\"keyType\":\"ecdsa-p256\","
                    "\"request\":\"\",\"order\":[]}",
                    "ca"));
}
END_TEST

Suite *suite_edge_order(void)
{
    Suite *suite = suite_create("edge_order");
    TCase *tc = tcase_create("order");

    tcase_add_checked_fixture(tc, setup, t_teardown);
    tcase_add_test(tc, what_it_depends_on);
    tcase_add_test(tc, of_earlier_versions);
    tcase_add_test(tc, what_is_no_order);
    suite_add_tcase(suite, tc);
    return suite;
}
