#include "ae_log.h"
#include "fuzz.h"
#include "httpd_rehearsal.h"

#include <apr_strings.h>
#include <string.h>

/* What httpd -t says of a configuration that somebody is editing, on its way
 * into the log. */

static void check_line(void *ctx, ae_log_level_t level, const char *line)
{
    (void)ctx;
    (void)level;
    fuzz_must_be_text(line);
}

static void run(const unsigned char *data, size_t size)
{
    static const ae_log_t log = {check_line, NULL};
    const char *path = apr_pstrcat(fuzz_pool, fuzz_dir(), "/said", NULL);
    apr_file_t *said;
    const char *words;

    fuzz_write(path, fuzz_bytes(data, size));
    fuzz_must(apr_file_open(&said, path, APR_FOPEN_READ, 0, fuzz_pool) ==
                  APR_SUCCESS,
              "what was written can be read");
    words = httpd_rehearsal_words(said, fuzz_pool);
    fuzz_must(strlen(words) <= HTTPD_REHEARSAL_WORDS_MAX &&
                  !strchr(words, '\n'),
              "the words are one line and bounded");
    ae_log(&log, AE_LOG_ERROR, "httpd would not start: %s", words);
}

const fuzz_target_t fuzz_rehearsal = {"rehearsal", run, 3000};
