#include "edge_provider.h"

#include "edge_digest.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAMES_MAX 100
#define SCHEME "https://"
#define URL_MAX 1024
#define HOST_MAX 200
#define HASH_DIGITS 8
#define KNOWN_WORDS                                                           \
    "letsencrypt, letsencrypt-staging, google, zerossl or sslcom"

/* Let's Encrypt has them for six days alone, by its profile "shortlived". */
#define NO_ADDRESSES                                                          \
    "it has them only for orders that ask for its profile of short "          \
    "lifetimes, and this module's orders ask for no profile"

static const edge_provider_t known[] = {
    {"letsencrypt", "https://acme-v02.api.letsencrypt.org/directory",
     NAMES_MAX, NO_ADDRESSES},
    {"letsencrypt-staging",
     "https://acme-staging-v02.api.letsencrypt.org/directory", NAMES_MAX,
     NO_ADDRESSES},
    {"google", "https://dv.acme-v02.api.pki.goog/directory", NAMES_MAX, NULL},
    {"zerossl", "https://acme.zerossl.com/v2/DV90", NAMES_MAX, NULL},
    {"sslcom", "https://acme.ssl.com/sslcom-dv-ecc", NAMES_MAX, NULL},
};

/* The parts of an URL that a name is made of; borrowed from the URL. */
typedef struct authority_t {
    const char *host; /* without brackets */
    int host_len;
    int literal;      /* an IPv6 address */
    const char *port; /* or NULL */
    int port_len;
} authority_t;

static const edge_provider_t *find_known(const char *word)
{
    apr_size_t i;

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcasecmp(word, known[i].name) == 0 ||
            strcmp(word, known[i].directory_url) == 0) {
            return &known[i];
        }
    }
    return NULL;
}

static apr_status_t refuse(ae_error_t *err, const char *word, const char *why)
{
    ae_error_set(err, AE_EFORMAT, "\"%s\" is not an ACME provider", word);
    ae_error_why(err, "%s", why);
    return ae_error_next(err, "write " KNOWN_WORDS ", or the directory URL "
                              "of another CA, as https://host/path");
}

static int is_plain(const char *url)
{
    for (; *url; url++) {
        if (!apr_isgraph(*url) || strchr("\"\\<>^`{|}#", *url)) {
            return 0;
        }
    }
    return 1;
}

static int is_port(const char *port, int len)
{
    int number;

    if (len < 1 || len > 5 || (int)strspn(port, "0123456789") < len) {
        return 0;
    }
    number = atoi(port);
    return number >= 1 && number <= 65535;
}

static int is_host(const authority_t *a)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    const char *allowed = a->literal ? "0123456789abcdefABCDEF:." : letters;

    return a->host_len >= 1 && a->host_len <= HOST_MAX &&
           (a->literal || apr_isalnum(a->host[0])) &&
           (int)strspn(a->host, allowed) >= a->host_len;
}

/* What stands between "//" and the path (RFC 3986 section 3.2). */
static int authority_read(authority_t *a, const char *text)
{
    const char *end = text + strcspn(text, "/?");
    const char *after;

    a->literal = text[0] == '[';
    a->host = text + a->literal;
    after = a->host + strcspn(a->host, a->literal ? "]/?" : ":/?");
    a->host_len = (int)(after - a->host);
    if (a->literal && *after++ != ']') {
        return 0;
    }
    a->port = after < end && *after == ':' ? after + 1 : NULL;
    a->port_len = a->port ? (int)(end - a->port) : 0;
    return is_host(a) &&
           (a->port ? is_port(a->port, a->port_len) : after == end);
}

static const char *authority_name(const authority_t *a, const char *url,
                                  apr_pool_t *p)
{
    char *host = apr_pstrmemdup(p, a->host, (apr_size_t)a->host_len);
    char *c;

    for (c = host; *c; c++) {
        *c = (char)(*c == ':' ? '-' : apr_tolower(*c));
    }
    return apr_psprintf(p, "%s%s%s%.*s-%.*s", a->literal ? "ipv6-" : "", host,
                        a->port ? "-" : "", a->port_len,
                        a->port ? a->port : "", HASH_DIGITS,
                        edge_digest_text(url, p));
}

static apr_status_t resolve_url(const edge_provider_t **provider,
                                const char *url, ae_error_t *err,
                                apr_pool_t *p)
{
    edge_provider_t *made;
    authority_t authority;

    if (strlen(url) > URL_MAX || !is_plain(url)) {
        return refuse(err, url,
                      "the URL is too long or has characters that "
                      "no URL has");
    }
    if (!authority_read(&authority, url + strlen(SCHEME))) {
        return refuse(err, url,
                      "the URL names no host and port that could "
                      "be reached");
    }
    made = apr_pcalloc(p, sizeof(*made));
    made->name = authority_name(&authority, url, p);
    made->directory_url = apr_pstrdup(p, url);
    made->names_max = NAMES_MAX;
    *provider = made;
    return APR_SUCCESS;
}

apr_status_t edge_provider_resolve(const edge_provider_t **provider,
                                   const char *word, ae_error_t *err,
                                   apr_pool_t *p)
{
    *provider = find_known(word);
    if (*provider) {
        return APR_SUCCESS;
    }
    /* RFC 8555 section 6.1: HTTPS MUST be used. */
    if (strncasecmp(word, "http://", 7) == 0) {
        refuse(err, word,
               "an ACME server is spoken to by https only "
               "(RFC 8555 section 6.1)");
        return ae_error_next(err, "write https:// and, where the CA is a "
                                  "private one, name its root certificate "
                                  "with ACMETrustFile");
    }
    if (strncasecmp(word, SCHEME, strlen(SCHEME)) != 0) {
        return refuse(err, word, "the word is unknown");
    }
    return resolve_url(provider, word, err, p);
}
