#include "show_metrics.h"

#include "edge_cert.h"
#include "show_gather.h"

#include <apr_strings.h>
#include <string.h>

/* What one byte of a label may become: U+FFFD. */
#define ESCAPED_MAX 3

typedef enum moment_t {
    NOT_BEFORE,
    NOT_AFTER,
    RENEWAL_DUE,
    LAST_SUCCESS,
    NEXT_ACTION,
    MOMENTS
} moment_t;

/* What is told of one certificate. */
typedef struct row_t {
    const char *label; /* {name="...", open still */
    apr_size_t label_len;
    apr_time_t moments[MOMENTS];
    edge_phase_t phase;
    unsigned attempts;
    edge_cause_t cause;
} row_t;

typedef struct metrics_t {
    const show_source_t *source;
    row_t *rows;
    int count;
    apr_pool_t *p;
    show_gather_t text;
} metrics_t;

/* --- labels -------------------------------------------------------------- */

static void put(metrics_t *m, const char *text)
{
    show_gather_put(&m->text, text);
}

/* Ours are words; what others made comes by way of open_label. */
static void put_label(metrics_t *m, const char *key, const char *value)
{
    put(m, key);
    put(m, "=\"");
    put(m, value);
    put(m, "\"");
}

typedef struct label_t {
    char *text;
    apr_size_t len;
} label_t;

static void append(void *ctx, const char *bytes, apr_size_t len)
{
    label_t *label = ctx;

    memcpy(label->text + label->len, bytes, len);
    label->len += len;
}

/* {key="value", from `p`. */
static label_t open_label(const char *key, const char *value, apr_pool_t *p)
{
    label_t label = {0};
    const show_out_t out = {append, &label};

    label.text = apr_palloc(p, strlen(key) + sizeof("{=\"\"") +
                                   ESCAPED_MAX * strlen(value));
    show_out_put(&out, "{");
    show_out_put(&out, key);
    show_out_put(&out, "=\"");
    show_out_label(&out, value);
    show_out_put(&out, "\"");
    label.text[label.len] = '\0';
    return label;
}

/* --- families ------------------------------------------------------------ */

typedef struct family_t family_t;
struct family_t {
    const char *name; /* behind acme_edge_ */
    const char *type;
    const char *unit; /* the end of the name, or "" */
    const char *help;
    void (*samples)(metrics_t *m, const family_t *family);
    int which;
};

static void put_name(metrics_t *m, const family_t *family, const char *suffix)
{
    put(m, "acme_edge_");
    put(m, family->name);
    put(m, suffix);
}

static void put_value(metrics_t *m, apr_uint64_t value)
{
    put(m, " ");
    show_gather_number(&m->text, value);
    put(m, "\n");
}

static void put_moment(metrics_t *m, apr_time_t moment)
{
    put(m, " ");
    show_gather_seconds(&m->text, moment);
    put(m, "\n");
}

static void build(metrics_t *m, const family_t *family)
{
    put_name(m, family, "_info{");
    put_label(m, "version", AE_VERSION);
    put(m, "} 1\n");
}

static void certificates(metrics_t *m, const family_t *family)
{
    put_name(m, family, "");
    put_value(m, (apr_uint64_t)m->count);
}

static void last_tick(metrics_t *m, const family_t *family)
{
    put_name(m, family, "");
    put_moment(m, m->source->last_tick);
}

static void trouble(metrics_t *m, const family_t *family)
{
    put_name(m, family, "");
    put_value(m, m->source->trouble->what[0] != '\0');
}

/* --- of each certificate ------------------------------------------------- */

static void put_row(metrics_t *m, const family_t *family, const row_t *row)
{
    put_name(m, family, "");
    show_gather_bytes(&m->text, row->label, row->label_len);
}

