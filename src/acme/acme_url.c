#include "acme_url.h"

#include <apr_strings.h>
#include <string.h>
#include <strings.h>

#define SCHEME "https://"
#define SCHEME_LEN (sizeof(SCHEME) - 1)

int acme_url_valid(const char *url)
{
    const char *c;

    if (!url || strlen(url) > ACME_URL_LENGTH_MAX ||
        strncasecmp(url, SCHEME, SCHEME_LEN) != 0) {
        return 0;
    }
    for (c = url; *c; c++) {
        if (*c <= ' ' || *c >= 0x7f || strchr("\"<>\\^`{|}", *c)) {
            return 0;
        }
    }
    return strcspn(url + SCHEME_LEN, "/?#") > 0;
}

/* RFC 3986 section 5.2.4, on a path that begins with "/". */
static char *remove_dots(const char *path, apr_size_t len, apr_pool_t *p)
{
    char *out = apr_palloc(p, len + 2);
    apr_size_t n = 0, at = 0;

    while (at < len) {
        apr_size_t end = at + 1;
        while (end < len && path[end] != '/') {
            end++;
        }
        if (end - at == 2 && path[at + 1] == '.') {
            /* nothing of "/." stays but the slash, at the end */
        } else if (end - at == 3 && !strncmp(path + at, "/..", 3)) {
            while (n > 0 && out[--n] != '/') {
            }
        } else {
            memcpy(out + n, path + at, end - at);
            n += end - at;
            at = end;
            continue;
        }
        if (end == len) {
            out[n++] = '/';
        }
        at = end;
    }
    out[n] = '\0';
    return out;
}

static int has_scheme(const char *reference)
{
    apr_size_t n = strcspn(reference, ":/?#");
    return n > 0 && reference[n] == ':';
}

/* RFC 3986 section 5.2.2 for a reference without scheme and authority. */
static const char *merge(const char *base, const char *reference,
                         apr_pool_t *p)
{
    apr_size_t origin = SCHEME_LEN + strcspn(base + SCHEME_LEN, "/?#");
    apr_size_t path = origin + strcspn(base + origin, "?#");
    apr_size_t dir = path, cut;
    const char *joined;

    if (!*reference || *reference == '#') {
        return base;
    }
    if (*reference == '?') {
        return apr_pstrcat(p, apr_pstrndup(p, base, path), reference, NULL);
    }
    if (*reference == '/') {
        joined = reference;
    } else {
        while (dir > origin && base[dir - 1] != '/') {
            dir--;
        }
        joined = apr_pstrcat(
            p,
            dir > origin ? apr_pstrndup(p, base + origin, dir - origin) : "/",
            reference, NULL);
    }
    cut = strcspn(joined, "?#");
    return apr_pstrcat(p, apr_pstrndup(p, base, origin),
                       remove_dots(joined, cut, p), joined + cut, NULL);
}

const char *acme_url_resolve(const char *base, const char *reference,
                             apr_pool_t *p)
{
    const char *url;
    char *whole;

    if (!reference || strlen(reference) > ACME_URL_LENGTH_MAX) {
        return NULL;
    }
    if (has_scheme(reference)) {
        url = reference;
    } else if (!acme_url_valid(base)) {
        return NULL;
    } else if (!strncmp(reference, "//", 2)) {
        url = apr_pstrcat(p, "https:", reference, NULL);
    } else {
        url = merge(base, reference, p);
    }
    whole = apr_pstrdup(p, url);
    whole[strcspn(whole, "#")] = '\0';
    return acme_url_valid(whole) ? whole : NULL;
}

static const char *skip_space(const char *c)
{
    return c + strspn(c, " \t");
}

/* How much is between `c`, behind a quote, and the quote that ends it. */
static apr_size_t quoted_length(const char *c)
{
    const char *at = c;

    while (*at && *at != '"') {
        at += at[0] == '\\' && at[1] ? 2 : 1;
    }
    return (apr_size_t)(at - c);
}

/* One token or quoted string; `c` moves behind it. */
static const char *take_word(const char **c, apr_pool_t *p)
{
    char *word;
    apr_size_t n = 0;

    if (**c != '"') {
        n = strcspn(*c, " \t;,=");
        word = apr_pstrndup(p, *c, n);
        *c += n;
        return word;
    }
    /* No more than the word: one header may hold thousands of them. */
    word = apr_palloc(p, quoted_length(*c + 1) + 1);
    for ((*c)++; **c && **c != '"'; (*c)++) {
        if (**c == '\\' && (*c)[1]) {
            (*c)++;
        }
        word[n++] = **c;
    }
    if (**c == '"') {
        (*c)++;
    }
    word[n] = '\0';
    return word;
}

static int relation_has(const char *words, const char *relation)
{
    apr_size_t len = strlen(relation), n;

    for (words = skip_space(words); *words; words = skip_space(words + n)) {
        n = strcspn(words, " \t");
        if (n == len && !strncasecmp(words, relation, n)) {
            return 1;
        }
    }
    return 0;
}

/* The parameters behind one target, up to the comma; only the first `rel`
 * counts (RFC 8288 section 3.3). */
static const char *take_relation(const char **c, apr_pool_t *p)
{
    const char *relation = NULL;

    *c = skip_space(*c);
    while (**c == ';') {
        const char *name, *value = "";
        *c = skip_space(*c + 1);
        name = take_word(c, p);
        *c = skip_space(*c);
        if (**c == '=') {
            *c = skip_space(*c + 1);
            value = take_word(c, p);
        }
        if (!relation && !strcasecmp(name, "rel")) {
            relation = value;
        }
        *c = skip_space(*c);
    }
    return relation ? relation : "";
}

static void collect(apr_array_header_t *urls, const char *value,
                    const char *relation, const char *base, apr_pool_t *p)
{
    const char *c = skip_space(value), *end;

    while (*c == '<' && (end = strchr(c, '>')) &&
           urls->nelts < ACME_LINKS_MAX) {
        const char *target = apr_pstrndup(p, c + 1, (apr_size_t)(end - c - 1));
        const char *url;
        c = end + 1;
        if (relation_has(take_relation(&c, p), relation) &&
            (url = acme_url_resolve(base, target, p))) {
            APR_ARRAY_PUSH(urls, const char *) = url;
        }
        c += strcspn(c, ",");
        c += strspn(c, ", \t");
    }
}

apr_array_header_t *acme_url_links(const apr_array_header_t *links,
                                   const char *relation, const char *base,
                                   apr_pool_t *p)
{
    apr_array_header_t *urls = apr_array_make(p, 2, sizeof(const char *));
    int i;

    for (i = 0; links && i < links->nelts; i++) {
        collect(urls, APR_ARRAY_IDX(links, i, const char *), relation, base,
                p);
    }
    return urls;
}
