#include "httpd_rehearsal.h"

#include <apr_file_io.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <string.h>

#define WORDS_MAX 700
#define FAILED 1 /* how httpd -t ends where something is wrong */

typedef struct rehearsal_t {
    httpd_rehearsal_done_t *done;
    void *ctx;
    apr_pool_t *pool; /* its own */
    apr_proc_t proc;
    apr_file_t *output;
} rehearsal_t;

/* The end of the output: there httpd says what is wrong. */
static const char *output_words(const rehearsal_t *rehearsal)
{
    char *words = apr_pcalloc(rehearsal->pool, WORDS_MAX + 1);
    apr_size_t len = 0;
    apr_off_t at = 0;
    char *c;

    apr_file_seek(rehearsal->output, APR_END, &at);
    at = at > WORDS_MAX ? at - WORDS_MAX : 0;
    apr_file_seek(rehearsal->output, APR_SET, &at);
    apr_file_read_full(rehearsal->output, words, WORDS_MAX, &len);
    while (len > 0 && apr_isspace(words[len - 1])) {
        words[--len] = '\0';
    }
    for (c = words; (c = strchr(c, '\n')) != NULL;) {
        *c = ' ';
    }
    return words;
}

/* The MPM has reaped it; `status` is an exit code, or a signal's number. */
static void ended(int reason, void *data, int status)
{
    rehearsal_t *rehearsal = data;
    int failed = reason == APR_OC_REASON_DEATH && status == FAILED;

    if (reason == APR_OC_REASON_DEATH || reason == APR_OC_REASON_LOST) {
        apr_proc_other_child_unregister(rehearsal);
        rehearsal->done(rehearsal->ctx, !failed,
                        failed ? output_words(rehearsal) : "");
        apr_pool_destroy(rehearsal->pool);
    }
}

static const char *const *arguments(const process_rec *process, apr_pool_t *p)
{
    const char **argv =
        apr_pcalloc(p, sizeof(*argv) * ((apr_size_t)process->argc + 2));
    int i;

    for (i = 0; i < process->argc; i++) {
        argv[i] = process->argv[i];
    }
    argv[i] = "-t";
    return argv;
}

static apr_status_t attributes(apr_procattr_t **attr, rehearsal_t *rehearsal,
                               const char *program)
{
    char path[] = "/acme-edge-XXXXXX";
    const char *dir;
    apr_status_t rv = apr_temp_dir_get(&dir, rehearsal->pool);

    if (rv == APR_SUCCESS) {
        /* Removed when it is closed. */
        rv = apr_file_mktemp(&rehearsal->output,
                             apr_pstrcat(rehearsal->pool, dir, path, NULL), 0,
                             rehearsal->pool);
    }
    if (rv != APR_SUCCESS ||
        (rv = apr_procattr_create(attr, rehearsal->pool)) != APR_SUCCESS ||
        (rv = apr_procattr_child_out_set(*attr, rehearsal->output, NULL)) !=
            APR_SUCCESS ||
        (rv = apr_procattr_child_err_set(*attr, rehearsal->output, NULL)) !=
            APR_SUCCESS) {
        return rv;
    }
    return apr_procattr_cmdtype_set(
        *attr, strchr(program, '/') ? APR_PROGRAM_ENV : APR_PROGRAM_PATH);
}

static apr_status_t run(rehearsal_t *rehearsal, const process_rec *process)
{
    const char *const *argv = arguments(process, rehearsal->pool);
    apr_procattr_t *attr;
    apr_status_t rv = attributes(&attr, rehearsal, argv[0]);

    if (rv == APR_SUCCESS) {
        rv = apr_proc_create(&rehearsal->proc, argv[0], argv, NULL, attr,
                             rehearsal->pool);
    }
    if (rv == APR_SUCCESS) {
        apr_proc_other_child_register(&rehearsal->proc, ended, rehearsal, NULL,
                                      rehearsal->pool);
    }
    return rv;
}

apr_status_t httpd_rehearsal_start(const server_rec *server,
                                   httpd_rehearsal_done_t *done, void *ctx,
                                   apr_pool_t *p)
{
    rehearsal_t *rehearsal;
    apr_pool_t *pool;
    apr_status_t rv;

    apr_pool_create(&pool, p);
    rehearsal = apr_pcalloc(pool, sizeof(*rehearsal));
    rehearsal->done = done;
    rehearsal->ctx = ctx;
    rehearsal->pool = pool;
    rv = run(rehearsal, server->process);
    if (rv != APR_SUCCESS) {
        apr_pool_destroy(pool);
    }
    return rv;
}
