#ifndef FIXTURE_H
#define FIXTURE_H

/** Fixtures as values, all from t_pool; what cannot be had fails the test. */

#include "acme_problem.h"
#include "ae_cert.h"

ae_bytes_t t_bytes(const char *text);

/** Bytes as lower-case hexadecimal. */
const char *t_hex(ae_bytes_t bytes);

/** An array of const char *; the arguments end with NULL. */
apr_array_header_t *t_names(const char *first, ...);

/** Fixtures one after the other; the arguments end with NULL. */
ae_bytes_t t_pem(const char *first, ...);

/** A problem as a CA tells it, "rateLimited" for one. */
const acme_problem_t *t_problem(const char *type, const char *detail);

ae_key_t *t_key(const char *fixture);

/** A chain of one or two fixtures; the second may be NULL. */
ae_cert_t *t_cert(const char *leaf, const char *issuer);

#endif
