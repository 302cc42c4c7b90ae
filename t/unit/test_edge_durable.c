/* What must survive a power failure is on the disk before the CA is asked for
 * what makes it true. fsync is watched for that. */

#include "edge_world.h"
#include "support.h"

#include <apr_strings.h>
#include <check.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYNCED_MAX 512

static struct {
    ino_t inode;
    struct timespec changed;
} synced[SYNCED_MAX];
static int synced_count;

static world_t *w;

/* In the place of libc's. */
int fsync(int fd)
{
    struct stat info;

    if (synced_count < SYNCED_MAX && fstat(fd, &info) == 0) {
        synced[synced_count].inode = info.st_ino;
        synced[synced_count].changed = info.st_mtim;
        synced_count++;
    }
    return fdatasync(fd);
}

/* Whether it was synced since it, or what it lists, changed last. */
static int is_on_disk(const char *path)
{
    struct stat info;
    int i;

    ck_assert_msg(stat(path, &info) == 0, "%s is not there", path);
    for (i = 0; i < synced_count; i++) {
        if (synced[i].inode == info.st_ino &&
            memcmp(&synced[i].changed, &info.st_mtim, sizeof(info.st_mtim)) ==
                0) {
            return 1;
        }
    }
    return 0;
}

static const char *staging(const char *below)
{
    return edge_store_path(scene_store(), t_pool, "staging", below, NULL);
}

static void check_order_on_disk(void)
{
    ck_assert(is_on_disk(staging("a.example/order/order.json")));
    ck_assert(is_on_disk(staging("a.example/order/ecdsa-p256.key")));
    ck_assert(is_on_disk(staging("a.example/order")));
    ck_assert(is_on_disk(staging("a.example")));
    ck_assert(is_on_disk(staging(NULL)));
}

static void begin(void)
{
    synced_count = 0;
    w = world_begin("a.example", "ca");
}

START_TEST(the_account_key_before_the_account)
{
    const char *file;

    begin();
    file = edge_store_path(scene_store(), t_pool, "accounts", "ca",
                           "account.key", NULL);
    world_go_to("newAccount");
    ck_assert(is_on_disk(file));
}
END_TEST

START_TEST(the_key_before_the_order)
{
    begin();
    world_go_to("newOrder");
    ck_assert(is_on_disk(staging("a.example/order/ecdsa-p256.key")));
}
END_TEST

START_TEST(the_order_before_its_challenge)
{
    begin();
    world_go_to("challenge");
    check_order_on_disk();
}
END_TEST

START_TEST(an_order_without_challenges_before_finalize)
{
    begin();
    w->ca->reuse = 1;
    world_go_to("finalize");
    check_order_on_disk();
}
END_TEST

/* The worker before may have been killed where it need not wait yet. */
START_TEST(an_order_that_was_taken_up)
{
    begin();
    world_go_to("authorization");
    ck_assert_int_eq(world_answer(), 1);
    world_restart();
    synced_count = 0;
    world_go_to("challenge");
    ck_assert(is_on_disk(staging("a.example/order/order.json")));
}
END_TEST

START_TEST(a_failure_before_its_pause)
{
    begin();
    world_spoil("newOrder", 1, 9, 503, "serverInternal", "3600");
    world_run(apr_time_from_sec(10));
    ck_assert(is_on_disk(edge_store_path(scene_store(), t_pool, "state",
                                         "a.example.json", NULL)));
}
END_TEST

START_TEST(a_set_before_its_deployment)
{
    begin();
    world_run_until(0, EDGE_PHASE_STAGED, apr_time_from_sec(60));
    ck_assert(is_on_disk(staging("a.example/set/ecdsa-p256.key")));
    ck_assert(is_on_disk(staging("a.example/set/ecdsa-p256.cert")));
    ck_assert(is_on_disk(staging("a.example")));
}
END_TEST

Suite *suite_edge_durable(void);
Suite *suite_edge_durable(void)
{
    Suite *suite = suite_create("edge_durable");
    TCase *tc = tcase_create("durable");

    tcase_add_checked_fixture(tc, scene_setup, t_teardown);
    tcase_add_test(tc, the_account_key_before_the_account);
    tcase_add_test(tc, the_key_before_the_order);
    tcase_add_test(tc, the_order_before_its_challenge);
    tcase_add_test(tc, an_order_without_challenges_before_finalize);
    tcase_add_test(tc, an_order_that_was_taken_up);
    tcase_add_test(tc, a_failure_before_its_pause);
    tcase_add_test(tc, a_set_before_its_deployment);
    suite_add_tcase(suite, tc);
    return suite;
}
