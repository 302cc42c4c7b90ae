#include "edge_differ.h"

#include <apr_strings.h>
#include <string.h>

static void add_absent(apr_array_header_t *list,
                       const apr_array_header_t *names,
                       const apr_array_header_t *others, const char *words)
{
    int i;

    for (i = 0; i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        if (!ae_text_is_among(others, name)) {
            APR_ARRAY_PUSH(list, const char *) =
                apr_pstrcat(list->pool, name, words, NULL);
        }
    }
}

apr_array_header_t *edge_differ(const ae_cert_facts_t *facts, const char *key,
                                const edge_cert_t *cert, apr_pool_t *p)
{
    apr_array_header_t *list = apr_array_make(p, 2, sizeof(const char *));
    const char *type = ae_key_type_word(cert->key_type);

    add_absent(list, cert->names, facts->names,
               " is configured and not in it");
    add_absent(list, facts->names, cert->names,
               " is in it and not configured");
    if (strcmp(key, type) != 0) {
        APR_ARRAY_PUSH(list, const char *) =
            apr_psprintf(p, "its key is %s, ACMEKeyType is %s", key, type);
    }
    return list;
}
