#include "httpd_redirect.h"

#include <ap_regex.h>
#include <apr_strings.h>
#include <string.h>

/* What a CA asks for, with a token that nobody has. */
#define ASKED "/.well-known/acme-challenge/token"

static int is_named(const ap_directive_t *directive, const char *name)
{
    return ap_cstr_casecmp(directive->directive, name) == 0;
}

static int is_matched(const char *pattern, apr_pool_t *p)
{
    const int is_negated = pattern[0] == '!';
    ap_regex_t *regex = ap_pregcomp(p, pattern + is_negated, AP_REG_EXTENDED);

    return regex != NULL &&
           (ap_regexec(regex, ASKED, 0, NULL, 0) == 0) != is_negated;
}

/* As mod_alias has it: whole segments of the path. */
static int is_below(const char *path)
{
    apr_size_t len = strlen(path);

    return len > 0 && strncmp(ASKED, path, len) == 0 &&
           (path[len - 1] == '/' || ASKED[len] == '/');
}

/* --- mod_alias ---------------------------------------------------------- */

/* "permanent", "301" and the like may stand before the path. */
static const char *path_of(const ap_directive_t *directive, apr_pool_t *p)
{
    const char *args = directive->args;
    const char *first = ap_getword_conf(p, &args);
    const char *second = ap_getword_conf(p, &args);

    return first[0] == '/' || *args == '\0' ? first : second;
}

static int is_redirect(const ap_directive_t *directive, apr_pool_t *p)
{
    const char *args = directive->args;

    if (is_named(directive, "RedirectPermanent") ||
        is_named(directive, "RedirectTemp")) {
        return is_below(ap_getword_conf(p, &args));
    }
    if (is_named(directive, "Redirect")) {
        return is_below(path_of(directive, p));
    }
    return is_named(directive, "RedirectMatch") &&
           is_matched(path_of(directive, p), p);
}

/* --- mod_rewrite -------------------------------------------------------- */

typedef struct rewriting_t {
    int is_on;
    int is_conditional; /* the next rule */
    int is_over;        /* one before has had the last word */
} rewriting_t;

static int has_flag(const char *flags, const char *flag, apr_pool_t *p)
{
    char *state;
    char *list = apr_pstrdup(p, flags);
    char *word = apr_strtok(list, "[], ", &state);

    for (; word; word = apr_strtok(NULL, "[], ", &state)) {
        word[strcspn(word, "=")] = '\0';
        if (ap_cstr_casecmp(word, flag) == 0) {
            return 1;
        }
    }
    return 0;
}

static int has_last_word(const char *flags, apr_pool_t *p)
{
    return has_flag(flags, "L", p) || has_flag(flags, "last", p) ||
           has_flag(flags, "END", p) || has_flag(flags, "P", p) ||
           has_flag(flags, "proxy", p) || has_flag(flags, "F", p) ||
           has_flag(flags, "forbidden", p) || has_flag(flags, "G", p) ||
           has_flag(flags, "gone", p);
}

static int is_rewritten(rewriting_t *rewriting,
                        const ap_directive_t *directive, apr_pool_t *p)
{
    const char *args = directive->args;
    const char *pattern = ap_getword_conf(p, &args);
    const char *flags = (ap_getword_conf(p, &args), ap_getword_conf(p, &args));
    const int is_met = !rewriting->is_conditional && is_matched(pattern, p);

    rewriting->is_conditional = 0;
    if (!is_met) {
        return 0;
    }
    rewriting->is_over = has_last_word(flags, p);
    return has_flag(flags, "R", p) || has_flag(flags, "redirect", p);
}

/* @return whether it is a rule that redirects */
static int follow(rewriting_t *rewriting, const ap_directive_t *directive,
                  apr_pool_t *p)
{
    if (is_named(directive, "RewriteEngine")) {
        rewriting->is_on = ap_cstr_casecmp(directive->args, "on") == 0;
    } else if (is_named(directive, "RewriteCond")) {
        rewriting->is_conditional = 1;
    } else if (is_named(directive, "RewriteRule") && !rewriting->is_over) {
        return is_rewritten(rewriting, directive, p);
    }
    return 0;
}

const ap_directive_t *httpd_redirect_find(const ap_directive_t *first,
                                          apr_pool_t *p)
{
    const ap_directive_t *redirect = NULL, *rewrite = NULL, *d;
    rewriting_t rewriting = {0, 0, 0};

    for (d = first; d; d = d->next) {
        if (redirect == NULL && is_redirect(d, p)) {
            redirect = d;
        }
        if (follow(&rewriting, d, p) && rewrite == NULL) {
            rewrite = d;
        }
    }
    return rewriting.is_on && rewrite ? rewrite : redirect;
}
