#include "ae_cell.h"

#include "support.h"

#include <check.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

Suite *suite_ae_cell(void);

#define CAPACITY 8187 /* no multiple of a word */
#define READERS 3

static ae_cell_t *make(void)
{
    return t_share(ae_cell_size(CAPACITY));
}

/* The value of a version is known by its number: so many bytes, all alike, and
 * never zero. */
static apr_size_t bytes_of(apr_uint64_t version)
{
    return 1 + version * 5003 % CAPACITY;
}

static int byte_of(apr_uint64_t version)
{
    return (int)(1 + version % 255);
}

static void put_next(ae_cell_t *cell)
{
    apr_uint64_t version = ae_cell_version(cell) + 1;
    char value[CAPACITY];

    memset(value, byte_of(version), bytes_of(version));
    ae_cell_put(cell, CAPACITY, value, bytes_of(version));
}

/* Whether what is read is all of the value of its version. */
static int is_whole(const ae_cell_t *cell, apr_uint64_t *version)
{
    unsigned char value[CAPACITY];
    apr_size_t i, bytes = ae_cell_get(cell, CAPACITY, value, version);
    int whole = bytes == (*version ? bytes_of(*version) : 0);

    for (i = 0; whole && i < bytes; i++) {
        whole = value[i] == byte_of(*version);
    }
    return whole;
}

static apr_size_t count_bytes(const ae_cell_t *cell, int byte)
{
    const unsigned char *memory = (const unsigned char *)cell;
    apr_size_t i, found = 0;

    for (i = 0; i < ae_cell_size(CAPACITY); i++) {
        found += memory[i] == byte;
    }
    return found;
}

START_TEST(size_is_of_words)
{
    apr_size_t capacity;

    for (capacity = 0; capacity < 20; capacity++) {
        ck_assert_uint_eq(ae_cell_size(capacity) % sizeof(apr_uint64_t), 0);
        ck_assert_uint_ge(ae_cell_size(capacity), 2 * capacity + 8);
    }
}
END_TEST

START_TEST(new_cell_is_empty)
{
    ae_cell_t *cell = make();
    char value[CAPACITY];
    apr_uint64_t version = 5;

    ck_assert_uint_eq(ae_cell_version(cell), 0);
    ck_assert_uint_eq(ae_cell_get(cell, CAPACITY, value, &version), 0);
    ck_assert_uint_eq(version, 0);
    ae_cell_wipe(cell, CAPACITY);
    ck_assert_uint_eq(ae_cell_version(cell), 0);
}
END_TEST

/* Of each length, and nothing beside the cell or the value is touched. */
START_TEST(what_is_put_is_got)
{
    enum {
        SMALL = 21,
        ROOM = 512
    };
    unsigned char *memory = memset(t_share(ROOM), 0xee, ROOM),
                  value[SMALL + 1];
    ae_cell_t *cell = (ae_cell_t *)(void *)(memory + 64);
    apr_size_t i, bytes, size = ae_cell_size(SMALL);
    apr_uint64_t version;

    memset(cell, 0, size);
    for (i = 1; i < 100; i++) {
        bytes = i * 8 % (SMALL + 1);
        memset(value, (int)i, sizeof(value));
        ae_cell_put(cell, SMALL, value, bytes);
        memset(value, 0xdd, sizeof(value));
        ck_assert_uint_eq(ae_cell_get(cell, SMALL, value, &version), bytes);
        ck_assert_uint_eq(version, i);
        ck_assert_uint_eq(ae_cell_version(cell), i);
        ck_assert(bytes == 0 || (value[0] == i && value[bytes - 1] == i));
        ck_assert_uint_eq(value[bytes], 0xdd);
    }
    ck_assert_uint_eq(memory[63], 0xee);
    ck_assert_uint_eq(memory[64 + size], 0xee);
}
END_TEST

