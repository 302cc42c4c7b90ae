#include "ae_pem.h"

#include "fixture.h"
#include "support.h"

#include <check.h>

Suite *suite_ae_pem(void);

#define BEGIN "-----BEGIN THING-----\n"
#define END "-----END THING-----\n"

static const struct {
    const char *text;
    int wrong;
} rows[] = {
    {"", 0},
    {BEGIN "YQ==\n" END, 0},
    {"\n\n" BEGIN "YQ==\n" END "\n" BEGIN "YQ==\n" END, 0},
    {"-----BEGIN THING-----\r\nYQ==\r\n-----END THING-----\r\n", 0},
    {BEGIN "YQ==\n-----END THING-----", 0},
    {"words\n" BEGIN "YQ==\n" END, 1},
    {BEGIN "YQ==\n" END "words\n", 4},
    {BEGIN "Proc-Type: 4\n" END, 2},
    {BEGIN "YQ==\n\n" END, 3},
    {BEGIN "YQ==\n", 2},
    {BEGIN BEGIN, 2},
    {"-----BEGIN OTHER-----\nYQ==\n-----END OTHER-----\n", 1},
    {"-----BEGIN THINGS-----\n" END, 1},
    {"-----BEGIN THING----\n" END, 1},
    {END, 1},
};

START_TEST(lines)
{
    ck_assert_int_eq(ae_pem_wrong_line(t_bytes(rows[_i].text), "THING"),
                     rows[_i].wrong);
}
END_TEST

START_TEST(a_nul_is_no_base64)
{
    static const unsigned char text[] = BEGIN "Y\0==\n" END;
    ae_bytes_t pem = {text, sizeof(text) - 1};

    ck_assert_int_eq(ae_pem_wrong_line(pem, "THING"), 2);
}
END_TEST

Suite *suite_ae_pem(void)
{
    Suite *suite = suite_create("ae_pem");
    TCase *tc = tcase_create("pem");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_loop_test(tc, lines, 0, sizeof(rows) / sizeof(rows[0]));
    tcase_add_test(tc, a_nul_is_no_base64);
    suite_add_tcase(suite, tc);
    return suite;
}
