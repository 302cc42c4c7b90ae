#include "edge_cert.h"
#include "fuzz.h"

#include <string.h>

/* Names, before they become paths. */

static void check_dir(const char *name)
{
    const char *dir = edge_name_to_dir(name, fuzz_pool);

    fuzz_must(strlen(dir) <= 200, "a name on disk is bounded");
    fuzz_must(*dir && *dir != '.' && *dir != '-' && !strchr(dir, '/'),
              "a name on disk is one component and not hidden");
}

static void run(const unsigned char *data, size_t size)
{
    const char *name = fuzz_string(data, size);
    ae_error_t err;
    apr_status_t status = edge_name_check(name, &err);

    if (status != APR_SUCCESS) {
        fuzz_must(status == AE_EFORMAT, "the status is a documented one");
        fuzz_must_explain(&err, status);
        fuzz_must(err.next[0] != '\0', "it says what to write instead");
        return;
    }
    fuzz_must(strlen(name) <= 253, "a name is bounded");
    fuzz_must(strchr(name, '.') && !strstr(name, ".."),
              "a name has labels, none of them empty");
    fuzz_must(name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789.-")] ==
                  '\0',
              "a name has letters, digits, dots and hyphens alone");
    check_dir(name);
}

const fuzz_target_t fuzz_name = {"name", run, 8000};
