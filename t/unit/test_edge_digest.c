#include "edge_digest.h"
#include "support.h"

#include <check.h>

Suite *suite_edge_digest(void);

/* The examples of FIPS 180-2, appendix B.1 and B.2. */
START_TEST(test_vectors)
{
    static const ae_bytes_t bytes = {(const unsigned char *)"abcd", 3};

    ck_assert_str_eq(edge_digest_text("abc", t_pool),
                     "ba7816bf8f01cfea414140de5dae2223"
                     "b00361a396177a9cb410ff61f20015ad");
    ck_assert_str_eq(
        edge_digest_text(
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            t_pool),
        "248d6a61d20638b8e5c026930c3e6039"
        "a33ce45964ff2167f6ecedd419db06c1");
    ck_assert_str_eq(edge_digest_bytes(bytes, t_pool),
                     edge_digest_text("abc", t_pool));
}
END_TEST

Suite *suite_edge_digest(void)
{
    Suite *suite = suite_create("edge_digest");
    TCase *tc = tcase_create("digest");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_vectors);
    suite_add_tcase(suite, tc);
    return suite;
}
