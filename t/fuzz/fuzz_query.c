#include "fuzz.h"
#include "show_query.h"

/* What a request asks of the status pages: its query, and in the next parts
 * its headers Accept and Accept-Language. */

static const char *next_text(const unsigned char **data, size_t *size)
{
    ae_bytes_t part = fuzz_part(data, size);

    return fuzz_string(part.data, part.len);
}

static void check_query(const show_query_t *query)
{
    fuzz_must((unsigned)query->format < SHOW_FORMATS, "a format there is");
    fuzz_must((unsigned)query->language < AE_LANGUAGES, "a language there is");
    fuzz_must(query->page >= 1 && query->page <= 999999,
              "a page is within bounds");
    fuzz_must(query->states >= 0 && query->states < 1 << EDGE_PHASES,
              "only states there are");
    fuzz_must(query->name == NULL || query->name[0] != '\0',
              "an empty name is none");
    fuzz_must(query->cert == NULL || query->cert[0] != '\0',
              "an empty certificate is none");
}

static void run(const unsigned char *data, size_t size)
{
    const char *args = next_text(&data, &size);
    const char *accept = next_text(&data, &size);
    const char *language = next_text(&data, &size);
    show_query_t query;
    ae_error_t err;
    apr_status_t status =
        show_query_read(&query, args, accept, language, &err, fuzz_pool);

    if (status == APR_SUCCESS) {
        check_query(&query);
        return;
    }
    fuzz_must(status == AE_EFORMAT && err.status == status,
              "the status is a documented one");
    fuzz_must(err.what[0] != '\0' && err.next[0] != '\0',
              "it says what is wrong and what to write instead");
    fuzz_must_be_text(ae_error_line(&err, fuzz_pool));
}

const fuzz_target_t fuzz_query = {"query", run, 8000};
