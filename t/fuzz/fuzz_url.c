#include "acme_url.h"
#include "fuzz.h"

#include <string.h>

/* URLs and Link headers of a CA. The input: a base, a reference and Link
 * values, each a line. */

#define LINES_MAX 64

static const char *take_line(const char **at)
{
    size_t len = strcspn(*at, "\n");
    const char *line = fuzz_string((const unsigned char *)*at, len);

    *at += len + ((*at)[len] != '\0');
    return line;
}

static void check_url(const char *url)
{
    const char *again;

    fuzz_must(acme_url_valid(url), "what was resolved may be asked");
    fuzz_must(strlen(url) <= ACME_URL_LENGTH_MAX, "it is bounded");
    fuzz_must(!strchr(url, '#'), "it has no fragment");
    fuzz_must_be_text(url);
    again = acme_url_resolve("https://ca.test/", url, fuzz_pool);
    fuzz_must(again && !strcmp(again, url),
              "an absolute URL is resolved to itself");
}

static void check_origin(const char *base, const char *reference,
                         const char *url)
{
    size_t origin = strlen("https://");

    /* A path, a query or nothing: the host is that of the base. */
    if (reference[strcspn(reference, ":/?#")] != ':' &&
        strncmp(reference, "//", 2) != 0) {
        origin += strcspn(base + origin, "/?#");
        fuzz_must(!strncmp(base, url, origin) &&
                      strchr("/?#", url[origin]) != NULL,
                  "a path does not lead to another host");
    }
}

static void run(const unsigned char *data, size_t size)
{
    const char *at = fuzz_string(data, size);
    const char *base = take_line(&at);
    const char *reference = take_line(&at);
    const char *url = acme_url_resolve(base, reference, fuzz_pool);
    apr_array_header_t *links =
        apr_array_make(fuzz_pool, 4, sizeof(const char *));
    int i;

    if (url) {
        check_url(url);
        check_origin(base, reference, url);
    }
    while (*at && links->nelts < LINES_MAX) {
        APR_ARRAY_PUSH(links, const char *) = take_line(&at);
    }
    links = acme_url_links(links, "alternate", base, fuzz_pool);
    fuzz_must(links->nelts <= ACME_LINKS_MAX, "there are not too many links");
    for (i = 0; i < links->nelts; i++) {
        check_url(APR_ARRAY_IDX(links, i, const char *));
    }
}

const fuzz_target_t fuzz_url = {"url", run, 6000};
