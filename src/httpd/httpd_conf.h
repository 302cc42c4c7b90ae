#ifndef HTTPD_CONF_H
#define HTTPD_CONF_H

/** What directives leave behind, for the files that make the plan of it. */

#include "httpd_config.h"
#include "httpd_directives.h"

#include <apr_hash.h>

extern module AP_MODULE_DECLARE_DATA acme_edge_module;

/** What there is once in a configuration. */
typedef struct httpd_shared_t {
    apr_array_header_t *sections; /* const httpd_section_t * */
    const httpd_setting_t *defaults[HTTPD_FIELDS];
    httpd_plan_t *plan;  /* NULL: nothing is managed */
    apr_hash_t *cert_of; /* const server_rec * to edge_cert_t * */
} httpd_shared_t;

/** What one server, virtual host or <ACMECertificate> says. A virtual host
 * without any directive of ours shares that of the main server. */
typedef struct httpd_conf_t {
    const httpd_setting_t *settings[HTTPD_FIELDS]; /* NULL: not set */
    httpd_shared_t *shared; /* NULL in a section, and before the merge */
} httpd_conf_t;

/** One <ACMECertificate>. */
typedef struct httpd_section_t {
    apr_array_header_t *names; /* const char *, distinct: httpd_names_add */
    httpd_conf_t *conf;        /* not merged */
    const char *title;         /* "<ACMECertificate> at file:line" */
} httpd_section_t;

httpd_conf_t *httpd_conf_of(const server_rec *s);

/** Where something stands, as messages say it: "file:line". From `p`. */
const char *httpd_conf_place(const char *file, int line, apr_pool_t *p);

/** A name as edge_name_spell has it, added unless it is there. `seen` holds
 * what `names` does; both grow, in the pool of `names`. */
void httpd_names_add(apr_array_header_t *names, apr_hash_t *seen,
                     const char *name);

/** The setting that counts: this one's, or the default; NULL for neither. */
const httpd_setting_t *httpd_conf_get(const httpd_conf_t *conf,
                                      httpd_field_t field);

/** Its text, NULL where there is none. */
const char *httpd_conf_text(const httpd_conf_t *conf, httpd_field_t field);

#endif
