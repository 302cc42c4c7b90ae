/* What is read from the command line. */

#include "cli_args.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_cli_args(void);

/* Words are separated by blanks. */
static apr_status_t read_line(cli_args_t *args, const char *line,
                              ae_error_t *err)
{
    char **words;
    int count = 0;

    ck_assert_int_eq(apr_tokenize_to_argv(line, &words, t_pool), APR_SUCCESS);
    while (words[count]) {
        count++;
    }
    return cli_args_read(args, count, (const char *const *)words, err, t_pool);
}

static cli_args_t take(const char *line)
{
    cli_args_t args;
    ae_error_t err;

    ck_assert_int_eq(read_line(&args, line, &err), APR_SUCCESS);
    return args;
}

static const char *operand(const cli_args_t *args, int i)
{
    ck_assert_int_lt(i, args->operands->nelts);
    return APR_ARRAY_IDX(args->operands, i, const char *);
}

START_TEST(test_nothing)
{
    cli_args_t args = take("");

    ck_assert_ptr_null(args.verb);
    ck_assert_ptr_null(args.store_dir);
    ck_assert_int_eq(args.operands->nelts, 0);
}
END_TEST

/* Options stand where they like. */
START_TEST(test_order)
{
    static const char *const lines[] = {
        "show a.example --pem --json --store /s",
        "--store /s --json show --pem a.example",
        "--store=/s show --json a.example --pem",
    };
    cli_args_t args = take(lines[_i]);

    ck_assert_str_eq(args.verb, "show");
    ck_assert_str_eq(operand(&args, 0), "a.example");
    ck_assert_int_eq(args.operands->nelts, 1);
    ck_assert_str_eq(args.store_dir, "/s");
    ck_assert_int_eq(args.json, 1);
    ck_assert_uint_eq(args.options, CLI_PEM);
}
END_TEST

START_TEST(test_the_end_of_options)
{
    cli_args_t args = take("show -- --pem --store");

    ck_assert_uint_eq(args.options, 0);
    ck_assert_str_eq(operand(&args, 0), "--pem");
    ck_assert_str_eq(operand(&args, 1), "--store");
}
END_TEST

START_TEST(test_help)
{
    ck_assert_int_eq(take("--help").help, 1);
    ck_assert_int_eq(take("show -h").help, 1);
}
END_TEST

START_TEST(test_option_words)
{
    ck_assert_str_eq(cli_args_option(CLI_LIVE), "--live");
    ck_assert_str_eq(cli_args_option(CLI_PENDING), "--pending");
    ck_assert_str_eq(cli_args_option(CLI_PEM), "--pem");
    ck_assert_str_eq(cli_args_option(CLI_CSR), "--csr");
    ck_assert_str_eq(cli_args_option(CLI_OUT), "--out");
    ck_assert_str_eq(cli_args_option(CLI_LIVE | CLI_TRUST), "--trust");
    ck_assert_str_eq(cli_args_option(CLI_FORCE), "--force");
    ck_assert_str_eq(cli_args_option(CLI_PEM | CLI_KEY), "--key");
}
END_TEST

START_TEST(test_those_of_revoke)
{
    cli_args_t args = take("revoke --reason r --provider=p a --key k "
                           "--replace");

    ck_assert_str_eq(args.reason, "r");
    ck_assert_str_eq(args.provider, "p");
    ck_assert_str_eq(args.key, "k");
    ck_assert_str_eq(operand(&args, 0), "a");
    ck_assert_ptr_null(args.store_dir);
    ck_assert_uint_eq(args.options,
                      CLI_REASON | CLI_PROVIDER | CLI_KEY | CLI_REPLACE);
}
END_TEST

START_TEST(test_values)
{
    cli_args_t args = take("csr --out f --trust=t a.example");

    ck_assert_str_eq(args.out, "f");
    ck_assert_str_eq(args.trust, "t");
    ck_assert_ptr_null(args.store_dir);
    ck_assert_uint_eq(args.options, CLI_OUT | CLI_TRUST);
    ck_assert_str_eq(operand(&args, 0), "a.example");
    ck_assert_uint_eq(take("--store s status").options, 0);
}
END_TEST

START_TEST(test_refused)
{
    static const char *const lines[] = {
        "status --colour",   "--store",        "status --store",
        "--store=",          "-x status",      "--json=yes show",
        "show --pemm",       "csr a --out",    "csr a --out=",
        "csr a --outer f",   "revoke a --key", "revoke a --key=",
        "revoke a --keys f",
    };
    cli_args_t args;
    ae_error_t err;

    ck_assert_int_eq(read_line(&args, lines[_i], &err), AE_EFORMAT);
    ck_assert_str_ne(err.what, "");
    ck_assert_str_ne(err.why, "");
}
END_TEST

Suite *suite_cli_args(void)
{
    Suite *suite = suite_create("cli_args");
    TCase *tc = tcase_create("args");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_nothing);
    tcase_add_loop_test(tc, test_order, 0, 3);
    tcase_add_test(tc, test_the_end_of_options);
    tcase_add_test(tc, test_help);
    tcase_add_test(tc, test_option_words);
    tcase_add_test(tc, test_those_of_revoke);
    tcase_add_test(tc, test_values);
    tcase_add_loop_test(tc, test_refused, 0, 13);
    suite_add_tcase(suite, tc);
    return suite;
}