static void moments(metrics_t *m, const family_t *family)
{
    int i;

    for (i = 0; i < m->count; i++) {
        if (m->rows[i].moments[family->which] > 0) {
            put_row(m, family, &m->rows[i]);
            put(m, "}");
            put_moment(m, m->rows[i].moments[family->which]);
        }
    }
}

/* A StateSet's label has the name of the metric. */
static void states(metrics_t *m, const family_t *family)
{
    int i, phase;

    for (i = 0; i < m->count; i++) {
        for (phase = 0; phase < EDGE_PHASES; phase++) {
            put_row(m, family, &m->rows[i]);
            put(m, ",");
            put_name(m, family, "=\"");
            put(m, edge_phase_word((edge_phase_t)phase));
            put(m, phase == (int)m->rows[i].phase ? "\"} 1\n" : "\"} 0\n");
        }
    }
}

static void failures(metrics_t *m, const family_t *family)
{
    int i;

    for (i = 0; i < m->count; i++) {
        put_row(m, family, &m->rows[i]);
        put(m, "}");
        put_value(m, m->rows[i].attempts);
    }
}

/* Of those alone that have one. */
static void causes(metrics_t *m, const family_t *family)
{
    int i;

    for (i = 0; i < m->count; i++) {
        if (m->rows[i].cause != EDGE_CAUSE_NONE) {
            put_name(m, family, "_info");
            show_gather_bytes(&m->text, m->rows[i].label,
                              m->rows[i].label_len);
            put(m, ",");
            put_label(m, "cause", edge_cause_word(m->rows[i].cause));
            put(m, "} 1\n");
        }
    }
}

/* --- counters ------------------------------------------------------------ */

static void since(metrics_t *m, const family_t *family)
{
    put_name(m, family, "");
    put_moment(m, edge_meter_since(m->source->meter));
}

static void counter(metrics_t *m, const family_t *family)
{
    put_name(m, family, "_total");
    put_value(m,
              edge_meter_read(m->source->meter, (edge_count_t)family->which));
}

/* All of them always: what appears only with its first 1 has no increase. */
static void problems(metrics_t *m, const family_t *family)
{
    int kind;

    for (kind = 0; kind < ACME_PROBLEM_KINDS; kind++) {
        put_name(m, family, "_total{");
        put_label(m, "type", acme_problem_word((acme_problem_kind_t)kind));
        put(m, "}");
        put_value(m, edge_meter_problems(m->source->meter,
                                         (acme_problem_kind_t)kind));
    }
}

static void put_requests(metrics_t *m, const family_t *family,
                         const label_t *label, int ca)
{
    int code;

    for (code = 0; code < EDGE_METER_CODES; code++) {
        apr_uint64_t count = edge_meter_requests(m->source->meter, ca, code);

        if (count == 0 && code != 0) {
            continue;
        }
        put_name(m, family, "_total");
        show_gather_bytes(&m->text, label->text, label->len);
        put(m, ",status=\"");
        if (code == 0) {
            put(m, "none");
        } else {
            show_gather_number(&m->text, (apr_uint64_t)code);
        }
        put(m, "\"}");
        put_value(m, count);
    }
}

static void requests(metrics_t *m, const family_t *family)
{
    int ca;

    for (ca = 0; ca < EDGE_METER_CAS; ca++) {
        const char *name = edge_meter_ca(m->source->meter, ca);

        if (name != NULL) {
            label_t label = open_label("ca", name, m->p);

            put_requests(m, family, &label, ca);
        }
    }
}

/* A number with a point, as OpenMetrics has it for thresholds. */
static void put_bound(metrics_t *m, apr_interval_time_t bound)
{
    char text[32];
    apr_size_t len;

    if (bound == 0) {
        put(m, "+Inf");
        return;
    }
    apr_snprintf(text, sizeof(text), "%d.%02d",
                 (int)(bound / APR_USEC_PER_SEC),
                 (int)(bound % APR_USEC_PER_SEC / 10000));
    len = strlen(text);
    show_gather_bytes(&m->text, text, text[len - 1] == '0' ? len - 1 : len);
}

