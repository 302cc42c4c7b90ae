#include "acme_identifier.h"

#include "ae_address.h"
#include "ae_json.h"

#include <string.h>

#define BYTES_MAX 256

json_t *acme_identifier_print(const char *name)
{
    return json_pack("{s:s,s:s}", "type", ae_address_is(name) ? "ip" : "dns",
                     "value", name);
}

const char *acme_identifier_read(const json_t *object, apr_pool_t *p)
{
    const char *value = ae_json_get_string(object, "value", p);
    ae_address_t address;
    char *name;

    if (value == NULL || *value == '\0' || strlen(value) >= BYTES_MAX) {
        return NULL;
    }
    /* Not by its type: the RFCs know one spelling, CAs write any. */
    if (ae_address_read(&address, value)) {
        return ae_address_print(&address, p);
    }
    name = apr_palloc(p, BYTES_MAX);
    ae_text_copy(name, BYTES_MAX, value);
    return name;
}
