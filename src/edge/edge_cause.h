#ifndef EDGE_CAUSE_H
#define EDGE_CAUSE_H

/** Why there is no certificate, in one word: what it means here, and what
 * mends it. One table says it to the log, the page, the command and
 * docs/troubleshooting.md. */

#include "ae_language.h"

typedef enum edge_cause_t {
    EDGE_CAUSE_NONE,  /* nothing failed */
    EDGE_CAUSE_OTHER, /* its words say all that is known */

    /* What the CA met when it looked at a name. */
    EDGE_CAUSE_CONNECTION_REFUSED,
    EDGE_CAUSE_CONNECT_TIMEOUT,
    EDGE_CAUSE_UNREACHABLE,
    EDGE_CAUSE_CONNECTION_RESET,
    EDGE_CAUSE_ANSWER_TIMEOUT,
    EDGE_CAUSE_NOT_HTTP,
    EDGE_CAUSE_CONNECTION, /* in any other way */
    EDGE_CAUSE_SECONDARY,
    EDGE_CAUSE_IPV6,
    EDGE_CAUSE_WRONG_ANSWER,
    EDGE_CAUSE_ANSWER_403,
    EDGE_CAUSE_ANSWER_404,
    EDGE_CAUSE_ANSWER_5XX,
    EDGE_CAUSE_ANSWER_STATUS, /* of any other status */
    EDGE_CAUSE_REDIRECT_PORT,
    EDGE_CAUSE_REDIRECT_HOST,
    EDGE_CAUSE_REDIRECT_TARGET,
    EDGE_CAUSE_REDIRECT_LOOP,
    EDGE_CAUSE_TLS,
    EDGE_CAUSE_UNAUTHORIZED,
    EDGE_CAUSE_NAME_UNKNOWN,
    EDGE_CAUSE_NO_ADDRESS,
    EDGE_CAUSE_DNS_FAILURE,
    EDGE_CAUSE_DNS_TIMEOUT,
    EDGE_CAUSE_DNSSEC,
    EDGE_CAUSE_DNS, /* in any other way */
    EDGE_CAUSE_CAA_LOOKUP,
    EDGE_CAUSE_CAA,

    /* What the CA wants, or does not want. */
    EDGE_CAUSE_RATE_LIMIT,
    EDGE_CAUSE_PAUSED,
    EDGE_CAUSE_TERMS_CHANGED,
    EDGE_CAUSE_TERMS_MISSING,
    EDGE_CAUSE_USER_ACTION,
    EDGE_CAUSE_EXTERNAL_ACCOUNT,
    EDGE_CAUSE_EXTERNAL_REFUSED,
    EDGE_CAUSE_ACCOUNT_UNKNOWN,
    EDGE_CAUSE_ACCOUNT_CLOSED,
    EDGE_CAUSE_ACCOUNT_FORBIDDEN,
    EDGE_CAUSE_CONTACT_REFUSED,
    EDGE_CAUSE_CONTACT_KIND,
    EDGE_CAUSE_PROFILE_REFUSED,
    EDGE_CAUSE_NAME_REFUSED,
    EDGE_CAUSE_NAME_KIND,
    EDGE_CAUSE_NAME_MALFORMED,
    EDGE_CAUSE_NO_CHALLENGE,
    EDGE_CAUSE_WILDCARD,
    EDGE_CAUSE_REQUEST_REFUSED,
    EDGE_CAUSE_KEY_REFUSED,
    EDGE_CAUSE_ACCOUNT_KEY_REFUSED,
    EDGE_CAUSE_NONCES_REFUSED,
    EDGE_CAUSE_MALFORMED,
    EDGE_CAUSE_NOT_READY,
    EDGE_CAUSE_ORDER_GONE,
    EDGE_CAUSE_CA_SLOW,
    EDGE_CAUSE_CA_QUIET,
    EDGE_CAUSE_CA_FAULT,
    EDGE_CAUSE_ALREADY_REPLACED,
    EDGE_CAUSE_ALREADY_REVOKED,
    EDGE_CAUSE_REASON_REFUSED,
    EDGE_CAUSE_SEVERAL,

    /* What this server met. */
    EDGE_CAUSE_CA_REFUSED,
    EDGE_CAUSE_CA_TIMEOUT,
    EDGE_CAUSE_CA_NAME,
    EDGE_CAUSE_CA_UNREACHABLE, /* in any other way */
    EDGE_CAUSE_CA_UNTRUSTED,
    EDGE_CAUSE_CA_ODD,
    EDGE_CAUSE_TRUST_FILE,
    EDGE_CAUSE_CLOCK,
    EDGE_CAUSE_CHALLENGE_STORE,
    EDGE_CAUSE_CHALLENGE_STORE_PASSWORD,
    EDGE_CAUSE_PROBE_PEER,
    EDGE_CAUSE_PROBE_ADDRESS,
    EDGE_CAUSE_PROBE_LOOKUP,
    EDGE_CAUSE_CHALLENGE_PORT,
    EDGE_CAUSE_DISK_FULL,
    EDGE_CAUSE_STORE,
    EDGE_CAUSE_MISFIT,
    EDGE_CAUSE_NOT_DEPLOYED,
    EDGE_CAUSE_DISCARDED,
    EDGE_CAUSES
} edge_cause_t;

/** Its word, "connection-refused"; "" for none. */
const char *edge_cause_word(edge_cause_t cause);

/** The cause of a word: EDGE_CAUSE_OTHER of one that is not known,
 * EDGE_CAUSE_NONE of "". */
edge_cause_t edge_cause_find(const char *word);

/** What it means here, and what mends it: sentences, UTF-8; "" for none.
 * They hold nothing of the case: that is in its ae_error_t. */
const char *edge_cause_meaning(edge_cause_t cause, ae_language_t language);
const char *edge_cause_remedy(edge_cause_t cause, ae_language_t language);

#endif
