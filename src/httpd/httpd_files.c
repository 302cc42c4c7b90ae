#include "httpd_files.h"

#include "httpd_config.h"

#include <string.h>

#define FILE_DIRECTIVE "SSLCertificateFile"

const edge_finding_t *httpd_files_tell(apr_array_header_t *findings,
                                       const edge_cert_t *cert,
                                       const server_rec *s)
{
    if (edge_finding_is_there(findings, "AE079", cert->name)) {
        return NULL;
    }
    return edge_finding_add(
        findings, AE_LOG_WARNING, "AE079", cert->name,
        "the virtual host at %s:%u has SSLCertificateFile and ACMEEngine on: "
        "the file is served, not the certificate by ACME; remove one of the "
        "two directives",
        s->defn_name, s->defn_line_number);
}

static int is_section(const ap_directive_t *directive)
{
    return directive->directive[0] == '<';
}

/* Among the directives of a section, and in sections that hold for it whole,
 * such as <IfModule>; not in those of others. */
static int is_written(const ap_directive_t *first)
{
    const ap_directive_t *d;

    for (d = first; d != NULL; d = d->next) {
        if (strcasecmp(d->directive, FILE_DIRECTIVE) == 0) {
            return 1;
        }
        if (is_section(d) && strncasecmp(d->directive, "<If", 3) == 0 &&
            is_written(d->first_child)) {
            return 1;
        }
    }
    return 0;
}

void httpd_files_check(const apr_array_header_t *servers,
                       apr_array_header_t *findings)
{
    int everywhere = is_written(httpd_servers_at(servers, 0)->directives);
    int i;

    for (i = 0; i < servers->nelts; i++) {
        const httpd_server_t *server = httpd_servers_at(servers, i);
        const edge_cert_t *cert = httpd_plan_cert_of(server->s);

        if (cert != NULL && (everywhere || is_written(server->directives))) {
            httpd_files_tell(findings, cert, server->s);
        }
    }
}
