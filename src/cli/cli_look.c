#include "cli_look.h"

#include "ae_json.h"
#include "ae_time.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define CLOCK_OFF_MAX apr_time_from_sec(300)
#define SPACE_MIN (1024 * 1024)

/* --- the store, as the worker has it ------------------------------------ */

static void look_at_space(json_t *rows, const char *dir)
{
    struct statvfs disk;

    if (statvfs(dir, &disk) == 0 && disk.f_blocks > 0 &&
        (unsigned long long)disk.f_bavail * disk.f_frsize < SPACE_MIN) {
        cli_rows_add(rows, CLI_MISSED, "disk",
                     "less than a megabyte is left for the store",
                     "make room: without it nothing is ordered or deployed");
    }
}

static void look_at_store(json_t *rows, const cli_look_t *look, apr_pool_t *p)
{
    static const char *const dirs[] = {"accounts", "staging", "state",
                                       "requests", "kept"};
    int wrong = 0;
    apr_size_t i;

    for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
        const char *path = edge_store_path(look->cli->store, p, dirs[i], NULL);

        if (access(path, R_OK | W_OK | X_OK) != 0) {
            wrong = 1;
            cli_rows_add(rows, CLI_MISSED, "store",
                         apr_psprintf(p,
                                      "%s cannot be written by the user that "
                                      "httpd's children run as: %s",
                                      path, strerror(errno)),
                         "restart httpd, which sets owners and modes right; "
                         "let that user pass through all directories above");
        }
    }
    if (!wrong) {
        cli_rows_add(rows, CLI_PASSED, "store",
                     edge_store_dir(look->cli->store), "");
    }
    look_at_space(rows, edge_store_dir(look->cli->store));
}

/* --- each CA once ------------------------------------------------------- */

typedef struct cas_t {
    apr_hash_t *known; /* by URL and trust file: cli_ca_t */
    apr_hash_t *seen;  /* names, with their CAs */
    int clock_known;
    apr_interval_time_t clock_off;
    apr_pool_t *p;
} cas_t;

static cli_ca_t *find_ca(json_t *rows, cas_t *cas,
                         const edge_provider_t *provider,
                         const edge_cert_t *cert, const cli_look_t *look)
{
    const char *key =
        apr_pstrcat(cas->p, provider->directory_url, " ",
                    cert->trust_file ? cert->trust_file : "", NULL);
    cli_ca_t *ca = apr_hash_get(cas->known, key, APR_HASH_KEY_STRING);
    apr_interval_time_t off;

    if (ca == NULL) {
        ca = apr_pcalloc(cas->p, sizeof(*ca));
        ca->provider = provider;
        ca->trust_file = cert->trust_file;
        apr_hash_set(cas->known, key, APR_HASH_KEY_STRING, ca);
        if (cli_look_at_ca(rows, ca, &off, look, cas->p) &&
            !cas->clock_known) {
            cas->clock_known = 1;
            cas->clock_off = off;
        }
    }
    return ca;
}

static const apr_array_header_t *find_cas(json_t *rows, cas_t *cas,
                                          const edge_cert_t *cert,
                                          const cli_look_t *look)
{
    apr_array_header_t *list = apr_array_make(cas->p, 1, sizeof(cli_ca_t *));
    int i;

    for (i = 0; i < cert->providers->nelts; i++) {
        APR_ARRAY_PUSH(list, cli_ca_t *) =
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
        cli_rows_add(rows, CLI_OPEN, "clock",
                     "no CA told its time to compare with", "");
    } else if (off > CLOCK_OFF_MAX) {
        cli_rows_add(rows, CLI_MISSED, "clock",
                     apr_psprintf(p, "it is %s %s the CA's",
                                  ae_time_print_span(off, p),
                                  cas->clock_off > 0 ? "behind" : "ahead of"),
                     "set it right, and keep it so by NTP: a new certificate "
                     "may count as expired or not valid yet");
    } else {
        cli_rows_add(rows, CLI_PASSED, "clock", "it agrees with the CA's", "");
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
                           (void *)APR_ARRAY_IDX(list, i, cli_ca_t *));
    }
    if (apr_hash_get(cas->seen, key, APR_HASH_KEY_STRING)) {
        return 1;
    }
    apr_hash_set(cas->seen, key, APR_HASH_KEY_STRING, key);
    return 0;
}

/* It may take long, where nobody answers. */
static void tell_progress(const cli_look_t *look, const char *name)
{
    if (!look->cli->args->json && isatty(STDERR_FILENO)) {
        fprintf(stderr, "looking at %s\n", name);
    }
}

static void look_at_names(json_t *rows, const cas_t *cas,
                          const edge_cert_t *cert,
                          const apr_array_header_t *list,
                          const cli_look_t *look)
{
    apr_pool_t *ptemp;
    int i;

    apr_pool_create(&ptemp, cas->p);
    for (i = 0; i < cert->names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(cert->names, i, const char *);

        if (!is_seen(cas, name, list)) {
            tell_progress(look, name);
            cli_look_at_name(rows, name, list, look, ptemp);
            apr_pool_clear(ptemp);
        }
    }
    apr_pool_destroy(ptemp);
}

static json_t *look_at_all(const cli_look_t *look, apr_pool_t *p)
{
    json_t *rows = json_array();
    json_t *names = json_array();
    cas_t cas = {.known = apr_hash_make(p), .seen = apr_hash_make(p), .p = p};
    int i;

    look_at_store(rows, look, p);
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

void cli_look(void *ctx, int out)
{
    const cli_look_t *look = ctx;
    apr_pool_t *p = look->cli->p;
    const char *text;
    apr_size_t len;
    ssize_t sent = 1;

    /* A CA may cut its connection at any time. */
    signal(SIGPIPE, SIG_IGN);
    text = ae_json_print(
        ae_json_keep(json_pack("{s:o}", "rows", look_at_all(look, p)), p), p);
    for (len = strlen(text); len > 0 && sent > 0; len -= (apr_size_t)sent) {
        sent = write(out, text, len);
        text += sent > 0 ? sent : 0;
        if (sent < 0) {
            return;
        }
    }
}
