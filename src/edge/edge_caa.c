#include "edge_caa.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>
#include <strings.h>

#define TYPE_CAA 257
#define TYPE_SOA 6
#define IS_ANSWER 0x8000
#define RCODE 0x000f
#define HEADER_BYTES 12
#define RECORD_BYTES 10 /* of type, class, TTL and length */
#define ENTRIES_MAX 512
#define TAG_MAX 15
#define VALUE_MAX 1024
#define CRITICAL 0x80
#define BLANKS " \t"

/* The answer, and how far it was read. */
typedef struct reader_t {
    ae_bytes_t bytes;
    apr_size_t at;
} reader_t;

/* --- the wire ----------------------------------------------------------- */

static int has(const reader_t *reader, apr_size_t len)
{
    return reader->bytes.len - reader->at >= len;
}

static unsigned get16(const reader_t *reader, apr_size_t offset)
{
    const unsigned char *bytes = reader->bytes.data + reader->at + offset;

    return (unsigned)bytes[0] << 8 | bytes[1];
}

/* RFC 1035 section 4.1.4: labels, then a zero or a pointer, which nobody has
 * to follow here. */
static int skip_name(reader_t *reader)
{
    while (has(reader, 1)) {
        unsigned char len = reader->bytes.data[reader->at];

        if ((len & 0xc0) == 0xc0) {
            reader->at += 2;
            return reader->at <= reader->bytes.len;
        }
        if ((len & 0xc0) != 0 || !has(reader, 1 + (apr_size_t)len)) {
            return 0;
        }
        reader->at += 1 + (apr_size_t)len;
        if (len == 0) {
            return 1;
        }
    }
    return 0;
}

static const char *take_text(const unsigned char *bytes, apr_size_t len,
                             apr_pool_t *p)
{
    char *raw = apr_pstrmemdup(p, (const char *)bytes, len);
    char *clean = apr_palloc(p, len + 1);
    apr_size_t i;

    for (i = 0; i < len; i++) {
        raw[i] = (char)(raw[i] ? raw[i] : '?');
    }
    ae_text_copy(clean, len + 1, raw);
    return clean;
}

/* RFC 8659 section 4.1: flags, length of the tag, tag, value. */
static int take_record(apr_array_header_t *records, const unsigned char *bytes,
                       apr_size_t len, apr_pool_t *p)
{
    edge_caa_t record;
    apr_size_t tag_len = len > 2 ? bytes[1] : 0;
    apr_size_t i;
    char *tag;

    if (tag_len == 0 || tag_len > TAG_MAX || tag_len + 2 > len ||
        len - 2 - tag_len > VALUE_MAX) {
        return 0;
    }
    tag = apr_pstrmemdup(p, (const char *)bytes + 2, tag_len);
    for (i = 0; i < tag_len; i++) {
        if (!apr_isalnum(tag[i])) {
            return 0;
        }
        tag[i] = (char)apr_tolower(tag[i]);
    }
    record.critical = (bytes[0] & CRITICAL) != 0;
    record.tag = tag;
    record.value = take_text(bytes + 2 + tag_len, len - 2 - tag_len, p);
    APR_ARRAY_PUSH(records, edge_caa_t) = record;
    return 1;
}

static int take_entry(apr_array_header_t *records, reader_t *reader,
                      apr_pool_t *p)
{
    const unsigned char *data;
    unsigned type;
    apr_size_t len;

    if (!skip_name(reader) || !has(reader, RECORD_BYTES)) {
        return 0;
    }
    type = get16(reader, 0);
    len = get16(reader, 8);
    reader->at += RECORD_BYTES;
    if (!has(reader, len)) {
        return 0;
    }
    data = reader->bytes.data + reader->at;
    reader->at += len;
    return type != TYPE_CAA || records->nelts > EDGE_CAA_RECORDS_MAX ||
           take_record(records, data, len, p);
}

static int skip_questions(reader_t *reader, unsigned count)
{
    while (count-- > 0) {
        if (!skip_name(reader) || !has(reader, 4)) {
            return 0;
        }
        reader->at += 4;
    }
    return 1;
}

static int take_answer(apr_array_header_t *records, reader_t *reader,
                       apr_pool_t *p)
{
    unsigned questions, answers;

    if (!has(reader, HEADER_BYTES)) {
        return 0;
    }
    questions = get16(reader, 4);
    answers = get16(reader, 6);
    reader->at += HEADER_BYTES;
    if (questions > ENTRIES_MAX || answers > ENTRIES_MAX ||
        !skip_questions(reader, questions)) {
        return 0;
    }
    while (answers-- > 0) {
        if (!take_entry(records, reader, p)) {
            return 0;
        }
    }
    return 1;
}

apr_status_t edge_caa_parse(apr_array_header_t **records, ae_bytes_t answer,
                            ae_error_t *err, apr_pool_t *p)
{
    apr_array_header_t *found = apr_array_make(p, 4, sizeof(edge_caa_t));
    reader_t reader = {answer, 0};

    if (!take_answer(found, &reader, p)) {
        ae_error_set(err, AE_EFORMAT, "the name server's answer is damaged");
        return ae_error_why(err, "it is no answer with CAA records");
    }
    if (found->nelts > EDGE_CAA_RECORDS_MAX) {
        ae_error_set(err, AE_ETOOBIG, "the name server's answer is too large");
        return ae_error_why(err, "it has more than %d CAA records",
                            EDGE_CAA_RECORDS_MAX);
    }
    *records = found;
    return APR_SUCCESS;
}

