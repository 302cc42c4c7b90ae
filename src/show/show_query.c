#include "show_query.h"

#include "show_accept.h"
#include "show_words.h"

#include <apr_escape.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <assert.h>
#include <string.h>

#define PAGE_DIGITS 6

static const char *const format_words[] = {
    [SHOW_HTML] = "html", [SHOW_JSON] = "json", [SHOW_METRICS] = "metrics",
    [SHOW_STYLE] = "css", [SHOW_ICON] = "icon",
};
static_assert(sizeof(format_words) / sizeof(format_words[0]) == SHOW_FORMATS,
              "each format has a word");

/* Nobody asks for a style sheet by Accept alone. */
static const char *const format_types[] = {
    [SHOW_HTML] = "text/html",
    [SHOW_JSON] = "application/json",
    [SHOW_METRICS] = "application/openmetrics-text",
};

/* --- bytes --------------------------------------------------------------- */

char *show_query_decode(const char *text, apr_pool_t *p)
{
    return apr_pstrdup(p, apr_punescape_url(p, text, NULL, NULL, 1));
}

static void trim(char **text)
{
    apr_size_t len;

    *text += strspn(*text, " ");
    len = strlen(*text);
    while (len > 0 && (*text)[len - 1] == ' ') {
        (*text)[--len] = '\0';
    }
}

/* --- values -------------------------------------------------------------- */

/* The words there are, as a sentence lists them: "a, b or c". */
static const char *list_words(const char *(*word)(int i), int count,
                              apr_pool_t *p)
{
    const char *text = word(0);
    int i;

    for (i = 1; i < count; i++) {
        text =
            apr_pstrcat(p, text, i + 1 < count ? ", " : " or ", word(i), NULL);
    }
    return text;
}

static int find_word(const char *(*word)(int i), int count, const char *text)
{
    int i;

    for (i = 0; i < count; i++) {
        if (strcasecmp(word(i), text) == 0) {
            return i;
        }
    }
    return -1;
}

static const char *format_word(int i)
{
    return format_words[i];
}

static const char *language_word(int i)
{
    return show_language_code((ae_language_t)i);
}

static const char *state_word(int i)
{
    return edge_phase_word((edge_phase_t)i);
}

static apr_status_t refuse(ae_error_t *err, const char *key, const char *value,
                           const char *instead)
{
    ae_error_set(err, AE_EFORMAT, "%s=%.80s is nothing that could be shown",
                 key, value);
    return ae_error_next(err, "write %s", instead);
}

static apr_status_t read_format(show_query_t *query, char *value,
                                ae_error_t *err, apr_pool_t *p)
{
    int i = find_word(format_word, SHOW_FORMATS, value);

    if (i < 0) {
        return refuse(err, "format", value,
                      list_words(format_word, SHOW_FORMATS, p));
    }
    query->format = (show_format_t)i;
    return APR_SUCCESS;
}

static apr_status_t read_language(show_query_t *query, char *value,
                                  ae_error_t *err, apr_pool_t *p)
{
    int i = find_word(language_word, AE_LANGUAGES, value);

    if (i < 0) {
        return refuse(err, "lang", value,
                      list_words(language_word, AE_LANGUAGES, p));
    }
    query->language = (ae_language_t)i;
    return APR_SUCCESS;
}

static apr_status_t read_page(show_query_t *query, char *value,
                              ae_error_t *err, apr_pool_t *p)
{
    apr_size_t digits = strspn(value, "0123456789");
    int page = digits <= PAGE_DIGITS ? (int)apr_atoi64(value) : 0;

    (void)p;
    if (value[digits] != '\0' || page < 1) {
        return refuse(err, "page", value, "a number from 1 to 999999");
    }
    query->page = page;
    return APR_SUCCESS;
}

/* Written with commas, or once for each, as a form does. */
static apr_status_t read_states(show_query_t *query, char *value,
                                ae_error_t *err, apr_pool_t *p)
{
    char *rest;
    char *word = apr_strtok(value, ", ", &rest);

    for (; word != NULL; word = apr_strtok(NULL, ", ", &rest)) {
        int i = find_word(state_word, EDGE_PHASES, word);

        if (i < 0) {
            return refuse(
                err, "state", word,
                apr_pstrcat(p, list_words(state_word, EDGE_PHASES, p),
                            ", or several of these with commas", NULL));
        }
        query->states |= 1 << i;
    }
    return APR_SUCCESS;
}

/* DNS knows no case, and names are kept in lower case. */
static apr_status_t read_name(show_query_t *query, char *value,
                              ae_error_t *err, apr_pool_t *p)
{
    char *c;

    (void)err;
    (void)p;
    for (c = value; *c != '\0'; c++) {
        *c = (char)apr_tolower(*c);
    }
    query->name = value;
    return APR_SUCCESS;
}

/* "a.example+rsa-2048": a plus that somebody typed is one. */
static apr_status_t read_cert(show_query_t *query, char *value,
                              ae_error_t *err, apr_pool_t *p)
{
    char *c;

    for (c = value; *c != '\0'; c++) {
        *c = *c == ' ' ? '+' : *c;
    }
    query->cert = value;
    (void)err;
    (void)p;
    return APR_SUCCESS;
}

/* --- the query ----------------------------------------------------------- */

static const struct {
    const char *key;
    apr_status_t (*read)(show_query_t *query, char *value, ae_error_t *err,
                         apr_pool_t *p);
} keys[] = {
    {"format", read_format}, {"lang", read_language}, {"page", read_page},
    {"state", read_states},  {"name", read_name},     {"cert", read_cert},
};

static apr_status_t read_pair(show_query_t *query, char *pair, ae_error_t *err,
                              apr_pool_t *p)
{
    char *value = strchr(pair, '=');
    char *decoded;
    apr_size_t i;

    if (value == NULL) {
        return APR_SUCCESS;
    }
    *value++ = '\0';
    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(keys[i].key, pair) != 0) {
            continue;
        }
        decoded = show_query_decode(value, p);
        if (decoded == NULL) {
            return refuse(err, pair, value,
                          "%25 for a percent sign, and no %00");
        }
        trim(&decoded);
        return decoded[0] != '\0' ? keys[i].read(query, decoded, err, p)
                                  : APR_SUCCESS;
    }
    return APR_SUCCESS;
}

static ae_language_t choose_language(const char *accept_language)
{
    const char *tags[AE_LANGUAGES];
    int i;

    for (i = 0; i < AE_LANGUAGES; i++) {
        tags[i] = language_word(i);
    }
    return (ae_language_t)show_accept_language(accept_language, tags,
                                               AE_LANGUAGES);
}

apr_status_t show_query_read(show_query_t *query, const char *args,
                             const char *accept, const char *accept_language,
                             ae_error_t *err, apr_pool_t *p)
{
    apr_status_t status = APR_SUCCESS;
    char *rest;
    char *pair = args ? apr_strtok(apr_pstrdup(p, args), "&", &rest) : NULL;

    memset(query, 0, sizeof(*query));
    query->page = 1;
    query->format = (show_format_t)show_accept_media(
        accept, format_types, sizeof(format_types) / sizeof(format_types[0]));
    query->language = choose_language(accept_language);
    for (; pair != NULL && status == APR_SUCCESS;
         pair = apr_strtok(NULL, "&", &rest)) {
        status = read_pair(query, pair, err, p);
    }
    return status;
}