/* A length that is none leads nowhere: memory may be spoilt by others. */
START_TEST(length_is_bounded)
{
    ae_cell_t *cell = make();
    char value[CAPACITY];

    put_next(cell);
    memset(cell, 0xff, ae_cell_size(CAPACITY));
    ck_assert_uint_eq(ae_cell_get(cell, CAPACITY, value, NULL), CAPACITY);
    ae_cell_wipe(cell, CAPACITY);
    ck_assert_uint_eq(ae_cell_get(cell, CAPACITY, value, NULL), CAPACITY);
}
END_TEST

START_TEST(what_was_replaced_is_wiped)
{
    ae_cell_t *cell = make();
    apr_uint64_t version, last;

    for (last = 0; last < 100; last = version) {
        put_next(cell);
        ae_cell_wipe(cell, CAPACITY);
        ck_assert(is_whole(cell, &version));
        ck_assert_uint_eq(version, last + 1);
        /* One more may be in the number or in the length. */
        ck_assert_uint_le(count_bytes(cell, byte_of(last)), 2);
        ck_assert_uint_ge(count_bytes(cell, 0),
                          ae_cell_size(CAPACITY) - bytes_of(version) - 16);
    }
}
END_TEST

/* A replacement that is shorter leaves no end of what was there before. */
START_TEST(shorter_value_leaves_nothing)
{
    ae_cell_t *cell = make();
    char value[CAPACITY];
    int i;

    memset(value, 0xaa, sizeof(value));
    ae_cell_put(cell, CAPACITY, value, sizeof(value));
    ae_cell_put(cell, CAPACITY, value, sizeof(value));
    for (i = 0; i < 2; i++) {
        ae_cell_put(cell, CAPACITY, "short", 5);
    }
    ck_assert_uint_eq(count_bytes(cell, 0xaa), 0);
    ck_assert_uint_eq(ae_cell_get(cell, CAPACITY, value, NULL), 5);
    ck_assert_mem_eq(value, "short", 5);
}
END_TEST

/* Puts, and wipes after every second, until it is killed. */
static pid_t start_writer(ae_cell_t *cell)
{
    pid_t pid = fork();

    if (pid == 0) {
        for (;;) {
            put_next(cell);
            if (ae_cell_version(cell) & 1) {
                ae_cell_wipe(cell, CAPACITY);
            }
        }
    }
    ck_assert_int_gt(pid, 0);
    return pid;
}

static pid_t start_reader(const ae_cell_t *cell, const atomic_int *is_over)
{
    pid_t pid = fork();
    apr_uint64_t version, last = 0;

    if (pid == 0) {
        while (!*is_over) {
            if (!is_whole(cell, &version) || version < last) {
                _exit(1);
            }
            last = version;
        }
        _exit(0);
    }
    ck_assert_int_gt(pid, 0);
    return pid;
}

