#include "ae_san.h"

#include "support.h"

#include <apr_strings.h>
#include <check.h>

/* RFC 9525 section 6.3. */
static const struct {
    const char *name;
    const char *wanted;
    int covers;
} rows[] = {
    {"a.example", "a.example", 1},
    {"A.Example", "a.eXAMPLE", 1},
    {"a.example", "b.example", 0},
    {"a.example", "a.example.org", 0},
    {"a.example", "www.a.example", 0},
    {"*.a.example", "www.a.example", 1},
    {"*.a.example", "WWW.A.example", 1},
    {"*.a.example", "xn--bcher-kva.a.example", 1},
    /* A wildcard is exactly one label. */
    {"*.a.example", "a.example", 0},
    {"*.a.example", "x.www.a.example", 0},
    {"*.a.example", ".a.example", 0},
    {"*.a.example", "www.b.example", 0},
    /* It is the whole label, and the first. */
    {"w*.a.example", "www.a.example", 0},
    {"*w.a.example", "www.a.example", 0},
    {"www.*.example", "www.a.example", 0},
    {"*", "example", 0},
    {"*", "a.example", 0},
    /* A wildcard that is asked for is asked for itself. */
    {"*.a.example", "*.a.example", 1},
    {"www.a.example", "*.a.example", 0},
    {"*.example", "*.a.example", 0},
    /* RFC 9525 section 6.4: of an address, all or nothing. */
    {"192.0.2.1", "192.0.2.1", 1},
    {"2001:db8::1", "2001:db8::1", 1},
    {"2001:db8::1", "2001:db8::2", 0},
    {"*.0.2.1", "192.0.2.1", 0},
    {"*.0.2.1", "a.0.2.1", 1},
    {"*.a.example", "*.b.a.example", 0},
};

START_TEST(covers)
{
    ck_assert_msg(ae_san_covers(rows[_i].name, rows[_i].wanted) ==
                      rows[_i].covers,
                  "%s for %s", rows[_i].name, rows[_i].wanted);
}
END_TEST

static int add(GENERAL_NAMES *all, int kind, const char *bytes, int len)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_STRING *value = ASN1_STRING_type_new(
        kind == GEN_IPADD ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);

    return ASN1_STRING_set(value, bytes, len) == 1 &&
           (GENERAL_NAME_set0_value(name, kind, value),
            sk_GENERAL_NAME_push(all, name) > 0);
}

/* @return what was taken, NULL where it is damaged */
static const char *taken(int kind, const char *bytes, int len)
{
    apr_array_header_t *names = apr_array_make(t_pool, 1, sizeof(char *));
    GENERAL_NAMES *all = sk_GENERAL_NAME_new_null();
    int good;

    ck_assert(add(all, GEN_DNS, "a.example", 9) && add(all, kind, bytes, len));
    good = ae_san_take(names, all, t_pool);
    GENERAL_NAMES_free(all);
    return good ? apr_array_pstrcat(t_pool, names, ' ') : NULL;
}

/* RFC 5280 section 4.2.1.6: four or sixteen bytes. */
START_TEST(addresses)
{
    static const char v6[17] = "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1";

    ck_assert_str_eq(taken(GEN_IPADD, "\xc0\0\2\1", 4), "a.example 192.0.2.1");
    ck_assert_str_eq(taken(GEN_IPADD, v6, 16), "a.example 2001:db8::1");
    ck_assert_ptr_null(taken(GEN_IPADD, v6, 8));
    ck_assert_ptr_null(taken(GEN_IPADD, v6, 0));
    ck_assert_ptr_null(taken(GEN_IPADD, v6, 17));
}
END_TEST

/* RFC 9525 section 6.4: an address is presented as one, not as a DNS name. */
START_TEST(address_as_a_dns_name)
{
    ck_assert_str_eq(taken(GEN_DNS, "192.0.2.1", 9), "a.example");
    ck_assert_str_eq(taken(GEN_DNS, "2001:db8::1", 11), "a.example");
    ck_assert_str_eq(taken(GEN_EMAIL, "a@a.example", 11), "a.example");
}
END_TEST

Suite *suite_ae_san(void)
{
    Suite *suite = suite_create("ae_san");
    TCase *tc = tcase_create("san");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_loop_test(tc, covers, 0, sizeof(rows) / sizeof(rows[0]));
    tcase_add_test(tc, addresses);
    tcase_add_test(tc, address_as_a_dns_name);
    suite_add_tcase(suite, tc);
    return suite;
}
