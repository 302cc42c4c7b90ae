#include "acme_revoke.h"
#include "fixture.h"
#include "support.h"

#include <check.h>
#include <string.h>

static ae_error_t err;

/* RFC 5280 section 5.3.1 */
START_TEST(test_reasons)
{
    static const struct {
        const char *word;
        int code;
    } taken[] = {{"unspecified", 0},
                 {"keyCompromise", 1},
                 {"affiliationChanged", 3},
                 {"superseded", 4},
                 {"cessationOfOperation", 5}};
    acme_reason_t reason;
    size_t i;

    for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        ck_assert_int_eq(acme_reason_parse(&reason, taken[i].word, &err),
                         APR_SUCCESS);
        ck_assert_int_eq((int)reason, taken[i].code);
        ck_assert_str_eq(acme_reason_word(reason), taken[i].word);
    }
    ck_assert_int_eq(acme_reason_parse(&reason, "KEYCOMPROMISE", &err),
                     APR_SUCCESS);
    ck_assert_int_eq(reason, ACME_REASON_KEY_COMPROMISE);
}
END_TEST

static void refuse(const char *word, const char *why)
{
    acme_reason_t reason;

    memset(&err, 0, sizeof(err));
    ck_assert_int_eq(acme_reason_parse(&reason, word, &err), AE_EFORMAT);
    ck_assert_msg(strstr(err.why, why) != NULL, "%s: %s", word, err.why);
    ck_assert_ptr_nonnull(strstr(err.next, "keyCompromise, "));
}

START_TEST(test_what_is_no_reason)
{
    static const char *const of_cas[] = {"cACompromise", "certificateHold",
                                         "removeFromCRL", "privilegeWithdrawn",
                                         "aACompromise"};
    static const char *const unknown[] = {"", "1", "key", "keyCompromise "};
    size_t i;

    for (i = 0; i < sizeof(of_cas) / sizeof(of_cas[0]); i++) {
        refuse(of_cas[i], "for CAs alone");
    }
    for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        refuse(unknown[i], "RFC 5280");
    }
}
END_TEST

/* RFC 8555 section 7.6 */
START_TEST(test_payload)
{
    static const unsigned char der[] = {0x30, 0x82, 0xfb, 0xff};
    const ae_bytes_t bytes = {der, sizeof(der)};

    ck_assert_str_eq(
        acme_revoke_payload(bytes, ACME_REASON_SUPERSEDED, t_pool),
        "{\"certificate\":\"MIL7_w\",\"reason\":4}");
    ck_assert_str_eq(
        acme_revoke_payload(bytes, ACME_REASON_UNSPECIFIED, t_pool),
        "{\"certificate\":\"MIL7_w\"}");
}
END_TEST

Suite *suite_acme_revoke(void);

Suite *suite_acme_revoke(void)
{
    Suite *suite = suite_create("acme_revoke");
    TCase *tc = tcase_create("revoke");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_reasons);
    tcase_add_test(tc, test_what_is_no_reason);
    tcase_add_test(tc, test_payload);
    suite_add_tcase(suite, tc);
    return suite;
}
