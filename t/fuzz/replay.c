#include "ae_file.h"
#include "fuzz.h"

#include <apr_general.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs each target over its corpus and over mutations of it, the same ones in
 * each run: replay <corpus>. A target has a process of its own; what fails in
 * one is written to fuzz-failed-<target> and leaves the others alone. To run
 * that input again: replay <target> <file>... */

#define INPUT_MAX (64 * 1024)
#define CHANGES_MAX 4
#define HANGS_AFTER 20 /* seconds */
#define MEMORY_MAX (160 * 1024 * 1024)

#ifndef __has_feature /* clang's way to say it */
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

#define TARGET(name) extern const fuzz_target_t fuzz_##name;
#include "targets.h"
#undef TARGET

static const fuzz_target_t *const targets[] = {
#define TARGET(name) &fuzz_##name,
#include "targets.h"
#undef TARGET
};

#define TARGETS (sizeof(targets) / sizeof(targets[0]))

typedef struct input_t {
    unsigned char bytes[INPUT_MAX];
    size_t size;
} input_t;

/* Shared with the process of a target, which may not live to tell. */
typedef struct report_t {
    input_t input; /* the last that was tried */
    unsigned passed;
} report_t;

static report_t *report;

/* xorshift64 */
static apr_uint64_t random_state;

static size_t random_below(size_t bound)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return bound ? (size_t)(random_state >> 11) % bound : 0;
}

static void read_input(input_t *input, const char *path)
{
    FILE *file = fopen(path, "rb");

    fuzz_must(file != NULL, "a file of the corpus can be read");
    input->size = fread(input->bytes, 1, INPUT_MAX, file);
    fclose(file);
}

/* -- mutations -- */

static void change_bit(input_t *input)
{
    if (input->size) {
        input->bytes[random_below(input->size)] ^=
            (unsigned char)(1u << random_below(8));
    }
}

static void change_byte(input_t *input)
{
    static const char odd[] = "\0\n\r\"\\{}[]<>/.%:;,=-_#\x7f\x80\xc3\xff 0";

    if (input->size) {
        input->bytes[random_below(input->size)] =
            (unsigned char)odd[random_below(sizeof(odd) - 1)];
    }
}

static void cut_out(input_t *input)
{
    size_t at = random_below(input->size);
    size_t len = 1 + random_below((input->size - at) / 2);

    if (at + len <= input->size) {
        memmove(input->bytes + at, input->bytes + at + len,
                input->size - at - len);
        input->size -= len;
    }
}

static void cut_off(input_t *input)
{
    input->size = random_below(input->size + 1);
}

/* A piece of `from`, which may be the same input, put in at some place. */
static void put_in(input_t *input, const input_t *from)
{
    unsigned char piece[256];
    size_t begin = random_below(from->size);
    size_t len = random_below(from->size - begin + 1) % sizeof(piece);
    size_t at = random_below(input->size + 1);

    if (input->size + len > INPUT_MAX) {
        return;
    }
    memcpy(piece, from->bytes + begin, len);
    memmove(input->bytes + at + len, input->bytes + at, input->size - at);
    memcpy(input->bytes + at, piece, len);
    input->size += len;
}

static void mutate(input_t *input, const input_t *other)
{
    size_t changes = 1 + random_below(CHANGES_MAX);

    while (changes--) {
        switch (random_below(6)) {
        case 0:
            change_bit(input);
            break;
        case 1:
            change_byte(input);
            break;
        case 2:
            cut_out(input);
            break;
        case 3:
            put_in(input, input);
            break;
        case 4:
            put_in(input, other);
            break;
        default:
            cut_off(input);
        }
    }
}

/* -- one target -- */

static void try_input(const fuzz_target_t *target)
{
    alarm(HANGS_AFTER);
    fuzz_one(target, report->input.bytes, report->input.size);
    alarm(0);
    report->passed++;
}

static void read_nth(input_t *input, const char *dir,
                     const apr_array_header_t *files, size_t i)
{
    char path[2048];

    snprintf(path, sizeof(path), "%s/%s", dir,
             APR_ARRAY_IDX(files, i % (size_t)files->nelts, const char *));
    read_input(input, path);
}

static void try_all(const fuzz_target_t *target, const char *dir,
                    const apr_array_header_t *files)
{
    static input_t other;
    unsigned i;

    for (i = 0; i < (unsigned)files->nelts; i++) {
        read_nth(&report->input, dir, files, i);
        try_input(target);
    }
    random_state = 0x9e3779b97f4a7c15u;
    for (i = 0; i < target->rounds; i++) {
        read_nth(&report->input, dir, files, i);
        read_nth(&other, dir, files, random_below(INPUT_MAX));
        mutate(&report->input, &other);
        try_input(target);
    }
}

/* No input of 64 kB is worth more; the sanitizers need more for themselves. */
static void limit_memory(void)
{
    struct rlimit limit = {MEMORY_MAX, MEMORY_MAX};

    fuzz_must(SANITIZED || setrlimit(RLIMIT_AS, &limit) == 0,
              "memory can be limited");
}

static void keep_input(const fuzz_target_t *target)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "fuzz-failed-%s", target->name);
    file = fopen(path, "wb");
    if (file) {
        fwrite(report->input.bytes, 1, report->input.size, file);
        fclose(file);
    }
    fprintf(stderr, "fuzz: %s failed, the input is kept as %s\n", target->name,
            path);
}

/* @return whether all of it passed. */
static int try_apart(const fuzz_target_t *target, const char *dir,
                     const apr_array_header_t *files)
{
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        limit_memory();
        try_all(target, dir, files);
        exit(0);
    }
    if (child > 0) {
        waitpid(child, &status, 0);
    }
    if (status != 0) {
        keep_input(target);
    }
    return status == 0;
}

static int try_target(const fuzz_target_t *target, const char *corpus,
                      apr_pool_t *p)
{
    apr_array_header_t *files;
    char dir[1024];
    ae_error_t err;

    snprintf(dir, sizeof(dir), "%s/%s", corpus, target->name);
    if (ae_file_list(&files, dir, &err, p) != APR_SUCCESS ||
        files->nelts == 0) {
        fprintf(stderr, "fuzz: %s has no corpus\n", target->name);
        return 0;
    }
    return try_apart(target, dir, files);
}

/* -- the program -- */

static int run_corpus(const char *corpus)
{
    unsigned failed = 0;
    apr_pool_t *p;
    size_t i;

    fuzz_must(apr_pool_create(&p, NULL) == APR_SUCCESS, "there is a pool");
    for (i = 0; i < TARGETS; i++) {
        failed += !try_target(targets[i], corpus, p);
    }
    apr_pool_destroy(p);
    printf("fuzz: %u passed, %u failed\n", report->passed, failed);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int run_files(const char *name, char **paths)
{
    size_t i;

    for (i = 0; i < TARGETS && strcmp(targets[i]->name, name); i++) {
    }
    fuzz_must(i < TARGETS, "there is a target of that name");
    for (; *paths; paths++) {
        read_input(&report->input, *paths);
        try_input(targets[i]);
    }
    printf("fuzz: %u passed, 0 failed\n", report->passed);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    fuzz_must(report != MAP_FAILED && apr_initialize() == APR_SUCCESS,
              "the program starts");
    atexit(apr_terminate);
    (void)fuzz_dir(); /* so that none stays behind where a target aborts */
    if (argc < 2) {
        fprintf(stderr, "usage: replay CORPUS | TARGET FILE...\n");
        return EXIT_FAILURE;
    }
    return argc == 2 ? run_corpus(argv[1]) : run_files(argv[1], argv + 2);
}
