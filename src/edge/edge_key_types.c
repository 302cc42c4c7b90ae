#include "edge_key_types.h"

#include <string.h>
#include <strings.h>

static apr_status_t explain(ae_error_t *err)
{
    const char *last = ae_key_type_word((ae_key_type_t)(AE_KEY_TYPES - 1));
    char words[128] = "";
    apr_size_t used = 0;
    int i;

    for (i = 0; i + 1 < AE_KEY_TYPES; i++) {
        ae_text_copy(words + used, sizeof(words) - used, i ? ", " : "");
        used = strlen(words);
        ae_text_copy(words + used, sizeof(words) - used,
                     ae_key_type_word((ae_key_type_t)i));
        used = strlen(words);
    }
    return ae_error_next(err, "write %s or %s", words, last);
}

static int find(ae_key_type_t *type, const char *word, apr_size_t len)
{
    int i;

    for (i = 0; i < AE_KEY_TYPES; i++) {
        const char *known = ae_key_type_word((ae_key_type_t)i);

        if (strlen(known) == len && strncasecmp(known, word, len) == 0) {
            *type = (ae_key_type_t)i;
            return 1;
        }
    }
    return 0;
}

static int has(const edge_key_types_t *types, ae_key_type_t type)
{
    int i;

    for (i = 0; i < types->count; i++) {
        if (types->types[i] == type) {
            return 1;
        }
    }
    return 0;
}

static apr_status_t add(edge_key_types_t *types, const char *word,
                        apr_size_t len, ae_error_t *err)
{
    ae_key_type_t type;

    if (!find(&type, word, len)) {
        ae_error_set(err, AE_EFORMAT, "\"%.*s\" is not a type of key",
                     (int)len, word);
        ae_error_why(err, "the word is unknown");
        return explain(err);
    }
    if (has(types, type)) {
        ae_error_set(err, AE_EFORMAT, "a type of key is written twice");
        ae_error_why(err, "%s stands there already", ae_key_type_word(type));
        return ae_error_next(err, "write each type once");
    }
    types->types[types->count++] = type;
    return APR_SUCCESS;
}

apr_status_t edge_key_types_parse(edge_key_types_t *types, const char *words,
                                  ae_error_t *err)
{
    apr_status_t status = APR_SUCCESS;

    types->count = 0;
    do {
        apr_size_t len = strcspn(words, " ");

        status = add(types, words, len, err);
        words += len + strspn(words + len, " ");
    } while (status == APR_SUCCESS && *words != '\0');
    return status;
}