static void kill_it(pid_t pid)
{
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

/* Until it has put something, and then for a random while. */
static void let_write(const ae_cell_t *cell, apr_uint64_t before)
{
    struct timespec pause = {0, rand() % 200 * 1000};

    while (ae_cell_version(cell) == before) {
        sched_yield();
    }
    nanosleep(&pause, NULL);
}

/* Wherever a writer is killed, what it finished last stands, other processes
 * see no torn value, and the next one goes on. */
START_TEST(killed_writers_leave_what_was_there)
{
    ae_cell_t *cell = make();
    atomic_int *is_over = t_share(sizeof(*is_over));
    pid_t reader = start_reader(cell, is_over);
    apr_uint64_t version, before = 0;
    int i, status;

    for (i = 0; i < 300; i++) {
        pid_t writer = start_writer(cell);

        let_write(cell, before);
        kill_it(writer);
        ck_assert(is_whole(cell, &version));
        ck_assert_uint_gt(version, before);
        before = version;
    }
    *is_over = 1;
    ck_assert_int_eq(waitpid(reader, &status, 0), reader);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

/* Of a secret that was half written by a writer that was killed too. */
START_TEST(what_killed_writers_left_is_wiped)
{
    ae_cell_t *cell = make();
    apr_uint64_t version, before = 0;
    apr_size_t left, partial = 0;
    int i;

    for (i = 0; i < 100; i++) {
        pid_t writer = start_writer(cell);

        let_write(cell, before);
        kill_it(writer);
        before = ae_cell_version(cell);
        left = ae_cell_size(CAPACITY) - count_bytes(cell, 0);
        ae_cell_wipe(cell, CAPACITY);
        ck_assert(is_whole(cell, &version));
        ck_assert_uint_eq(version, before);
        ck_assert_uint_ge(count_bytes(cell, 0),
                          ae_cell_size(CAPACITY) - bytes_of(version) - 16);
        partial += left > bytes_of(version) + 16;
    }
    ck_assert_uint_gt(partial, 0);
}
END_TEST

#ifdef AE_FAULTS

/* Begins a second value, and is killed at a step of that.
 * @return whether it was */
static int is_killed_at(ae_cell_t *cell, int step)
{
    char fault[512];
    pid_t pid;
    int status;

    put_next(cell);
    snprintf(fault, sizeof(fault), "%dm:%s/mark-%d:child", step, t_dir(),
             step);
    pid = fork();
    if (pid == 0) {
        setenv("ACME_EDGE_FAULT", fault, 1);
        put_next(cell);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* Nothing of it yet, a half, all of it; and one that is said to be there. */
START_TEST(killed_at_each_step)
{
    const apr_size_t half = bytes_of(2) / 2, whole = bytes_of(2);
    const apr_size_t written[] = {0, half, whole, whole};
    int step;

    for (step = 1; step <= 4; step++) {
        ae_cell_t *cell = make();
        apr_uint64_t version;
        apr_size_t there;

        ck_assert(is_killed_at(cell, step));
        there = count_bytes(cell, byte_of(2));
        ck_assert_uint_ge(there, written[step - 1]);
        ck_assert_uint_le(there, written[step - 1] + 16);
        ck_assert(is_whole(cell, &version));
        ck_assert_uint_eq(version, step < 4 ? 1 : 2);
    }
    ck_assert(!is_killed_at(make(), step));
}
END_TEST

#endif

typedef struct race_t {
    ae_cell_t *cell;
    atomic_int is_over;
    atomic_int torn;
    atomic_int changes;
} race_t;

static void *read_often(void *ctx)
{
    race_t *race = ctx;
    apr_uint64_t version, last = 0;

    while (!race->is_over) {
        race->torn += !is_whole(race->cell, &version) || version < last;
        race->changes += version != last;
        last = version;
    }
    return NULL;
}

START_TEST(readers_in_threads_see_whole_values)
{
    race_t race = {make(), 0, 0, 0};
    pthread_t readers[READERS];
    int i;

    for (i = 0; i < READERS; i++) {
        ck_assert_int_eq(pthread_create(&readers[i], NULL, read_often, &race),
                         0);
    }
    for (i = 0; i < 20000 || race.changes < 200; i++) {
        put_next(race.cell);
        if (i & 1) {
            ae_cell_wipe(race.cell, CAPACITY);
        }
        if (i % 1000 == 0) {
            sched_yield();
        }
    }
    race.is_over = 1;
    for (i = 0; i < READERS; i++) {
        pthread_join(readers[i], NULL);
    }
    ck_assert_int_eq(race.torn, 0);
}
END_TEST

Suite *suite_ae_cell(void)
{
    Suite *suite = suite_create("ae_cell");
    TCase *tc = tcase_create("cell");

    tcase_add_checked_fixture(tc, t_setup, t_teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, size_is_of_words);
    tcase_add_test(tc, new_cell_is_empty);
    tcase_add_test(tc, what_is_put_is_got);
    tcase_add_test(tc, length_is_bounded);
    tcase_add_test(tc, what_was_replaced_is_wiped);
    tcase_add_test(tc, shorter_value_leaves_nothing);
    tcase_add_test(tc, killed_writers_leave_what_was_there);
    tcase_add_test(tc, what_killed_writers_left_is_wiped);
#ifdef AE_FAULTS
    tcase_add_test(tc, killed_at_each_step);
#endif
    tcase_add_test(tc, readers_in_threads_see_whole_values);
    suite_add_tcase(suite, tc);
    return suite;
}