int edge_caa_is_none(ae_bytes_t answer)
{
    reader_t reader = {answer, 0};
    unsigned flags, questions;

    if (!has(&reader, HEADER_BYTES)) {
        return 0;
    }
    flags = get16(&reader, 2);
    questions = get16(&reader, 4);
    if ((flags & IS_ANSWER) == 0 || (flags & RCODE) != 0 ||
        get16(&reader, 6) != 0 || get16(&reader, 8) == 0 ||
        questions > ENTRIES_MAX) {
        return 0;
    }
    reader.at += HEADER_BYTES;
    return skip_questions(&reader, questions) && skip_name(&reader) &&
           has(&reader, RECORD_BYTES) && get16(&reader, 0) == TYPE_SOA;
}

/* --- what they mean ----------------------------------------------------- */

static const edge_caa_t *record_at(const apr_array_header_t *records, int i)
{
    return &APR_ARRAY_IDX(records, i, edge_caa_t);
}

static int is_word(const char *tag, const char *const *words)
{
    while (*words && strcmp(*words, tag) != 0) {
        words++;
    }
    return *words != NULL;
}

/* RFC 8659 section 4.1: who does not know a critical one must not issue. */
static const char *find_critical(const apr_array_header_t *records)
{
    static const char *const known[] = {
        "issue", "issuewild",    "issuemail",    "issuevmc",
        "iodef", "contactemail", "contactphone", NULL};
    int i;

    for (i = 0; i < records->nelts; i++) {
        const edge_caa_t *record = record_at(records, i);

        if (record->critical && !is_word(record->tag, known)) {
            return record->tag;
        }
    }
    return NULL;
}

/* The CA's name before the parameters, without blanks; empty for nobody. */
static const char *issuer_of(const char *value, apr_pool_t *p)
{
    apr_size_t len = strcspn(value, ";");

    while (len > 0 && strchr(BLANKS, *value)) {
        value++;
        len--;
    }
    while (len > 0 && strchr(BLANKS, value[len - 1])) {
        len--;
    }
    return apr_pstrmemdup(p, value, len);
}

/* RFC 8657 section 4: where methods are listed, ours must be among them. */
static int allows_method(const char *value, apr_pool_t *p)
{
    static const char key[] = "validationmethods=";
    char *rest = apr_pstrdup(p, value);
    char *state;
    char *part = apr_strtok(rest, "; \t", &state);

    while (part) {
        if (strncmp(part, key, sizeof(key) - 1) == 0) {
            const char *list =
                apr_pstrcat(p, ",", part + sizeof(key) - 1, ",", NULL);

            return strstr(list, ",http-01,") != NULL;
        }
        part = apr_strtok(NULL, "; \t", &state);
    }
    return 1;
}

static int is_identity(const char *issuer,
                       const apr_array_header_t *identities)
{
    int i;

    for (i = 0; i < identities->nelts; i++) {
        if (strcasecmp(APR_ARRAY_IDX(identities, i, const char *), issuer) ==
            0) {
            return 1;
        }
    }
    return 0;
}

/* What the records with `issue` come to. */
typedef struct tally_t {
    int records;
    int named; /* that name a CA at all */
    int matched;
    int allowed;
    const char *listed;
} tally_t;

static void count(tally_t *tally, const edge_caa_t *record,
                  const apr_array_header_t *identities, apr_pool_t *p)
{
    const char *issuer = issuer_of(record->value, p);
    int matched = *issuer && is_identity(issuer, identities);

    tally->records++;
    tally->named += *issuer != '\0';
    tally->matched |= matched;
    tally->allowed |= matched && allows_method(record->value, p);
    tally->listed =
        apr_pstrcat(p, tally->listed, tally->records > 1 ? ", " : "", "\"",
                    record->value, "\"", NULL);
}

static edge_caa_verdict_t decide(const tally_t *tally,
                                 const apr_array_header_t *identities,
                                 const char **why, apr_pool_t *p)
{
    if (tally->allowed) {
        *why = apr_psprintf(p, "the records allow this CA: %s", tally->listed);
        return EDGE_CAA_ALLOWED;
    }
    if (tally->named > 0 && identities->nelts == 0) {
        *why = apr_psprintf(p,
                            "the records allow %s, and the CA does not say by "
                            "which name it goes",
                            tally->listed);
        return EDGE_CAA_UNKNOWN;
    }
    *why = apr_psprintf(p,
                        tally->matched
                            ? "the records allow this CA, but not by http-01: "
                              "%s"
                            : "the records allow only %s",
                        tally->listed);
    return EDGE_CAA_FORBIDDEN;
}

edge_caa_verdict_t edge_caa_judge(const apr_array_header_t *records,
                                  const apr_array_header_t *identities,
                                  const char **why, apr_pool_t *p)
{
    const char *critical = find_critical(records);
    tally_t tally = {.listed = ""};
    int i;

    if (critical) {
        *why =
            apr_psprintf(p, "no CA knows the critical property %s", critical);
        return EDGE_CAA_FORBIDDEN;
    }
    for (i = 0; i < records->nelts; i++) {
        if (strcmp(record_at(records, i)->tag, "issue") == 0) {
            count(&tally, record_at(records, i), identities, p);
        }
    }
    if (tally.records == 0) {
        *why = records->nelts ? "no record restricts who may issue"
                              : "there are no records";
        return EDGE_CAA_ALLOWED;
    }
    return decide(&tally, identities, why, p);
}
