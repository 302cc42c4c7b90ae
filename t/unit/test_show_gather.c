/* Short pieces gathered into long ones. */

#include "show_gather.h"
#include "support.h"

#include <check.h>
#include <string.h>

Suite *suite_show_gather(void);

#define TEXT_MAX (4 * SHOW_GATHERED_MAX)

static char text[TEXT_MAX];
static apr_size_t text_len;
static int writes;

/* What lies behind the gathered text must stay as it is. */
static struct {
    show_gather_t gather;
    char behind[TEXT_MAX];
} room;

static void collect(void *ctx, const char *bytes, apr_size_t len)
{
    (void)ctx;
    ck_assert_uint_lt(text_len + len, sizeof(text));
    memcpy(text + text_len, bytes, len);
    text_len += len;
    text[text_len] = '\0';
    writes++;
}

static show_gather_t *begin(void)
{
    static const show_out_t out = {collect, NULL};

    memset(&room, 0, sizeof(room));
    memset(text, 0, sizeof(text));
    text_len = 0;
    writes = 0;
    room.gather.out = &out;
    return &room.gather;
}

START_TEST(test_pieces)
{
    show_gather_t *gather = begin();

    show_gather_put(gather, "at ");
    show_gather_seconds(gather, apr_time_from_sec(90) + 75000);
    show_gather_put(gather, ", ");
    show_gather_seconds(gather, apr_time_from_sec(90));
    show_gather_put(gather, ", ");
    show_gather_number(gather, 0);
    show_gather_put(gather, ", ");
    show_gather_number(gather, APR_UINT64_MAX);
    ck_assert_int_eq(writes, 0);
    show_gather_end(gather);
    ck_assert_int_eq(writes, 1);
    ck_assert_str_eq(text, "at 90.075000, 90, 0, 18446744073709551615");
}
END_TEST

/* As long as there is room for, and a byte less and more; and one that has no
 * room at all. */
static const apr_size_t lengths[] = {
    SHOW_GATHERED_MAX - 2, SHOW_GATHERED_MAX - 1,     SHOW_GATHERED_MAX,
    SHOW_GATHERED_MAX + 1, 2 * SHOW_GATHERED_MAX + 1,
};
#define LENGTHS ((int)(sizeof(lengths) / sizeof(lengths[0])))

START_TEST(test_long_pieces)
{
    static char piece[TEXT_MAX];
    static const char none[TEXT_MAX];
    show_gather_t *gather = begin();
    apr_size_t len = lengths[_i];

    memset(piece, 'x', len);
    show_gather_put(gather, "<");
    show_gather_bytes(gather, piece, len);
    show_gather_put(gather, ">");
    show_gather_end(gather);
    ck_assert_int_eq(memcmp(room.behind, none, sizeof(room.behind)), 0);
    ck_assert_uint_eq(text_len, len + 2);
    ck_assert_int_eq(text[0], '<');
    ck_assert_int_eq(memcmp(text + 1, piece, len), 0);
    ck_assert_int_eq(text[len + 1], '>');
}
END_TEST

Suite *suite_show_gather(void)
{
    Suite *suite = suite_create("show_gather");
    TCase *tc = tcase_create("gather");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_add_test(tc, test_pieces);
    tcase_add_loop_test(tc, test_long_pieces, 0, LENGTHS);
    suite_add_tcase(suite, tc);
    return suite;
}
