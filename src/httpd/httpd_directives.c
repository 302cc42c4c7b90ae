#include "httpd_directives.h"

#include "ae_subject.h"
#include "edge_cert.h"
#include "edge_command.h"
#include "edge_given.h"
#include "httpd_roots.h"

#include <httpd.h>
#include <apr_hash.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <apr_uri.h>
#include <http_config.h>
#include <stdlib.h>
#include <string.h>

/* Beside letters and digits: what a local part may have without quotes
 * (RFC 5322 section 3.2.3) and an URI without escapes (RFC 6068). */
#define LOCAL_PART_MARKS "!$'*+-._~"

static char *lower(const char *text, apr_pool_t *p)
{
    char *copy = apr_pstrdup(p, text);

    ap_str_tolower(copy);
    return copy;
}

static const char *explain(const httpd_directive_t *row, const ae_error_t *err,
                           apr_pool_t *p)
{
    return apr_pstrcat(p, row->name, ": ", ae_error_line(err, p), ".", NULL);
}

static int is_word(const char *word, const char *arg, apr_size_t len)
{
    return strlen(arg) == len && ap_cstr_casecmpn(word, arg, len) == 0;
}

static const char *parse_choice(httpd_setting_t *setting,
                                const httpd_directive_t *row, apr_pool_t *p)
{
    const char *word = row->syntax;

    while (*word) {
        apr_size_t len = strcspn(word, "|");

        if (is_word(word, setting->args, len)) {
            setting->text = apr_pstrmemdup(p, word, len);
            return NULL;
        }
        word += len + (word[len] == '|');
    }
    return apr_psprintf(p,
                        "%s: this version knows no \"%s\"; write \"%s %s\".",
                        row->name, setting->args, row->name, row->syntax);
}

static int is_listed(const apr_array_header_t *providers,
                     const edge_provider_t *provider)
{
    int i;

    for (i = 0; i < providers->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(providers, i, const edge_provider_t *)->name,
                   provider->name) == 0) {
            return 1;
        }
    }
    return 0;
}

static const char *parse_providers(httpd_setting_t *setting,
                                   const httpd_directive_t *row, apr_pool_t *p)
{
    apr_array_header_t *providers =
        apr_array_make(p, 1, sizeof(const edge_provider_t *));
    const char *rest = setting->args;

    while (*rest) {
        const char *word = ap_getword_white(p, &rest);
        const edge_provider_t *provider;
        ae_error_t err;

        if (edge_provider_resolve(&provider, word, &err, p)) {
            return explain(row, &err, p);
        }
        if (is_listed(providers, provider)) {
            return apr_psprintf(p, "%s names %s twice; write it once.",
                                row->name, word);
        }
        APR_ARRAY_PUSH(providers, const edge_provider_t *) = provider;
    }
    setting->providers = providers;
    return NULL;
}

static int is_local_part(const char *part, const char *end)
{
    if (part == end || *part == '.' || end[-1] == '.') {
        return 0;
    }
    for (; part < end; part++) {
        if (!apr_isalnum(*part) && !strchr(LOCAL_PART_MARKS, *part)) {
            return 0;
        }
    }
    return 1;
}

/* RFC 8555 section 7.3: a mailto contact has one address and no fields. */
static const char *parse_email(httpd_setting_t *setting,
                               const httpd_directive_t *row, apr_pool_t *p)
{
    const char *address = setting->args;
    const char *at = strchr(address, '@');
    ae_error_t err;

    if (at == NULL || strchr(at + 1, '@') || !is_local_part(address, at)) {
        return apr_psprintf(p,
                            "%s: \"%s\" is not the address of one mailbox; "
                            "write it like admin@example.org, without "
                            "mailto: and without a name.",
                            row->name, address);
    }
    if (edge_name_check_dns(lower(at + 1, p), &err)) {
        return apr_psprintf(p,
                            "%s: in \"%s\", what follows the @ is not a "
                            "domain: %s; write it like admin@example.org.",
                            row->name, address, err.why);
    }
    setting->text = address;
    return NULL;
}

static const httpd_setting_t *find_external(const httpd_setting_t *setting,
                                            const edge_provider_t *provider)
{
    while (setting && strcmp(setting->external->provider, provider->name)) {
        setting = setting->before;
    }
    return setting;
}

/* The path is what is left: it may have blanks. The secret is read while httpd
 * is who started it, and reaches the children in memory. */
