#include "edge_caa.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_edge_caa(void);

/* An answer to www.example.org: header and question, then its records. */
static unsigned char wire[70000];
static apr_size_t wire_len;
static ae_error_t err;
static apr_array_header_t *records;
static const char *why;

static void put(const void *bytes, apr_size_t len)
{
    memcpy(wire + wire_len, bytes, len);
    wire_len += len;
}

static void put16(unsigned value)
{
    unsigned char bytes[2] = {(unsigned char)(value >> 8),
                              (unsigned char)value};

    put(bytes, 2);
}

static void begin(void)
{
    static const unsigned char header[] = {0, 1, 0x81, 0x80, 0, 1,
                                           0, 0, 0,    0,    0, 0};
    static const char name[] = "\3www\7example\3org";

    wire_len = 0;
    put(header, sizeof(header));
    put(name, sizeof(name)); /* its NUL is the root */
    put16(257);
    put16(1);
}

static void put_record(unsigned type, const void *data, apr_size_t len)
{
    wire[7]++;
    put("\xc0\x0c", 2); /* a pointer to the question */
    put16(type);
    put16(1);
    put16(0);
    put16(60);
    put16((unsigned)len);
    put(data, len);
}

static void put_caa(unsigned char flags, const char *tag, const char *value)
{
    const char *data =
        apr_psprintf(t_pool, "%c%c%s%s", 'f', (int)strlen(tag), tag, value);
    char *copy = apr_pstrdup(t_pool, data);

    copy[0] = (char)flags;
    put_record(257, copy, 2 + strlen(tag) + strlen(value));
}

static apr_status_t parse(void)
{
    ae_bytes_t bytes = {wire, wire_len};

    return edge_caa_parse(&records, bytes, &err, t_pool);
}

static edge_caa_verdict_t judge(const char *identities)
{
    apr_array_header_t *list = apr_array_make(t_pool, 2, sizeof(char *));
    char *state;
    char *word = apr_strtok(apr_pstrdup(t_pool, identities), " ", &state);

    for (; word; word = apr_strtok(NULL, " ", &state)) {
        APR_ARRAY_PUSH(list, const char *) = word;
    }
    ck_assert_int_eq(parse(), APR_SUCCESS);
    return edge_caa_judge(records, list, &why, t_pool);
}

START_TEST(test_reads_records)
{
    begin();
    put_record(5, "\3abc\xc0\x10", 6); /* an alias before them */
    put_caa(0x80, "Issue", "ca.example; a=b");
    put_caa(0, "iodef", "mailto:\x1b[2J");
    ck_assert_int_eq(parse(), APR_SUCCESS);
    ck_assert_int_eq(records->nelts, 2);
    ck_assert_str_eq(APR_ARRAY_IDX(records, 0, edge_caa_t).tag, "issue");
    ck_assert_str_eq(APR_ARRAY_IDX(records, 0, edge_caa_t).value,
                     "ca.example; a=b");
    ck_assert(APR_ARRAY_IDX(records, 0, edge_caa_t).critical);
    ck_assert(!APR_ARRAY_IDX(records, 1, edge_caa_t).critical);
    ck_assert_str_eq(APR_ARRAY_IDX(records, 1, edge_caa_t).value,
                     "mailto:?[2J");
}
END_TEST

/* Cut at each byte: never a byte beyond, never half a record. */
START_TEST(test_cut)
{
    apr_size_t whole;

    begin();
    put_caa(0, "issue", "ca.example");
    whole = wire_len;
    for (wire_len = 0; wire_len < whole; wire_len++) {
        ck_assert_int_eq(parse(), AE_EFORMAT);
        ck_assert_str_ne(err.why, "");
    }
    ck_assert_int_eq(parse(), APR_SUCCESS);
}
END_TEST

START_TEST(test_damaged)
{
    begin();
    put_record(257, "\0\0", 2);
    ck_assert_int_eq(parse(), AE_EFORMAT);
    begin();
    put_record(257, "\0\6issue", 7);
    ck_assert_int_eq(parse(), AE_EFORMAT);
    begin();
    put_record(257, "\0\5is ue", 7);
    ck_assert_int_eq(parse(), AE_EFORMAT);
    begin();
    wire[12] = 0x43; /* a label of no known kind */
    put_caa(0, "issue", "ca.example");
    ck_assert_int_eq(parse(), AE_EFORMAT);
}
END_TEST

