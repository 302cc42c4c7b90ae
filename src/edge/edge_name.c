#include "edge_cert.h"

#include "ae_address.h"
#include "edge_digest.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

/* RFC 1035 section 2.3.4: in text, without the dot of the root. */
#define NAME_MAX_LENGTH 253
#define LABEL_MAX_LENGTH 63
#define DIR_MAX_LENGTH 200

#define WILDCARD "*."

static apr_status_t refuse(ae_error_t *err, const char *name, const char *why,
                           const char *next)
{
    ae_error_set(err, AE_EFORMAT, "No certificate can be had for \"%s\"",
                 name);
    ae_error_why(err, "%s", why);
    return ae_error_next(err, "%s", next);
}

static int looks_like_address(const char *name)
{
    const char *allowed =
        strchr(name, ':') ? "0123456789abcdefABCDEF:." : "0123456789.";

    return strspn(name, allowed) == strlen(name);
}

static apr_status_t check_address(const char *name,
                                  const ae_address_t *address, ae_error_t *err)
{
    if (ae_address_is_any(address)) {
        return refuse(err, name, "it is no one's address",
                      "write the address that clients ask");
    }
    if (ae_address_is_mixed(address)) {
        return refuse(err, name,
                      "it is an IPv4 address within an IPv6 address",
                      "write the IPv4 address");
    }
    return APR_SUCCESS;
}

static int has_only_ascii(const char *name)
{
    for (; *name; name++) {
        if (!apr_isascii(*name)) {
            return 0;
        }
    }
    return 1;
}

/* What people write most often, each told apart from a mere typing error. */
static apr_status_t check_kind(const char *name, ae_error_t *err)
{
    if (name[0] == '\0') {
        return refuse(err, name, "it is empty", "write a DNS name");
    }
    if (looks_like_address(name)) {
        return refuse(err, name, "it is no whole IP address",
                      "write one such as 192.0.2.1 or 2001:db8::1, or a DNS "
                      "name; httpd ends a ServerName at its first colon, so "
                      "an IPv6 address stands in ServerAlias");
    }
    if (strncmp(name, WILDCARD, strlen(WILDCARD)) == 0) {
        return refuse(err, name, "http-01 cannot validate a wildcard",
                      "write each host's name instead");
    }
    if (!has_only_ascii(name)) {
        return refuse(err, name, "it has letters beyond ASCII",
                      "write it in its xn-- form (RFC 5890)");
    }
    if (strchr(name, '_')) {
        return refuse(err, name,
                      "a host name has no underscore, and no CA takes one",
                      "give the host a name without it");
    }
    return APR_SUCCESS;
}

static int has_only_letters(const char *label, apr_size_t len)
{
    apr_size_t i;

    for (i = 0; i < len; i++) {
        if (!apr_isalnum(label[i]) && label[i] != '-') {
            return 0;
        }
    }
    return 1;
}

/* RFC 1035 section 2.3.1, as RFC 1123 section 2.1 widened it. */
static apr_status_t check_label(const char *name, const char *label,
                                apr_size_t len, ae_error_t *err)
{
    static const char next[] = "write a DNS name, such as www.example.org";

    if (len == 0) {
        return refuse(err, name, "it has an empty label between two dots",
                      next);
    }
    if (len > LABEL_MAX_LENGTH) {
        return refuse(err, name, "a label is longer than 63 characters", next);
    }
    if (!has_only_letters(label, len)) {
        return refuse(err, name,
                      "it has characters other than letters, digits, "
                      "hyphens and dots",
                      next);
    }
    if (label[0] == '-' || label[len - 1] == '-') {
        return refuse(err, name, "a label begins or ends with a hyphen", next);
    }
    return APR_SUCCESS;
}

static apr_status_t check_labels(const char *name, ae_error_t *err)
{
    const char *label = name;

    for (;;) {
        apr_size_t len = strcspn(label, ".");
        apr_status_t status = check_label(name, label, len, err);

        if (status != APR_SUCCESS || label[len] == '\0') {
            return status;
        }
        label += len + 1;
    }
}

static apr_status_t check_whole(const char *name, ae_error_t *err)
{
    apr_size_t len = strlen(name);
    const char *top = strrchr(name, '.');

    if (name[len - 1] == '.') {
        return refuse(err, name, "it ends with a dot",
                      "write it without the dot");
    }
    if (len > NAME_MAX_LENGTH) {
        return refuse(err, name, "it is longer than 253 characters",
                      "give the host a shorter name");
    }
    if (top == NULL) {
        return refuse(err, name, "it has one label only",
                      "write it with its domain, such as www.example.org");
    }
    if (strspn(top + 1, "0123456789") == strlen(top + 1)) {
        return refuse(err, name, "its last label is a number",
                      "write a name below a top-level domain");
    }
    return APR_SUCCESS;
}

apr_status_t edge_name_check_dns(const char *name, ae_error_t *err)
{
    apr_status_t status = check_kind(name, err);

    if (status == APR_SUCCESS) {
        status = check_whole(name, err);
    }
    return status == APR_SUCCESS ? check_labels(name, err) : status;
}

apr_status_t edge_name_check(const char *name, ae_error_t *err)
{
    ae_address_t address;

    return ae_address_read(&address, name) ? check_address(name, &address, err)
                                           : edge_name_check_dns(name, err);
}

static const char *without_brackets(const char *name, apr_pool_t *p)
{
    apr_size_t len = strlen(name);

    return len > 2 && name[0] == '[' && name[len - 1] == ']' &&
                   strchr(name, ':')
               ? apr_pstrmemdup(p, name + 1, len - 2)
               : name;
}

const char *edge_name_spell(const char *name, apr_pool_t *p)
{
    ae_address_t address;
    char *spelled;
    char *c;

    if (ae_address_read(&address, without_brackets(name, p))) {
        return ae_address_print(&address, p);
    }
    spelled = apr_pstrdup(p, name);
    for (c = spelled; *c; c++) {
        *c = (char)apr_tolower(*c);
    }
    return spelled;
}

/* The same as no DNS name's, which has two labels. */
static const char *address_to_dir(const char *name, apr_pool_t *p)
{
    char *dir = apr_pstrcat(p, "ipv6-", name, NULL);
    char *c;

    for (c = dir; *c; c++) {
        *c = (char)(*c == ':' ? '-' : *c);
    }
    return dir;
}

const char *edge_name_to_dir(const char *name, apr_pool_t *p)
{
    const char *dir = name;

    if (strchr(name, ':') && ae_address_is(name)) {
        return address_to_dir(name, p);
    }
    if (strncmp(name, WILDCARD, strlen(WILDCARD)) == 0) {
        dir = apr_pstrcat(p, "_wildcard.", name + strlen(WILDCARD), NULL);
    }
    /* A file system's names end at 255, with what stands before and after. */
    if (strlen(dir) > DIR_MAX_LENGTH) {
        return apr_psprintf(p, "%.*s-%.16s", DIR_MAX_LENGTH - 17, dir,
                            edge_digest_text(name, p));
    }
    return apr_pstrdup(p, dir);
}
