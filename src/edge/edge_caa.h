#ifndef EDGE_CAA_H
#define EDGE_CAA_H

/** Which CAs may issue for a name, by the DNS (RFC 8659). Pure: somebody above
 * asks the name servers. */

#include "ae_bytes.h"
#include "ae_error.h"

#include <apr_tables.h>

#define EDGE_CAA_RECORDS_MAX 64

/** One record (RFC 8659 section 4.1), its text without control characters. */
typedef struct edge_caa_t {
    int critical;
    const char *tag; /* lower case */
    const char *value;
} edge_caa_t;

/** Read the records of an answer as it came over the wire (RFC 1035 section
 * 4.1); those of other types are passed over. All live in `p`.
 * @param records edge_caa_t
 * @return APR_SUCCESS; AE_EFORMAT for what is no such answer; AE_ETOOBIG for
 * more than EDGE_CAA_RECORDS_MAX of them. */
AE_CHECKED apr_status_t edge_caa_parse(apr_array_header_t **records,
                                       ae_bytes_t answer, ae_error_t *err,
                                       apr_pool_t *p);

/** Whether an answer says that the name has no such records: no error, no
 * answer, and the SOA record that goes with that (RFC 2308 section 2.2). */
int edge_caa_is_none(ae_bytes_t answer);

typedef enum edge_caa_verdict_t {
    EDGE_CAA_ALLOWED,
    EDGE_CAA_FORBIDDEN,
    EDGE_CAA_UNKNOWN /* the CA does not say by which name it goes */
} edge_caa_verdict_t;

/** Whether a CA may issue for a name without a wildcard, validated by http-01
 * (RFC 8659 section 4.2, RFC 8657 section 4).
 * @param records the name's relevant ones, edge_caa_t; none allow every CA
 * @param identities const char *: those of the CA (RFC 8555 section 7.1.1)
 * @param why set in any case: a clause, from `p` */
edge_caa_verdict_t edge_caa_judge(const apr_array_header_t *records,
                                  const apr_array_header_t *identities,
                                  const char **why, apr_pool_t *p);

#endif
