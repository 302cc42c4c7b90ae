#ifndef EDGE_DIFFER_H
#define EDGE_DIFFER_H

/** What is not in a certificate as it is configured. */

#include "ae_cert.h"
#include "edge_cert.h"

/** Compare names and key type.
 * @param key as ae_cert_link_t has it
 * @return const char *, a clause for each difference, from `p` */
apr_array_header_t *edge_differ(const ae_cert_facts_t *facts, const char *key,
                                const edge_cert_t *cert, apr_pool_t *p);

#endif