static void put_durations(metrics_t *m, const family_t *family,
                          const label_t *label, int ca)
{
    edge_durations_t durations;
    apr_uint64_t below = 0;
    int i;

    edge_meter_durations(m->source->meter, ca, &durations);
    for (i = 0; i < EDGE_METER_BUCKETS; i++) {
        below += durations.buckets[i];
        put_name(m, family, "_bucket");
        show_gather_bytes(&m->text, label->text, label->len);
        put(m, ",le=\"");
        put_bound(m, edge_meter_bound(i));
        put(m, "\"}");
        put_value(m, below);
    }
    put_name(m, family, "_count");
    show_gather_bytes(&m->text, label->text, label->len);
    put(m, "}");
    put_value(m, durations.count);
    put_name(m, family, "_sum");
    show_gather_bytes(&m->text, label->text, label->len);
    put(m, "}");
    put_moment(m, durations.total);
}

static void durations(metrics_t *m, const family_t *family)
{
    int ca;

    for (ca = 0; ca < EDGE_METER_CAS; ca++) {
        const char *name = edge_meter_ca(m->source->meter, ca);

        if (name != NULL) {
            label_t label = open_label("ca", name, m->p);

            put_durations(m, family, &label, ca);
        }
    }
}

/* --- the whole ----------------------------------------------------------- */

/* docs/metrics.md says the same. */
static const family_t families[] = {
    {"build", "info", "", "The version of the module.", build, 0},
    {"certificates", "gauge", "", "Certificates that are configured.",
     certificates, 0},
    {"worker_last_tick_timestamp_seconds", "gauge", "seconds",
     "When the worker was seen last; 0: not since the last start.", last_tick,
     0},
    {"worker_trouble", "gauge", "",
     "Whether something keeps the worker from its work.", trouble, 0},
    {"certificate_state", "stateset", "", "Where the certificate stands.",
     states, 0},
    {"certificate_not_before_timestamp_seconds", "gauge", "seconds",
     "From when the live certificate is valid.", moments, NOT_BEFORE},
    {"certificate_not_after_timestamp_seconds", "gauge", "seconds",
     "When the live certificate expires.", moments, NOT_AFTER},
    {"certificate_renewal_due_timestamp_seconds", "gauge", "seconds",
     "When the certificate is to be renewed.", moments, RENEWAL_DUE},
    {"certificate_last_success_timestamp_seconds", "gauge", "seconds",
     "When a CA last issued the certificate.", moments, LAST_SUCCESS},
    {"certificate_next_action_timestamp_seconds", "gauge", "seconds",
     "When something is to be done next.", moments, NEXT_ACTION},
    {"certificate_failed_attempts", "gauge", "", "Failed attempts in a row.",
     failures, 0},
    {"certificate_problem", "info", "", "Why the last attempt failed.", causes,
     0},
};

