#include "net_dns.h"

#include "edge_caa.h"

#include <apr_strings.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>

#define TYPE_CAA 257
#define ANSWER_BYTES 65536
#define RETRY_SECONDS 3
#define TRIES 2

/* --- CAA ---------------------------------------------------------------- */

typedef struct asker_t {
    struct __res_state state;
    unsigned char *answer;
} asker_t;

static apr_status_t unanswered(ae_error_t *err, const char *name, int code)
{
    ae_error_set(err, APR_EGENERAL, "The CAA records of %s are not told",
                 name);
    return ae_error_why(err, "%s",
                        code == TRY_AGAIN
                            ? "no name server answers, or the one that does "
                              "reports a failure"
                            : hstrerror(code));
}

/* Where there is no such name, or nothing of that type: no records. That from
 * a server that does not say that it asks others, the library takes for a
 * failure. */
static int is_none(const asker_t *asker, int code)
{
    ae_bytes_t bytes = {asker->answer, ANSWER_BYTES};

    return code == HOST_NOT_FOUND || code == NO_DATA ||
           (code == TRY_AGAIN && edge_caa_is_none(bytes));
}

static apr_status_t ask(apr_array_header_t **records, asker_t *asker,
                        const char *name, ae_error_t *err, apr_pool_t *p)
{
    ae_bytes_t bytes = {asker->answer, 0};
    int len;

    memset(asker->answer, 0, ANSWER_BYTES);
    len = res_nquery(&asker->state, name, ns_c_in, TYPE_CAA, asker->answer,
                     ANSWER_BYTES);
    if (len >= 0) {
        bytes.len = len < ANSWER_BYTES ? (apr_size_t)len : ANSWER_BYTES;
        return edge_caa_parse(records, bytes, err, p);
    }
    if (!is_none(asker, asker->state.res_h_errno)) {
        return unanswered(err, name, asker->state.res_h_errno);
    }
    *records = apr_array_make(p, 1, sizeof(edge_caa_t));
    return APR_SUCCESS;
}

/* RFC 8659 section 3: up to the last label, not to the root. */
static apr_status_t climb(apr_array_header_t **records, const char **where,
                          asker_t *asker, const char *name, ae_error_t *err,
                          apr_pool_t *p)
{
    apr_status_t status = APR_SUCCESS;
    const char *dot = name;

    *where = NULL;
    while (dot != NULL) {
        status = ask(records, asker, name, err, p);
        if (status != APR_SUCCESS || (*records)->nelts > 0) {
            *where = name;
            return status;
        }
        dot = strchr(name, '.');
        name = dot ? dot + 1 : name;
    }
    return status;
}

apr_status_t net_dns_caa(apr_array_header_t **records, const char **where,
                         const char *name, ae_error_t *err, apr_pool_t *p)
{
    asker_t *asker = apr_pcalloc(p, sizeof(*asker));
    apr_status_t status;

    asker->answer = apr_palloc(p, ANSWER_BYTES);
    if (res_ninit(&asker->state) != 0) {
        ae_error_set(err, APR_EGENERAL, "No name server can be asked");
        return ae_error_why(err, "/etc/resolv.conf cannot be read");
    }
    asker->state.retrans = RETRY_SECONDS;
    asker->state.retry = TRIES;
    status = climb(records, where, asker, name, err, p);
    res_nclose(&asker->state);
    return status;
}
