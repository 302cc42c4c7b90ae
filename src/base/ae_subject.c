#include "ae_subject.h"

#include <apr_lib.h>
#include <openssl/objects.h>
#include <string.h>
#include <strings.h>

#define WORDS                                                                 \
    "O, OU, L, ST, C, street, postalCode, serialNumber and businessCategory"

/* The longest value, in characters of four bytes at most. */
#define CHARACTERS_MAX 128
#define VALUE_BYTES (4 * CHARACTERS_MAX + 1)
#define PARTS_MAX 16

typedef struct attribute_t {
    const char *word;
    int nid;
    int most;       /* characters, by annex C of X.520 */
    int least;      /* the same */
    int is_latin;   /* PrintableString alone */
    int may_repeat; /* more than one of it means something */
} attribute_t;

static const attribute_t attributes[] = {
    {"O", NID_organizationName, 64, 1, 0, 0},
    {"OU", NID_organizationalUnitName, 64, 1, 0, 1},
    {"L", NID_localityName, 128, 1, 0, 0},
    {"ST", NID_stateOrProvinceName, 128, 1, 0, 0},
    {"C", NID_countryName, 2, 2, 1, 0},
    {"street", NID_streetAddress, 128, 1, 0, 0},
    {"postalCode", NID_postalCode, 40, 1, 0, 0},
    {"serialNumber", NID_serialNumber, 64, 1, 1, 0},
    {"businessCategory", NID_businessCategory, 128, 1, 0, 0},
};

#define ATTRIBUTES (sizeof(attributes) / sizeof(attributes[0]))

/* One "word=value" of a subject. */
typedef struct part_t {
    const attribute_t *attribute;
    char value[VALUE_BYTES];
} part_t;

static apr_status_t refuse(ae_error_t *err, const char *text)
{
    return ae_error_set(err, AE_EFORMAT, "\"%s\" is not a subject", text);
}

static const attribute_t *find(const char *word, apr_size_t len)
{
    apr_size_t i;

    for (i = 0; i < ATTRIBUTES; i++) {
        if (strlen(attributes[i].word) == len &&
            strncasecmp(attributes[i].word, word, len) == 0) {
            return &attributes[i];
        }
    }
    return NULL;
}

static apr_status_t read_word(part_t *part, const char **at, const char *text,
                              ae_error_t *err)
{
    apr_size_t len;

    while (**at == ' ') {
        (*at)++;
    }
    len = strcspn(*at, "=,");
    if ((*at)[len] != '=') {
        refuse(err, text);
        ae_error_why(err, "\"%.*s\" has no value", (int)len, *at);
        return ae_error_next(err, "write it like O=Example,C=DE, with a "
                                  "backslash before a comma in a value");
    }
    part->attribute = find(*at, len);
    if (part->attribute == NULL) {
        refuse(err, text);
        ae_error_why(err, "\"%.*s\" is not the word of an attribute", (int)len,
                     *at);
        return ae_error_next(err, "the words are " WORDS "; the names of a "
                                  "certificate are never part of its subject");
    }
    *at += len + 1;
    return APR_SUCCESS;
}

static apr_status_t too_long(ae_error_t *err, const char *text,
                             const attribute_t *attribute)
{
    refuse(err, text);
    ae_error_why(err, "the value of %s is too long", attribute->word);
    return ae_error_next(err, "X.520 allows %d characters in it",
                         attribute->most);
}

/* Blanks at its end belong to it only behind a backslash. */
static apr_status_t read_value(part_t *part, const char **at, const char *text,
                               ae_error_t *err)
{
    apr_size_t len = 0;
    apr_size_t kept = 0;

    for (; **at != '\0' && **at != ','; (*at)++) {
        int escaped = **at == '\\';

        *at += escaped;
        if (**at == '\0') {
            refuse(err, text);
            ae_error_why(err, "it ends in a backslash");
            return ae_error_next(err, "write two of them for one");
        }
        if (len + 1 >= sizeof(part->value)) {
            return too_long(err, text, part->attribute);
        }
        part->value[len++] = **at;
        kept = escaped || **at != ' ' ? len : kept;
    }
    part->value[kept] = '\0';
    return APR_SUCCESS;
}

