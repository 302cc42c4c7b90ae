#include "ae_address.h"
#include "edge_cert.h"
#include "fuzz.h"

#include <string.h>

/* Names, before they become paths. */

static void check_dir(const char *name)
{
    const char *dir = edge_name_to_dir(name, fuzz_pool);

    fuzz_must(strlen(dir) <= 200, "a name on disk is bounded");
    fuzz_must(*dir && *dir != '.' && *dir != '-' && !strpbrk(dir, "/:"),
              "a name on disk is one component and not hidden");
}

/* What is kept, compared and told to a CA. */
static void check_spelling(const char *name)
{
    const char *spelled = edge_name_spell(name, fuzz_pool);

    fuzz_must(!strcmp(edge_name_spell(spelled, fuzz_pool), spelled),
              "a name has one spelling");
}

static void check_dns(const char *name)
{
    ae_error_t err;

    fuzz_must(edge_name_check_dns(name, &err) == APR_SUCCESS,
              "what is no address is a DNS name");
    fuzz_must(strlen(name) <= 253, "a name is bounded");
    fuzz_must(strchr(name, '.') && !strstr(name, ".."),
              "a name has labels, none of them empty");
    fuzz_must(name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789.-")] ==
                  '\0',
              "a name has letters, digits, dots and hyphens alone");
}

static void check_address(const char *name, const ae_address_t *address)
{
    ae_address_t again;
    ae_error_t err;

    fuzz_must(edge_name_check_dns(name, &err) == AE_EFORMAT,
              "an address is no DNS name");
    fuzz_must(ae_address_read(&again, ae_address_print(address, fuzz_pool)) &&
                  again.len == address->len &&
                  !memcmp(again.bytes, address->bytes, (size_t)again.len),
              "an address that was printed is the same");
}

static void run(const unsigned char *data, size_t size)
{
    const char *name = fuzz_string(data, size);
    ae_address_t address;
    ae_error_t err;
    apr_status_t status = edge_name_check(name, &err);

    check_spelling(name);
    if (status != APR_SUCCESS) {
        fuzz_must(status == AE_EFORMAT, "the status is a documented one");
        fuzz_must_explain(&err, status);
        fuzz_must(err.next[0] != '\0', "it says what to write instead");
        return;
    }
    if (ae_address_read(&address, name)) {
        check_address(name, &address);
    } else {
        check_dns(name);
    }
    check_dir(name);
}

const fuzz_target_t fuzz_name = {"name", run, 8000};
