#include "httpd_conf.h"

#include <apr_strings.h>
#include <string.h>

#define SECTION "<ACMECertificate"

httpd_conf_t *httpd_conf_of(const server_rec *s)
{
    return ap_get_module_config(s->module_config, &acme_edge_module);
}

const char *httpd_conf_place(const char *file, int line, apr_pool_t *p)
{
    return apr_psprintf(p, "%s:%d", file, line);
}

const httpd_setting_t *httpd_conf_get(const httpd_conf_t *conf,
                                      httpd_field_t field)
{
    return conf->settings[field] ? conf->settings[field]
                                 : conf->shared->defaults[field];
}

const char *httpd_conf_text(const httpd_conf_t *conf, httpd_field_t field)
{
    const httpd_setting_t *setting = httpd_conf_get(conf, field);

    return setting ? setting->text : NULL;
}

void httpd_names_add(apr_array_header_t *names, apr_hash_t *seen,
                     const char *name)
{
    const char *spelled = edge_name_spell(name, names->pool);

    if (apr_hash_get(seen, spelled, APR_HASH_KEY_STRING) == NULL) {
        apr_hash_set(seen, spelled, APR_HASH_KEY_STRING, spelled);
        APR_ARRAY_PUSH(names, const char *) = spelled;
    }
}

void *httpd_config_create(apr_pool_t *p, server_rec *s)
{
    httpd_conf_t *conf = apr_pcalloc(p, sizeof(*conf));

    if (!s->is_virtual) {
        conf->shared = apr_pcalloc(p, sizeof(*conf->shared));
        conf->shared->sections =
            apr_array_make(p, 4, sizeof(const httpd_section_t *));
        conf->shared->cert_of = apr_hash_make(p);
    }
    return conf;
}

void *httpd_config_merge(apr_pool_t *p, void *base, void *add)
{
    const httpd_conf_t *outer = base;
    const httpd_conf_t *inner = add;
    httpd_conf_t *merged = apr_pcalloc(p, sizeof(*merged));
    int field;

    merged->shared = outer->shared;
    for (field = 0; field < HTTPD_FIELDS; field++) {
        merged->settings[field] = inner->settings[field]
                                      ? inner->settings[field]
                                      : outer->settings[field];
    }
    return merged;
}

static int is_section(const ap_directive_t *directive)
{
    return directive && ap_cstr_casecmp(directive->directive, SECTION) == 0;
}

static const char *place_of(const ap_directive_t *directive, apr_pool_t *p)
{
    return httpd_conf_place(directive->filename, directive->line_num, p);
}

/* The section's own, left in the tree by read_section; or the server's. */
static httpd_conf_t *target_of(const cmd_parms *cmd)
{
    const ap_directive_t *parent = cmd->directive->parent;

    return is_section(parent) ? parent->data : httpd_conf_of(cmd->server);
}

/* httpd itself refuses them in <Directory>, <Location> and the like. */
static const char *check_context(cmd_parms *cmd, const httpd_directive_t *row)
{
    const char *where =
        row->contexts & HTTPD_IN_SERVER ? NULL : "outside of any section";

    if (is_section(cmd->directive->parent)) {
        where = row->contexts & HTTPD_IN_CERT ? NULL : "in <ACMECertificate>";
    } else if (cmd->server->is_virtual) {
        where = row->contexts & HTTPD_IN_HOST ? NULL : "in <VirtualHost>";
    }
    return where ? apr_psprintf(cmd->pool, "%s cannot stand %s; write it %s.",
                                row->name, where,
                                httpd_directive_contexts(row, cmd->pool))
                 : NULL;
}

static const char *set_directive(cmd_parms *cmd, void *dir, int argc,
                                 char *const argv[])
{
    const httpd_directive_t *row = cmd->info;
    const char *wrong = check_context(cmd, row);

    (void)dir;
    if (wrong) {
        return wrong;
    }
    return httpd_directive_read(&target_of(cmd)->settings[row->field], row,
                                place_of(cmd->directive, cmd->pool), argc,
                                argv, cmd->pool);
}

/* httpd itself would take any directive of the server config in a section. */
static const char *check_children(cmd_parms *cmd,
                                  const ap_directive_t *section)
{
    const ap_directive_t *child;

    for (child = section->first_child; child; child = child->next) {
        const httpd_directive_t *row = httpd_directive_find(child->directive);

        if (row == NULL) {
            cmd->err_directive = child;
            return apr_psprintf(cmd->pool,
                                "%s%s cannot stand in <ACMECertificate>; only "
                                "directives of mod_acme_edge can, so write "
                                "it outside of the section.",
                                child->directive,
                                child->directive[0] == '<' ? ">" : "");
        }
    }
    return NULL;
}

static const char *check_section_line(cmd_parms *cmd, const char *args)
{
    apr_size_t len = strlen(args);

    if (cmd->directive->parent) {
        return "<ACMECertificate> cannot stand within another section; write "
               "it outside of any.";
    }
    if (len == 0 || args[len - 1] != '>') {
        return "<ACMECertificate has no closing >; write "
               "\"<ACMECertificate name [name ...]>\".";
    }
    return NULL;
}

static apr_array_header_t *read_names(const char *args, apr_pool_t *p)
{
    apr_array_header_t *names = apr_array_make(p, 4, sizeof(const char *));
    apr_hash_t *seen = apr_hash_make(p);

    while (*args) {
        const char *name = ap_getword_conf(p, &args);

        if (*name) {
            httpd_names_add(names, seen, name);
        }
    }
    return names;
}

static const char *read_section(cmd_parms *cmd, void *dir, const char *args)
{
    ap_directive_t *directive = cmd->directive;
    const char *wrong = check_section_line(cmd, args);
    httpd_section_t *section;

    (void)dir;
    if (wrong || (wrong = check_children(cmd, directive))) {
        return wrong;
    }
    section = apr_pcalloc(cmd->pool, sizeof(*section));
    section->title = apr_pstrcat(cmd->pool, SECTION "> at ",
                                 place_of(directive, cmd->pool), NULL);
    section->names = read_names(
        apr_pstrmemdup(cmd->pool, args, strlen(args) - 1), cmd->pool);
    if (section->names->nelts == 0) {
        return "<ACMECertificate> names nothing; write "
               "\"<ACMECertificate name [name ...]>\".";
    }
    section->conf = apr_pcalloc(cmd->pool, sizeof(*section->conf));
    directive->data = section->conf;
    APR_ARRAY_PUSH(httpd_conf_of(cmd->server)->shared->sections,
                   const httpd_section_t *) = section;
    return ap_walk_config(directive->first_child, cmd, cmd->context);
}

#define COMMAND(field, name, contexts, least, most, kind, syntax, fallback,   \
                help)                                                         \
    AP_INIT_TAKE_ARGV(name, set_directive,                                    \
                      (void *)&httpd_directives[HTTPD_##field], RSRC_CONF,    \
                      syntax ": " help),
#define SECTION_COMMAND(name, syntax, help)                                   \
    AP_INIT_RAW_ARGS(name, read_section, NULL, RSRC_CONF, syntax ": " help),

const command_rec httpd_config_commands[] = {HTTPD_EACH_DIRECTIVE(
    COMMAND) HTTPD_EACH_SECTION(SECTION_COMMAND){.name = NULL}};
