#include "edge_caa.h"
#include "fuzz.h"

#include <string.h>

/* A name server's answer: the records, and what they mean. */

static void check_record(const edge_caa_t *record)
{
    fuzz_must(record->tag[0] != '\0' && strlen(record->tag) <= 15,
              "a tag is bounded");
    fuzz_must_be_text(record->tag);
    fuzz_must_be_text(record->value);
}

static void check_verdict(const apr_array_header_t *records, const char *ca)
{
    apr_array_header_t *identities =
        apr_array_make(fuzz_pool, 1, sizeof(const char *));
    const char *why = NULL;

    if (ca) {
        APR_ARRAY_PUSH(identities, const char *) = ca;
    }
    edge_caa_judge(records, identities, &why, fuzz_pool);
    fuzz_must(why != NULL, "a verdict has its reason");
    fuzz_must_be_text(why);
}

static void run(const unsigned char *data, size_t size)
{
    apr_array_header_t *records;
    ae_error_t err;
    apr_status_t status =
        edge_caa_parse(&records, fuzz_bytes(data, size), &err, fuzz_pool);
    int i;

    if (edge_caa_is_none(fuzz_bytes(data, size))) {
        fuzz_must(status == APR_SUCCESS && records->nelts == 0,
                  "no records are no records");
    }
    if (status != APR_SUCCESS) {
        fuzz_must(status == AE_EFORMAT || status == AE_ETOOBIG,
                  "the status is a documented one");
        fuzz_must_explain(&err, status);
        return;
    }
    fuzz_must(records->nelts <= EDGE_CAA_RECORDS_MAX, "records are bounded");
    for (i = 0; i < records->nelts; i++) {
        check_record(&APR_ARRAY_IDX(records, i, edge_caa_t));
    }
    check_verdict(records, NULL);
    check_verdict(records, "ca.example");
}

const fuzz_target_t fuzz_caa = {"caa", run, 2000};
