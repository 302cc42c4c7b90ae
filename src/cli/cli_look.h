#ifndef CLI_LOOK_H
#define CLI_LOOK_H

/** What `acme-edge check` looks at over the network, in a process without the
 * rights of root. */

#include "cli_rows.h"
#include "edge_probe.h"

typedef struct cli_look_t {
    const cli_t *cli;
    const apr_array_header_t *certs; /* const edge_cert_t * */
    const edge_probe_t *probe;       /* NULL: no worker publishes any */
} cli_look_t;

/** One CA, and what its directory says. */
typedef struct cli_ca_t {
    const edge_provider_t *provider;
    const char *trust_file;
    int answered;
    apr_array_header_t *identities; /* const char * */
} cli_ca_t;

/** For net_process_ask: write the rows found, as JSON.
 * @param ctx cli_look_t */
void cli_look(void *ctx, int out);

/** Ask a CA for its directory.
 * @param clock_off set where the CA told its time: its clock against ours
 * @return whether it told its time */
int cli_look_at_ca(json_t *rows, cli_ca_t *ca, apr_interval_time_t *clock_off,
                   const cli_look_t *look, apr_pool_t *p);

/** Look at one name: addresses, port 80 on each, CAA.
 * @param cas cli_ca_t *, those that are to issue for it */
void cli_look_at_name(json_t *rows, const char *name,
                      const apr_array_header_t *cas, const cli_look_t *look,
                      apr_pool_t *p);

#endif
