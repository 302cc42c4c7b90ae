#include "net_look_own.h"

#include "ae_time.h"
#include "net_clock.h"

#include <apr_hash.h>
#include <apr_strings.h>

/* For curl, for which nothing at all means without end. */
#define SPAN_MIN apr_time_from_msec(1)

#define CLOCK_OFF_MAX apr_time_from_sec(300)

/* --- how long ------------------------------------------------------------ */

apr_interval_time_t net_look_left(const net_look_t *look,
                                  apr_interval_time_t most)
{
    apr_interval_time_t left = look->until - net_clock_steady();

    if (look->until == 0 || left > most) {
        return most;
    }
    return left > SPAN_MIN ? left : SPAN_MIN;
}

int net_look_is_late(json_t *rows, const char *about, const net_look_t *look)
{
    if (look->until == 0 || net_clock_steady() < look->until) {
        return 0;
    }
    edge_rows_add(rows, EDGE_ROW_OPEN, about, "no time was left to look",
                  "acme-edge check takes the time that it needs");
    return 1;
}

/* --- each CA once ------------------------------------------------------- */

typedef struct cas_t {
    apr_hash_t *known; /* by URL and trust file: net_look_ca_t */
    apr_hash_t *seen;  /* names, with their CAs */
    int clock_known;
    apr_interval_time_t clock_off;
    apr_pool_t *p;
} cas_t;

static net_look_ca_t *find_ca(json_t *rows, cas_t *cas,
                              const edge_provider_t *provider,
                              const edge_cert_t *cert, const net_look_t *look)
{
    const char *key =
        apr_pstrcat(cas->p, provider->directory_url, " ",
                    cert->trust_file ? cert->trust_file : "", NULL);
    net_look_ca_t *ca = apr_hash_get(cas->known, key, APR_HASH_KEY_STRING);
    apr_interval_time_t off;

    if (ca == NULL) {
        ca = apr_pcalloc(cas->p, sizeof(*ca));
        ca->provider = provider;
        ca->trust_file = cert->trust_file;
        apr_hash_set(cas->known, key, APR_HASH_KEY_STRING, ca);
        if (net_look_at_ca(rows, ca, &off, look, cas->p) &&
            !cas->clock_known) {
            cas->clock_known = 1;
            cas->clock_off = off;
        }
    }
    return ca;
}

static const apr_array_header_t *find_cas(json_t *rows, cas_t *cas,
                                          const edge_cert_t *cert,
                                          const net_look_t *look)
{
    apr_array_header_t *list =
        apr_array_make(cas->p, 1, sizeof(net_look_ca_t *));
    int i;

    for (i = 0; i < cert->providers->nelts; i++) {
        APR_ARRAY_PUSH(list, net_look_ca_t *) =
            find_ca(rows, cas,
                    APR_ARRAY_IDX(cert->providers, i, const edge_provider_t *),
                    cert, look);
    }
    return list;
}

static void look_at_clock(json_t *rows, const cas_t *cas, apr_pool_t *p)
{
    apr_interval_time_t off =
        cas->clock_off < 0 ? -cas->clock_off : cas->clock_off;

    if (!cas->clock_known) {
        edge_rows_add(rows, EDGE_ROW_OPEN, "clock",
                      "no CA told its time to compare with", "");
    } else if (off > CLOCK_OFF_MAX) {
        edge_rows_add(rows, EDGE_ROW_FAILED, "clock",
                      apr_psprintf(p, "it is %s %s the CA's",
                                   ae_time_print_span(off, p),
                                   cas->clock_off > 0 ? "behind" : "ahead of"),
                      "set it right, and keep it so by NTP: a new certificate "
                      "may count as expired or not valid yet");
    } else {
        edge_rows_add(rows, EDGE_ROW_PASSED, "clock",
                      "it agrees with the CA's", "");
    }
}

/* --- everything --------------------------------------------------------- */

/* Several certificates may have one name, of each key type one. */
static int is_seen(const cas_t *cas, const char *name,
                   const apr_array_header_t *list)
{
    const char *key = name;
    int i;

    for (i = 0; i < list->nelts; i++) {
        key = apr_psprintf(cas->p, "%s %p", key,
                           (void *)APR_ARRAY_IDX(list, i, net_look_ca_t *));
    }
    if (apr_hash_get(cas->seen, key, APR_HASH_KEY_STRING)) {
        return 1;
    }
    apr_hash_set(cas->seen, key, APR_HASH_KEY_STRING, key);
    return 0;
}

static void look_at_names(json_t *rows, const cas_t *cas,
                          const edge_cert_t *cert,
                          const apr_array_header_t *list,
                          const net_look_t *look)
{
    apr_pool_t *ptemp;
    int i;

    apr_pool_create(&ptemp, cas->p);
    for (i = 0; i < cert->names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(cert->names, i, const char *);

        if (!is_seen(cas, name, list)) {
            if (look->tell) {
                look->tell(look->ctx, name);
            }
            net_look_at_name(rows, name, cert->peers, list, look, ptemp);
            apr_pool_clear(ptemp);
        }
    }
    apr_pool_destroy(ptemp);
}

json_t *net_look(const net_look_t *look, apr_pool_t *p)
{
    json_t *rows = json_array();
    json_t *names = json_array();
    cas_t cas = {.known = apr_hash_make(p), .seen = apr_hash_make(p), .p = p};
    int i;

    net_look_at_store(rows, look, p);
    for (i = 0; i < look->certs->nelts; i++) {
        const edge_cert_t *cert =
            APR_ARRAY_IDX(look->certs, i, const edge_cert_t *);

        look_at_names(names, &cas, cert, find_cas(rows, &cas, cert, look),
                      look);
    }
    look_at_clock(rows, &cas, p);
    json_array_extend(rows, names);
    json_decref(names);
    return rows;
}
