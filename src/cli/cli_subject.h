#ifndef CLI_SUBJECT_H
#define CLI_SUBJECT_H

/** A certificate that somebody speaks of, by name or as a file: what it is,
 * where else in the store it lies, and who issued it. */

#include "ae_cert.h"
#include "cli_verb.h"

typedef struct cli_subject_t {
    ae_cert_t *chain;          /* the leaf is meant */
    const ae_key_t *key;       /* its own; NULL: not known */
    const edge_cert_t *cert;   /* whose it is, or was; NULL: nobody's here */
    const edge_cert_t *in_use; /* it is live there, or NULL */
} cli_subject_t;

/** Read it: of a NAME what is live, or staged with --pending; else a FILE in
 * PEM. Its key is that of --key, or where the certificate lies in the store.
 * @return APR_SUCCESS; APR_ENOENT, AE_EMISMATCH for a key of --key that is
 * not its own; as ae_file_read, ae_cert_parse and ae_key_parse. */
AE_CHECKED apr_status_t cli_subject_read(cli_subject_t *subject,
                                         const cli_t *cli, ae_error_t *err);

/** The first of its names. */
const char *cli_subject_label(const cli_subject_t *subject);

/** The word of the CA that issued it: --provider, else what is known of it
 * here. @return APR_SUCCESS; AE_EFORMAT where --provider is none; APR_ENOENT
 * where nothing is known. */
AE_CHECKED apr_status_t cli_subject_provider(const char **provider,
                                             const cli_subject_t *subject,
                                             const cli_t *cli,
                                             ae_error_t *err);

#endif
