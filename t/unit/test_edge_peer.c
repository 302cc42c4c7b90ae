#include "edge_peer.h"

#include "support.h"
#include "test_pki.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>

Suite *suite_edge_peer(void);

static ae_error_t err;

static const struct {
    const char *text;
    const char *address;
    unsigned port;
    const char *printed;
} good[] = {
    {"192.0.2.1", "192.0.2.1", 80, "192.0.2.1"},
    {"192.0.2.1:8080", "192.0.2.1", 8080, "192.0.2.1:8080"},
    {"0.0.0.0:65535", "0.0.0.0", 65535, "0.0.0.0:65535"},
    {"255.255.255.255:1", "255.255.255.255", 1, "255.255.255.255:1"},
    {"2001:DB8::1", "2001:db8::1", 80, "2001:db8::1"},
    {"[2001:db8::1]", "2001:db8::1", 80, "2001:db8::1"},
    {"[2001:db8::1]:8080", "2001:db8::1", 8080, "[2001:db8::1]:8080"},
    {"::", "::", 80, "::"},
    {"::1", "::1", 80, "::1"},
    {"1::", "1::", 80, "1::"},
    {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", 80, "1:2:3:4:5:6:7:8"},
    {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", 80, "1:2:3:4:5:6:7:0"},
    {"::ffff:192.0.2.1", "::ffff:192.0.2.1", 80, "::ffff:192.0.2.1"},
    {"1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201", 80,
     "1:2:3:4:5:6:c000:201"},
};
#define GOOD ((int)(sizeof(good) / sizeof(good[0])))

/* RFC 4291 section 2.2 has the forms of IPv6. */
static const char *const bad[] = {
    "",
    "192.0.2",
    "192.0.2.256",
    "192.0.2.01",
    "192.0.2.1.5",
    "192.0.2.1:",
    "192.0.2.1:0",
    "192.0.2.1:65536",
    "192.0.2.1:http",
    "192.0.2.1:80:",
    "[192.0.2.1]:80",
    "[2001:db8::1",
    "[2001:db8::1]80",
    "[2001:db8::1]:",
    "[]",
    "[]:80",
    ":",
    ":80",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "12345::",
    "1:2:3:4:5:6:7:192.0.2.1",
    "192.0.2.1::",
    "g::1",
    "fe80::1%eth0",
    "1:",
    "peer.example",
    "peer.example:80",
    "http://192.0.2.1/",
};
#define BAD ((int)(sizeof(bad) / sizeof(bad[0])))

START_TEST(test_good)
{
    edge_peer_t peer;

    ck_assert_int_eq(edge_peer_parse(&peer, good[_i].text, &err, t_pool),
                     APR_SUCCESS);
    ck_assert_str_eq(peer.address, good[_i].address);
    ck_assert_uint_eq(peer.port, good[_i].port);
    ck_assert_str_eq(edge_peer_print(&peer, t_pool), good[_i].printed);
}
END_TEST

START_TEST(test_bad)
{
    edge_peer_t peer;

    ck_assert_msg(edge_peer_parse(&peer, bad[_i], &err, t_pool) == AE_EFORMAT,
                  "%s", bad[_i]);
    ck_assert_ptr_nonnull(strstr(err.next, "write it like"));
}
END_TEST

START_TEST(test_several)
{
    const apr_array_header_t *peers;

    ck_assert_int_eq(
        edge_peers_parse(&peers,
                         test_pki_names("192.0.2.1 192.0.2.1:81 ::1", t_pool),
                         &err, t_pool),
        APR_SUCCESS);
    ck_assert_int_eq(peers->nelts, 3);
    ck_assert_int_eq(
        edge_peers_parse(
            &peers, test_pki_names("2001:db8::a [2001:DB8::A]:80", t_pool),
            &err, t_pool),
        AE_EFORMAT);
    ck_assert_ptr_nonnull(strstr(err.what, "is named twice"));
    ck_assert_int_eq(edge_peers_parse(&peers,
                                      test_pki_names("::1 peer", t_pool), &err,
                                      t_pool),
                     AE_EFORMAT);
}
END_TEST

/* No more than the catalog of what is configured is read with. */
START_TEST(test_too_many)
{
    const apr_array_header_t *peers;
    const char *text = "";
    int i;

    for (i = 0; i < EDGE_PEERS_MAX; i++) {
        text = apr_psprintf(t_pool, "%s 192.0.2.%d", text, i);
    }
    ck_assert_int_eq(
        edge_peers_parse(&peers, test_pki_names(text, t_pool), &err, t_pool),
        APR_SUCCESS);
    text = apr_pstrcat(t_pool, text, " ::1", NULL);
    ck_assert_int_eq(
        edge_peers_parse(&peers, test_pki_names(text, t_pool), &err, t_pool),
        AE_ETOOBIG);
    ck_assert_str_eq(err.what, "65 servers are too many");
}
END_TEST

START_TEST(test_words)
{
    edge_probing_t probing;
    int i;

    for (i = 0; i < EDGE_PROBINGS; i++) {
        ck_assert(
            edge_probing_find(&probing, edge_probing_word((edge_probing_t)i)));
        ck_assert_int_eq((int)probing, i);
    }
    ck_assert(!edge_probing_find(&probing, "perhaps"));
}
END_TEST

Suite *suite_edge_peer(void)
{
    Suite *suite = suite_create("edge_peer");
    TCase *tc = tcase_create("peer");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_loop_test(tc, test_good, 0, GOOD);
    tcase_add_loop_test(tc, test_bad, 0, BAD);
    tcase_add_test(tc, test_several);
    tcase_add_test(tc, test_too_many);
    tcase_add_test(tc, test_words);
    suite_add_tcase(suite, tc);
    return suite;
}