static const char *parse_external_account(httpd_setting_t *setting,
                                          const httpd_directive_t *row,
                                          apr_pool_t *p)
{
    const char *rest = setting->args;
    const char *word = ap_getword_white(p, &rest);
    const char *kid = ap_getword_white(p, &rest);
    const char *path = ap_server_root_relative(p, rest);
    const edge_provider_t *provider;
    const httpd_setting_t *other;
    ae_error_t err;

    if (edge_provider_resolve(&provider, word, &err, p) ||
        edge_external_read(&setting->external, provider, kid,
                           path ? path : rest, &err, p)) {
        return explain(row, &err, p);
    }
    other = find_external(setting->before, provider);
    return other ? apr_psprintf(p,
                                "%s for %s stands at %s already; write one "
                                "for each provider.",
                                row->name, word, other->place)
                 : NULL;
}

static const char *parse_trust_file(httpd_setting_t *setting,
                                    const httpd_directive_t *row,
                                    apr_pool_t *p)
{
    const char *path = ap_server_root_relative(p, setting->args);
    const char *wrong = httpd_roots_check(path, setting->args, p);

    if (wrong) {
        return apr_psprintf(p, "%s: %s.", row->name, wrong);
    }
    setting->text = path;
    return NULL;
}

static const char *parse_key_types(httpd_setting_t *setting,
                                   const httpd_directive_t *row, apr_pool_t *p)
{
    ae_error_t err;

    return edge_key_types_parse(&setting->key_types, setting->args, &err)
               ? explain(row, &err, p)
               : NULL;
}

static const char *parse_subject(httpd_setting_t *setting,
                                 const httpd_directive_t *row, apr_pool_t *p)
{
    ae_error_t err;

    setting->text = setting->args;
    return ae_subject_check(setting->args, &err) ? explain(row, &err, p)
                                                 : NULL;
}

static const char *path_of(const httpd_setting_t *setting, int i,
                           apr_pool_t *p)
{
    const char *word = APR_ARRAY_IDX(setting->words, i, const char *);
    const char *path = ap_server_root_relative(p, word);

    return path ? path : word;
}

static const char *parse_csr(httpd_setting_t *setting,
                             const httpd_directive_t *row, apr_pool_t *p)
{
    ae_error_t err;

    setting->text = path_of(setting, 1, p);
    return edge_given_read(&setting->csr, path_of(setting, 0, p),
                           setting->text, &err, p)
               ? explain(row, &err, p)
               : NULL;
}

static const char *parse_span(httpd_setting_t *setting,
                              const httpd_directive_t *row, apr_pool_t *p)
{
    ae_error_t err;

    return edge_span_parse(&setting->span, setting->args, &err)
               ? explain(row, &err, p)
               : NULL;
}

static const char *parse_schedule(httpd_setting_t *setting,
                                  const httpd_directive_t *row, apr_pool_t *p)
{
    ae_error_t err;

    return edge_schedule_parse(&setting->schedule, setting->args, &err)
               ? explain(row, &err, p)
               : NULL;
}

static const char *parse_command(httpd_setting_t *setting,
                                 const httpd_directive_t *row, apr_pool_t *p)
{
    ae_error_t err;

    return edge_command_check(APR_ARRAY_IDX(setting->words, 0, const char *),
                              &err, p)
               ? explain(row, &err, p)
               : NULL;
}

/* What is missing today keeps no certificate from going live: the plan warns of
 * it, in the words of `text`. */
static const char *parse_notice(httpd_setting_t *setting,
                                const httpd_directive_t *row, apr_pool_t *p)
{
    const char *path = APR_ARRAY_IDX(setting->words, 0, const char *);
    ae_error_t err;
    apr_status_t status = edge_command_check(path, &err, p);

    if (status == AE_EUNSAFE || path[0] != '/') {
        return explain(row, &err, p);
    }
    if (status != APR_SUCCESS) {
        setting->text = ae_error_line(&err, p);
    }
    return NULL;
}

static const char *parse_text(httpd_setting_t *setting,
                              const httpd_directive_t *row, apr_pool_t *p)
{
    (void)row;
    (void)p;
    setting->text = setting->args;
    return NULL;
}

static const char *parse_peers(httpd_setting_t *setting,
                               const httpd_directive_t *row, apr_pool_t *p)
{
    ae_error_t err;

    return edge_peers_parse(&setting->peers, setting->words, &err, p)
               ? explain(row, &err, p)
               : NULL;
}

static int is_graphic(const char *text)
{
    while (apr_isgraph(*text)) {
        text++;
    }
    return *text == '\0';
}

static int is_port(const char *text)
{
    apr_size_t len = strlen(text);
    int number =
        len <= 5 && strspn(text, "0123456789") == len ? atoi(text) : 0;

    return number >= 1 && number <= 65535;
}

static const char *parse_challenge_port(httpd_setting_t *setting,
                                        const httpd_directive_t *row,
                                        apr_pool_t *p)
{
    setting->text = lower(setting->args, p);
    return is_port(setting->text) || strcmp(setting->text, "off") == 0 ||
                   strcmp(setting->text, "auto") == 0
               ? NULL
               : apr_psprintf(p,
                              "%s: \"%s\" is no port; write off, auto for "
                              "port 80, or a number from 1 to 65535.",
                              row->name, setting->args);
}