/* The same of what was counted. */
static const family_t counted[] = {
    {"counters_start_timestamp_seconds", "gauge", "seconds",
     "Since when is counted.", since, 0},
    {"attempts", "counter", "", "Attempts to get a certificate.", counter,
     EDGE_COUNT_ATTEMPTS},
    {"attempts_failed", "counter", "", "Attempts that failed.", counter,
     EDGE_COUNT_ATTEMPTS_FAILED},
    {"orders", "counter", "", "Orders begun.", counter, EDGE_COUNT_ORDERS},
    {"orders_lost", "counter", "", "Orders that came to nothing.", counter,
     EDGE_COUNT_ORDERS_LOST},
    {"issued", "counter", "", "Certificates that CAs have issued.", counter,
     EDGE_COUNT_ISSUED},
    {"deployed", "counter", "", "Certificates that went live.", counter,
     EDGE_COUNT_DEPLOYED},
    {"deployed_hot", "counter", "",
     "Certificates that went live with no restart.", counter,
     EDGE_COUNT_DEPLOYED_HOT},
    {"refused", "counter", "", "Certificates not fit to go live.", counter,
     EDGE_COUNT_REFUSED},
    {"restarts_asked", "counter", "",
     "Graceful restarts that the worker asked for.", counter,
     EDGE_COUNT_RESTARTS_ASKED},
    {"restarts", "counter", "", "Graceful restarts begun by the module.",
     counter, EDGE_COUNT_RESTARTS},
    {"restarts_put_off", "counter", "",
     "Restarts put off, since the configuration would not start.", counter,
     EDGE_COUNT_RESTARTS_PUT_OFF},
    {"challenge_hits", "counter", "", "Challenges answered.", counter,
     EDGE_COUNT_CHALLENGE_HITS},
    {"challenge_misses", "counter", "",
     "Requests for a challenge that nobody has here.", counter,
     EDGE_COUNT_CHALLENGE_MISSES},
    {"challenge_lookups", "counter", "",
     "Look-ups of challenges in the store of all peers.", counter,
     EDGE_COUNT_CHALLENGE_LOOKUPS},
    {"challenge_lookups_refused", "counter", "",
     "Look-ups that were not done, for there were too many.", counter,
     EDGE_COUNT_CHALLENGE_REFUSED},
    {"problems", "counter", "", "Problems that CAs told of.", problems, 0},
    {"ca_requests", "counter", "", "Requests to CAs that have ended.",
     requests, 0},
    {"ca_request_duration_seconds", "histogram", "seconds",
     "How long requests to CAs took.", durations, 0},
};

static void put_families(metrics_t *m, const family_t *family, int count)
{
    for (; count > 0; count--, family++) {
        put(m, "# TYPE ");
        put_name(m, family, " ");
        put(m, family->type);
        if (family->unit[0] != '\0') {
            put(m, "\n# UNIT ");
            put_name(m, family, " ");
            put(m, family->unit);
        }
        put(m, "\n# HELP ");
        put_name(m, family, " ");
        put(m, family->help);
        put(m, "\n");
        family->samples(m, family);
    }
}

static void read_row(row_t *row, const metrics_t *m, int index,
                     edge_status_t *status)
{
    const edge_cert_t *cert =
        APR_ARRAY_IDX(m->source->certs, index, const edge_cert_t *);
    label_t label = open_label("name", cert->name, m->p);

    m->source->status(m->source->ctx, index, status);
    row->label = label.text;
    row->label_len = label.len;
    row->moments[NOT_BEFORE] = status->not_before;
    row->moments[NOT_AFTER] = status->not_after;
    row->moments[RENEWAL_DUE] = status->renew_at;
    row->moments[LAST_SUCCESS] = status->succeeded_at;
    row->moments[NEXT_ACTION] = status->action_at;
    row->phase = status->phase;
    row->attempts = status->attempts;
    row->cause = status->cause;
}

/* A metric has all its samples in one piece, so what they are made of is read
 * before: each status is long. */
static void read_rows(metrics_t *m)
{
    edge_status_t *status = apr_palloc(m->p, sizeof(*status));
    int i;

    m->count = m->source->certs->nelts;
    m->rows = apr_palloc(m->p, ((apr_size_t)m->count + 1) * sizeof(*m->rows));
    for (i = 0; i < m->count; i++) {
        read_row(&m->rows[i], m, i, status);
    }
}

void show_metrics(const show_out_t *out, const show_source_t *source,
                  apr_pool_t *p)
{
    metrics_t *m = apr_palloc(p, sizeof(*m));

    m->text.out = out;
    m->text.len = 0;
    m->source = source;
    m->p = p;
    read_rows(m);
    put_families(m, families, sizeof(families) / sizeof(families[0]));
    if (source->meter != NULL) {
        put_families(m, counted, sizeof(counted) / sizeof(counted[0]));
    }
    put(m, "# EOF\n");
    show_gather_end(&m->text);
}
