#ifndef FUZZ_ACME_H
#define FUZZ_ACME_H

/** What targets need that drive the protocol engine. */

#include "acme_order.h"

/** The CSR of all orders here, for fuzz_names(). */
ae_bytes_t fuzz_csr(void);

/** A session with a CA at https://ca.test/directory, in fuzz_pool.
 * @param saved as acme_session_save told, or NULL */
acme_session_t *fuzz_session(const json_t *saved);

/** The answer of a CA that does everything right, in fuzz_pool.
 * @param finalized whether it was asked to finalize; kept by the caller */
const acme_response_t *fuzz_right_answer(const acme_request_t *request,
                                         int *finalized);

/** An answer as its text tells: the code, then header fields, each a line; an
 * empty line; the body. A code of 0: nothing came back. */
const acme_response_t *fuzz_answer_of(ae_bytes_t text);

/** Abort unless these tokens, acme_token_t, may be published. */
void fuzz_must_be_tokens(const apr_array_header_t *tokens);

/** Whether all expire at moments that RFC 3339 can tell. */
int fuzz_expiries_are_sane(const apr_array_header_t *tokens);

#endif