/* Without a port curl would take one of its own, which nobody expects. */
static int is_proxy(const apr_uri_t *uri)
{
    return uri->scheme &&
           (ap_cstr_casecmp(uri->scheme, "http") == 0 ||
            ap_cstr_casecmp(uri->scheme, "https") == 0) &&
           uri->hostname && *uri->hostname && uri->port_str &&
           is_port(uri->port_str) &&
           (uri->path == NULL || strcmp(uri->path, "/") == 0) &&
           uri->query == NULL && uri->fragment == NULL;
}

/* The URL is not repeated: there may be a password in it. */
static const char *parse_proxy(httpd_setting_t *setting,
                               const httpd_directive_t *row, apr_pool_t *p)
{
    apr_uri_t uri;

    if (!is_graphic(setting->args) || apr_uri_parse(p, setting->args, &uri) ||
        !is_proxy(&uri)) {
        return apr_psprintf(p,
                            "%s: this is not the URL of an HTTP proxy; write "
                            "scheme, host and port, such as "
                            "http://proxy.example.org:3128.",
                            row->name);
    }
    setting->text = setting->args;
    return NULL;
}

/* Unlike its successor, httpd 2.4 names no directory for state. Where it keeps
 * what is gone after a boot outside of ServerRoot, it was installed by the
 * Filesystem Hierarchy Standard, and that names one. */
static const char *state_dir_relative(apr_pool_t *p, const char *name)
{
    const char *runtime = DEFAULT_REL_RUNTIMEDIR;

    return ap_os_is_path_absolute(p, runtime)
               ? apr_pstrcat(p, "/var/lib/", apr_filepath_name_get(runtime),
                             "/", name, NULL)
               : ap_server_root_relative(p, name);
}

static const char *parse_store(httpd_setting_t *setting,
                               const httpd_directive_t *row, apr_pool_t *p)
{
    const char *name = setting->args;

    setting->text = setting->place ? ap_server_root_relative(p, name)
                                   : state_dir_relative(p, name);
    if (setting->text == NULL) {
        return apr_psprintf(p,
                            "%s: \"%s\" is not a path; write that of a "
                            "directory, absolute or below ServerRoot.",
                            row->name, name);
    }
    return NULL;
}

#define DIRECTIVE(field, name, contexts, least, most, kind, syntax, fallback, \
                  help)                                                       \
    [HTTPD_##field] = {HTTPD_##field, name,         contexts, least,          \
                       most,          parse_##kind, syntax,   fallback},

const httpd_directive_t httpd_directives[HTTPD_FIELDS] = {
    HTTPD_EACH_DIRECTIVE(DIRECTIVE)};

const httpd_directive_t *httpd_directive_find(const char *name)
{
    int field;

    for (field = 0; field < HTTPD_FIELDS; field++) {
        if (ap_cstr_casecmp(name, httpd_directives[field].name) == 0) {
            return &httpd_directives[field];
        }
    }
    return NULL;
}

static const char *count_wrong(const httpd_directive_t *row, int argc,
                               apr_pool_t *p)
{
    return apr_psprintf(p, "%s takes %s, not %d: write \"%s %s\".", row->name,
                        row->most > 1 ? "arguments" : "one argument", argc,
                        row->name, row->syntax);
}

const char *httpd_directive_read(const httpd_setting_t **setting,
                                 const httpd_directive_t *row,
                                 const char *place, int argc,
                                 char *const argv[], apr_pool_t *p)
{
    httpd_setting_t *made = apr_pcalloc(p, sizeof(*made));
    apr_array_header_t *words = apr_array_make(p, argc, sizeof(const char *));
    int i;

    if (argc < row->least || argc > row->most) {
        return count_wrong(row, argc, p);
    }
    made->before = *setting;
    made->place = place;
    for (i = 0; i < argc; i++) {
        APR_ARRAY_PUSH(words, const char *) = apr_pstrdup(p, argv[i]);
    }
    made->words = words;
    made->args = apr_array_pstrcat(p, words, ' ');
    *setting = made;
    return row->parse(made, row, p);
}

const char *httpd_directive_contexts(const httpd_directive_t *row,
                                     apr_pool_t *p)
{
    static const char *const words[] = {
        "outside of any section", "in <VirtualHost>", "in <ACMECertificate>"};
    const char *text = "";
    int i;

    for (i = 0; i < 3; i++) {
        if (row->contexts & (1u << i)) {
            text = apr_pstrcat(p, text, *text ? " or " : "", words[i], NULL);
        }
    }
    return text;
}