static int count_characters(const char *value)
{
    int count = 0;

    for (; *value; value++) {
        count += ((unsigned char)*value & 0xc0) != 0x80;
    }
    return count;
}

/* PrintableString of X.680. */
static int is_latin(const char *value)
{
    for (; *value; value++) {
        if (!apr_isascii(*value) ||
            (!apr_isalnum(*value) && strchr(" '()+,-./:=?", *value) == NULL)) {
            return 0;
        }
    }
    return 1;
}

static int is_country(const char *value)
{
    return apr_isupper(value[0]) && apr_isupper(value[1]) && value[2] == '\0';
}

static apr_status_t check_value(const part_t *part, const char *text,
                                ae_error_t *err)
{
    const attribute_t *attribute = part->attribute;
    int count = count_characters(part->value);
    char clean[VALUE_BYTES];

    ae_text_copy(clean, sizeof(clean), part->value);
    if (count > attribute->most) {
        return too_long(err, text, attribute);
    }
    if (attribute->nid == NID_countryName && !is_country(part->value)) {
        refuse(err, text);
        ae_error_why(err, "\"%s\" is not the code of a country", part->value);
        return ae_error_next(err, "write the two capital letters of "
                                  "ISO 3166, such as C=DE");
    }
    if (count < attribute->least || strcmp(clean, part->value) != 0 ||
        (attribute->is_latin && !is_latin(part->value))) {
        refuse(err, text);
        ae_error_why(err, "the value of %s %s", attribute->word,
                     count == 0 ? "is empty"
                     : attribute->is_latin
                         ? "has characters that it may not have"
                         : "is not UTF-8, or has control characters");
        return ae_error_next(err, "write %s=value, or leave it out",
                             attribute->word);
    }
    return APR_SUCCESS;
}

static apr_status_t read_part(part_t *part, const char **at, const char *text,
                              ae_error_t *err)
{
    apr_status_t status = read_word(part, at, text, err);

    if (status == APR_SUCCESS) {
        status = read_value(part, at, text, err);
    }
    return status == APR_SUCCESS ? check_value(part, text, err) : status;
}

static apr_status_t add(X509_NAME *name, const part_t *part, const char *text,
                        ae_error_t *err)
{
    int nid = part->attribute->nid;

    if (!part->attribute->may_repeat &&
        X509_NAME_get_index_by_NID(name, nid, -1) >= 0) {
        refuse(err, text);
        ae_error_why(err, "%s stands in it twice", part->attribute->word);
        return ae_error_next(err, "write it once");
    }
    if (X509_NAME_entry_count(name) == PARTS_MAX) {
        refuse(err, text);
        ae_error_why(err, "it has more than %d attributes", PARTS_MAX);
        return ae_error_next(err, "write what the CA asks for");
    }
    if (X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8,
                                   (const unsigned char *)part->value, -1, -1,
                                   0) != 1) {
        ae_error_set(err, AE_ECRYPTO, "Cannot make the subject \"%s\"", text);
        return ae_error_why_openssl(err);
    }
    return APR_SUCCESS;
}

apr_status_t ae_subject_put(X509_NAME *name, const char *text, ae_error_t *err)
{
    const char *at = text;
    part_t part;
    apr_status_t status;

    for (;;) {
        status = read_part(&part, &at, text, err);
        if (status == APR_SUCCESS) {
            status = add(name, &part, text, err);
        }
        if (status != APR_SUCCESS || *at == '\0') {
            return status;
        }
        at++; /* the comma */
    }
}

apr_status_t ae_subject_check(const char *text, ae_error_t *err)
{
    X509_NAME *name = X509_NAME_new();
    apr_status_t status;

    if (name == NULL) {
        ae_error_set(err, AE_ECRYPTO, "Cannot make a subject");
        return ae_error_why_openssl(err);
    }
    status = ae_subject_put(name, text, err);
    X509_NAME_free(name);
    return status;
}