static void put_authority(unsigned type)
{
    wire[9]++;
    put("\xc0\x0c", 2);
    put16(type);
    put16(1);
    put16(0);
    put16(60);
    put16(0);
}

static int is_none(void)
{
    ae_bytes_t bytes = {wire, wire_len};

    return edge_caa_is_none(bytes);
}

/* RFC 2308 section 2.2. */
START_TEST(test_none)
{
    apr_size_t whole;

    begin();
    ck_assert(!is_none());
    put_authority(2); /* NS: other servers know */
    ck_assert(!is_none());
    begin();
    put_authority(6);
    ck_assert(is_none());
    whole = wire_len;
    for (wire_len = 0; wire_len < whole; wire_len++) {
        ck_assert(!is_none());
    }
    wire[3] |= 2; /* SERVFAIL */
    ck_assert(!is_none());
    begin();
    put_caa(0, "issue", "ca.example");
    put_authority(6);
    ck_assert(!is_none());
}
END_TEST

START_TEST(test_too_many)
{
    int i;

    begin();
    for (i = 0; i < EDGE_CAA_RECORDS_MAX; i++) {
        put_caa(0, "issue", "ca.example");
    }
    ck_assert_int_eq(parse(), APR_SUCCESS);
    put_caa(0, "issue", "ca.example");
    ck_assert_int_eq(parse(), AE_ETOOBIG);
}
END_TEST

/* RFC 8659 section 4.2. */
START_TEST(test_issuers)
{
    begin();
    ck_assert_int_eq(judge("ca.example"), EDGE_CAA_ALLOWED);
    put_caa(0, "iodef", "mailto:a@example.org");
    put_caa(0, "issuewild", ";");
    ck_assert_int_eq(judge("ca.example"), EDGE_CAA_ALLOWED);
    put_caa(0, "issue", "other.example");
    ck_assert_int_eq(judge("ca.example"), EDGE_CAA_FORBIDDEN);
    ck_assert_str_eq(why, "the records allow only \"other.example\"");
    ck_assert_int_eq(judge("a.example Other.Example"), EDGE_CAA_ALLOWED);
    put_caa(0, "issue", "  ca.example ; account=5");
    ck_assert_int_eq(judge("ca.example"), EDGE_CAA_ALLOWED);
}
END_TEST

START_TEST(test_nobody)
{
    begin();
    put_caa(0, "issue", ";");
    ck_assert_int_eq(judge("ca.example"), EDGE_CAA_FORBIDDEN);
    ck_assert_int_eq(judge(""), EDGE_CAA_FORBIDDEN);
    put_caa(0, "issue", "ca.example");
    ck_assert_int_eq(judge(""), EDGE_CAA_UNKNOWN);
}
END_TEST

/* RFC 8659 section 4.1. */
START_TEST(test_critical)
{
    begin();
    put_caa(0, "strange", "x");
    ck_assert_int_eq(judge("ca.example"), EDGE_CAA_ALLOWED);
    put_caa(0x80, "issue", "ca.example");
    ck_assert_int_eq(judge("ca.example"), EDGE_CAA_ALLOWED);
    put_caa(0x80, "strange", "x");
    ck_assert_int_eq(judge("ca.example"), EDGE_CAA_FORBIDDEN);
    ck_assert_ptr_nonnull(strstr(why, "strange"));
}
END_TEST

/* RFC 8657 section 4. */
START_TEST(test_methods)
{
    begin();
    put_caa(0, "issue", "ca.example; validationmethods=dns-01,tls-alpn-01");
    ck_assert_int_eq(judge("ca.example"), EDGE_CAA_FORBIDDEN);
    ck_assert_ptr_nonnull(strstr(why, "http-01"));
    put_caa(0, "issue", "ca.example; validationmethods=dns-01,http-01");
    ck_assert_int_eq(judge("ca.example"), EDGE_CAA_ALLOWED);
}
END_TEST

Suite *suite_edge_caa(void)
{
    Suite *suite = suite_create("edge_caa");
    TCase *tc = tcase_create("caa");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_reads_records);
    tcase_add_test(tc, test_cut);
    tcase_add_test(tc, test_damaged);
    tcase_add_test(tc, test_none);
    tcase_add_test(tc, test_too_many);
    tcase_add_test(tc, test_issuers);
    tcase_add_test(tc, test_nobody);
    tcase_add_test(tc, test_critical);
    tcase_add_test(tc, test_methods);
    suite_add_tcase(suite, tc);
    return suite;
}
