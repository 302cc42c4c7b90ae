#include "ae_time.h"
#include "fuzz.h"

#include <string.h>

/* Moments in JSON (RFC 3339) and in Retry-After. */

#define NOW apr_time_from_sec(APR_INT64_C(1800000000))
#define YEAR_0 apr_time_from_sec(APR_INT64_C(-62167219200))
#define YEAR_10000 apr_time_from_sec(APR_INT64_C(253402300800))

static void check_moment(apr_time_t t)
{
    const char *text = ae_time_print(t, fuzz_pool);
    apr_time_t again = 1;

    /* An offset may lead beyond what four digits can say. */
    if (t == 0 || t < YEAR_0 || t >= YEAR_10000) {
        return;
    }
    fuzz_must(strlen(text) == strlen("2026-11-21T03:00:00Z"),
              "a moment is printed in full");
    fuzz_must(ae_time_parse(&again, text) == APR_SUCCESS,
              "what was printed can be read");
    fuzz_must(again <= t && t - again < APR_USEC_PER_SEC,
              "what was printed is read as the same second");
}

static void run(const unsigned char *data, size_t size)
{
    const char *text = fuzz_string(data, size);
    apr_time_t t = 1;
    apr_status_t status = ae_time_parse(&t, text);

    fuzz_must(status == APR_SUCCESS || (status == AE_EFORMAT && t == 1),
              "a failure leaves the moment alone");
    if (status == APR_SUCCESS) {
        check_moment(t);
        fuzz_must_be_text(ae_time_print_span(t - NOW, fuzz_pool));
    }
    t = 1;
    status = ae_time_parse_retry_after(&t, text, NOW);
    fuzz_must(status == APR_SUCCESS
                  ? t >= NOW + apr_time_from_sec(1) &&
                        t <= NOW + apr_time_from_sec(7 * 86400)
                  : status == AE_EFORMAT && t == 1,
              "Retry-After lies between a second and a week");
}

const fuzz_target_t fuzz_time = {"time", run, 8000};
