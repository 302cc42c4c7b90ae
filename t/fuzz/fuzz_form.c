#include "fuzz.h"
#include "httpd_form.h"

#include <string.h>

/* The body of a POST to the manager page. */

static void run(const unsigned char *data, size_t size)
{
    httpd_form_t form;
    ae_error_t err;

    if (httpd_form_read(&form, fuzz_bytes(data, size), &err, fuzz_pool) !=
        APR_SUCCESS) {
        fuzz_must_explain(&err, err.status);
        return;
    }
    fuzz_must(strlen(form.verb) + strlen(form.name) + strlen(form.serial) +
                      strlen(form.nonce) + strlen(form.lang) <=
                  size,
              "no field is longer than what was sent");
    fuzz_must(strpbrk(form.name, "\r\n\t\x7f\x1b") == NULL,
              "no control character gets through");
}

const fuzz_target_t fuzz_form = {"form", run, 9000};
