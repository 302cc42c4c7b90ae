#include "httpd_rehearsal.h"

#include <apr_file_io.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <signal.h>
#include <string.h>

#define NOT_RUN 255 /* how APR tells that there is no such program */

struct httpd_rehearsal_t {
    httpd_rehearsal_done_t *done;
    void *ctx;
    apr_pool_t *pool; /* its own */
    apr_proc_t proc;
    apr_file_t *output;
    int stopped;
};

/* The end of the output: there httpd says what is wrong. */
const char *httpd_rehearsal_words(apr_file_t *output, apr_pool_t *p)
{
    char *words = apr_pcalloc(p, HTTPD_REHEARSAL_WORDS_MAX + 1);
    apr_size_t len = 0;
    apr_off_t at = 0;
    char *c;

    apr_file_seek(output, APR_END, &at);
    at = at > HTTPD_REHEARSAL_WORDS_MAX ? at - HTTPD_REHEARSAL_WORDS_MAX : 0;
    apr_file_seek(output, APR_SET, &at);
    apr_file_read_full(output, words, HTTPD_REHEARSAL_WORDS_MAX, &len);
    while (len > 0 && apr_isspace(words[len - 1])) {
        words[--len] = '\0';
    }
    for (c = words; (c = strchr(c, '\n')) != NULL;) {
        *c = ' ';
    }
    return words;
}

static const char *failure_words(const httpd_rehearsal_t *rehearsal,
                                 int status)
{
    const char *words;

    if (rehearsal->stopped) {
        return "httpd -t did not come to an end";
    }
    words = httpd_rehearsal_words(rehearsal->output, rehearsal->pool);
    return words[0] ? words
                    : apr_psprintf(rehearsal->pool,
                                   "httpd -t said nothing and ended with "
                                   "status or signal %d",
                                   status);
}

/* The MPM has reaped it; `status` is an exit code, or a signal's number: what
 * makes httpd -t crash would make httpd crash. */
static void ended(int reason, void *data, int status)
{
    httpd_rehearsal_t *rehearsal = data;
    int passed = reason == APR_OC_REASON_LOST || status == 0 ||
                 (status == NOT_RUN && !rehearsal->stopped);

    if (reason == APR_OC_REASON_DEATH || reason == APR_OC_REASON_LOST) {
        apr_proc_other_child_unregister(rehearsal);
        rehearsal->done(rehearsal->ctx, passed,
                        passed ? "" : failure_words(rehearsal, status));
        apr_pool_destroy(rehearsal->pool);
    }
}

static const char *const *arguments(int argc, const char *const *argv,
                                    apr_pool_t *p)
{
    const char **words = apr_pcalloc(p, sizeof(*words) * ((size_t)argc + 2));
    int i;

    for (i = 0; i < argc; i++) {
        words[i] = argv[i];
    }
    words[i] = "-t";
    return words;
}

static apr_status_t attributes(apr_procattr_t **attr,
                               httpd_rehearsal_t *rehearsal,
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

static apr_status_t run(httpd_rehearsal_t *rehearsal, const char *const *argv)
{
    apr_procattr_t *attr;
    apr_status_t rv = attributes(&attr, rehearsal, argv[0]);

    if (rv == APR_SUCCESS) {
        rv = apr_proc_create(&rehearsal->proc, argv[0], argv, NULL, attr,
                             rehearsal->pool);
    }
    if (rv == APR_SUCCESS) {
        apr_proc_other_child_register(&rehearsal->proc, ended, rehearsal, NULL,
                                      rehearsal->pool);
        /* A restart must not leave it behind, for nobody would know it. */
        apr_pool_note_subprocess(rehearsal->pool, &rehearsal->proc,
                                 APR_KILL_ALWAYS);
    }
    return rv;
}

apr_status_t httpd_rehearsal_start(httpd_rehearsal_t **rehearsal, int argc,
                                   const char *const *argv,
                                   httpd_rehearsal_done_t *done, void *ctx,
                                   apr_pool_t *p)
{
    httpd_rehearsal_t *made;
    apr_pool_t *pool;
    apr_status_t rv;

    apr_pool_create(&pool, p);
    made = apr_pcalloc(pool, sizeof(*made));
    made->done = done;
    made->ctx = ctx;
    made->pool = pool;
    rv = run(made, arguments(argc, argv, pool));
    if (rv != APR_SUCCESS) {
        apr_pool_destroy(pool);
        return rv;
    }
    *rehearsal = made;
    return APR_SUCCESS;
}

void httpd_rehearsal_stop(httpd_rehearsal_t *rehearsal)
{
    rehearsal->stopped = 1;
    apr_proc_kill(&rehearsal->proc, SIGKILL);
}
