#include "acme_revoke.h"

#include "acme_jws.h"
#include "ae_json.h"

#include <apr_strings.h>
#include <strings.h>

#define TAKEN                                                                 \
    "unspecified, keyCompromise, affiliationChanged, superseded or "          \
    "cessationOfOperation"

typedef struct row_t {
    const char *word; /* RFC 5280 section 5.3.1; NULL: not assigned */
    int taken;        /* from customers; the others are a CA's own */
} row_t;

static const row_t rows[] = {
    [ACME_REASON_UNSPECIFIED] = {"unspecified", 1},
    [ACME_REASON_KEY_COMPROMISE] = {"keyCompromise", 1},
    [2] = {"cACompromise", 0},
    [ACME_REASON_AFFILIATION_CHANGED] = {"affiliationChanged", 1},
    [ACME_REASON_SUPERSEDED] = {"superseded", 1},
    [ACME_REASON_CESSATION_OF_OPERATION] = {"cessationOfOperation", 1},
    [6] = {"certificateHold", 0},
    [8] = {"removeFromCRL", 0},
    [9] = {"privilegeWithdrawn", 0},
    [10] = {"aACompromise", 0},
};

static apr_status_t refuse(ae_error_t *err, const char *word, const char *why)
{
    ae_error_set(err, AE_EFORMAT, "\"%s\" cannot be the reason", word);
    ae_error_why(err, "%s", why);
    return ae_error_next(err, "give one of " TAKEN);
}

apr_status_t acme_reason_parse(acme_reason_t *reason, const char *word,
                               ae_error_t *err)
{
    apr_size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].word == NULL || strcasecmp(rows[i].word, word) != 0) {
            continue;
        }
        if (!rows[i].taken) {
            return refuse(err, word, "it is for CAs alone to give");
        }
        *reason = (acme_reason_t)i;
        return APR_SUCCESS;
    }
    return refuse(err, word, "it is none of those of RFC 5280");
}

const char *acme_reason_word(acme_reason_t reason)
{
    return rows[reason].word;
}

/* RFC 8555 section 7.6: the reason is optional, and RFC 5280 section 5.3.1
 * wants none rather than "unspecified". */
const char *acme_revoke_payload(ae_bytes_t der, acme_reason_t reason,
                                apr_pool_t *p)
{
    json_t *payload = ae_json_keep(json_object(), p);

    json_object_set_new(payload, "certificate",
                        json_string(acme_base64url_encode(der, p)));
    if (reason != ACME_REASON_UNSPECIFIED) {
        json_object_set_new(payload, "reason", json_integer(reason));
    }
    return ae_json_print(payload, p);
}
