#include "httpd_files.h"

#include <http_config.h>
#include <http_core.h>
#include <string.h>

#define FILE_DIRECTIVE "SSLCertificateFile"

void httpd_files_warn(const edge_cert_t *cert, const server_rec *s,
                      const ae_log_t *log)
{
    ae_log(log, AE_LOG_WARNING,
           "AE079: %s: the virtual host at %s:%u has SSLCertificateFile and "
           "ACMEEngine on: the file is served, not the certificate by ACME; "
           "remove one of the two directives",
           cert->name, s->defn_name, s->defn_line_number);
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

static const ap_directive_t *find_host(const ap_directive_t *first,
                                       const server_rec *s)
{
    const ap_directive_t *d, *found;

    for (d = first; d != NULL; d = d->next) {
        if (is_section(d) && d->line_num == (int)s->defn_line_number &&
            s->defn_name != NULL && strcmp(d->filename, s->defn_name) == 0) {
            return d;
        }
        found = find_host(d->first_child, s);
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

static int has_files(const server_rec *s)
{
    const ap_directive_t *host =
        s->is_virtual ? find_host(ap_conftree, s) : NULL;

    return is_written(ap_conftree) ||
           (host != NULL && is_written(host->first_child));
}

void httpd_files_check(const server_rec *main_server,
                       const edge_cert_t *(*cert_of)(const server_rec *s),
                       const ae_log_t *log)
{
    const server_rec *s;

    if (ap_state_query(AP_SQ_RUN_MODE) != AP_SQ_RM_CONFIG_TEST) {
        return;
    }
    for (s = main_server; s != NULL; s = s->next) {
        const edge_cert_t *cert = cert_of(s);

        if (cert != NULL && has_files(s)) {
            httpd_files_warn(cert, s, log);
        }
    }
}
