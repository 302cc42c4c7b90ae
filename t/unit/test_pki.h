#ifndef TEST_PKI_H
#define TEST_PKI_H

/** A little CA for tests: a root, an intermediate, and leaves by it. What
 * cannot be made ends the test. */

#include "ae_bytes.h"
#include "ae_key.h"

#include <apr_pools.h>
#include <apr_tables.h>
#include <apr_time.h>

typedef struct test_pki_t test_pki_t;

/** Where leaves say that their issuer can be had. */
#define TEST_PKI_ISSUER "http://ca.example/intermediate"

/** Make a new CA; its keys differ from those of every other. */
test_pki_t *test_pki_make(apr_pool_t *p);

/** A list of names from words that blanks part, const char *. */
apr_array_header_t *test_pki_names(const char *words, apr_pool_t *p);

/** Issue a leaf for the key and names: PEM of leaf and intermediate. */
ae_bytes_t test_pki_issue(const test_pki_t *pki, const ae_key_t *key,
                          const char *names, apr_time_t not_before,
                          apr_time_t not_after, apr_pool_t *p);

/** The same chain with its parts named: 'l' leaf, 'i' intermediate, 'r' root,
 * in the order given ("li" is what test_pki_issue gives). */
ae_bytes_t test_pki_issue_parts(const test_pki_t *pki, const char *parts,
                                const ae_key_t *key, const char *names,
                                apr_time_t not_before, apr_time_t not_after,
                                apr_pool_t *p);

/** The root as PEM. */
ae_bytes_t test_pki_root(const test_pki_t *pki, apr_pool_t *p);

#endif
