#include "net_resolve.h"

#include "net_dns.h"

#include <apr_strings.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>

#define ADDRESSES_MAX 64

struct net_resolve_t {
    struct gaicb request;
    struct addrinfo hints;
    int refused;         /* it could not even be asked: why */
    net_resolve_t *next; /* in left_behind */
    char name[NI_MAXHOST];
};

/* Nothing that ends with a worker can hold what its resolver still works on;
 * who comes next in this process gives it back. */
static net_resolve_t *left_behind;

/* With a type, or each address would come three times. */
static const struct addrinfo usual_hints = {.ai_family = AF_UNSPEC,
                                            .ai_socktype = SOCK_STREAM};

/* --- what is told -------------------------------------------------------- */

static void add(apr_array_header_t *list, const struct addrinfo *info)
{
    char text[NI_MAXHOST];

    if (list->nelts < ADDRESSES_MAX &&
        getnameinfo(info->ai_addr, info->ai_addrlen, text, sizeof(text), NULL,
                    0, NI_NUMERICHOST) == 0 &&
        !ae_text_is_among(list, text)) {
        APR_ARRAY_PUSH(list, const char *) = apr_pstrdup(list->pool, text);
    }
}

static apr_status_t no_address(ae_error_t *err, const char *name, int code)
{
    apr_status_t status =
        code == EAI_NONAME || code == EAI_NODATA ? APR_ENOENT : APR_EGENERAL;

    ae_error_set(err, status, "%s has no address", name);
    return ae_error_why(err, "%s", gai_strerror(code));
}

static apr_status_t tell(const apr_array_header_t **addresses,
                         const char *name, int code,
                         const struct addrinfo *found, ae_error_t *err,
                         apr_pool_t *p)
{
    apr_array_header_t *list = apr_array_make(p, 2, sizeof(const char *));
    const struct addrinfo *info;

    if (code != 0) {
        return no_address(err, name, code);
    }
    for (info = found; info; info = info->ai_next) {
        add(list, info);
    }
    *addresses = list;
    return list->nelts ? APR_SUCCESS : no_address(err, name, EAI_NODATA);
}

apr_status_t net_dns_addresses(const apr_array_header_t **addresses,
                               const char *name, ae_error_t *err,
                               apr_pool_t *p)
{
    struct addrinfo *found = NULL;
    int code = getaddrinfo(name, NULL, &usual_hints, &found);
    apr_status_t status = tell(addresses, name, code, found, err, p);

    if (code == 0) {
        freeaddrinfo(found);
    }
    return status;
}

/* --- without waiting ----------------------------------------------------- */

/* Of no pool: a resolver that hangs may keep it for longer than any lives. */
net_resolve_t *net_resolve_begin(const char *name)
{
    net_resolve_t *resolve = calloc(1, sizeof(*resolve));
    struct gaicb *list[1];

    if (resolve == NULL) {
        abort(); /* as httpd's pools do */
    }
    apr_cpystrn(resolve->name, name, sizeof(resolve->name));
    resolve->hints = usual_hints;
    resolve->request.ar_name = resolve->name;
    resolve->request.ar_request = &resolve->hints;
    list[0] = &resolve->request;
    resolve->refused = getaddrinfo_a(GAI_NOWAIT, list, 1, NULL);
    return resolve;
}

static int code_of(const net_resolve_t *resolve)
{
    return resolve->refused ? resolve->refused
                            : gai_error((struct gaicb *)&resolve->request);
}

int net_resolve_is_over(const net_resolve_t *resolve)
{
    return code_of(resolve) != EAI_INPROGRESS;
}

apr_status_t net_resolve_take(const apr_array_header_t **addresses,
                              const net_resolve_t *resolve, ae_error_t *err,
                              apr_pool_t *p)
{
    return tell(addresses, resolve->request.ar_name, code_of(resolve),
                resolve->request.ar_result, err, p);
}

static void give_back(net_resolve_t *resolve)
{
    if (resolve->request.ar_result != NULL) {
        freeaddrinfo(resolve->request.ar_result);
    }
    free(resolve);
}

static void give_back_left(void)
{
    net_resolve_t **place = &left_behind;

    while (*place != NULL) {
        net_resolve_t *one = *place;

        if (net_resolve_is_over(one)) {
            *place = one->next;
            give_back(one);
        } else {
            place = &one->next;
        }
    }
}

/* Not by gai_cancel, which loses memory of its own for each. */
void net_resolve_end(net_resolve_t *resolve)
{
    resolve->next = left_behind;
    left_behind = resolve;
    give_back_left();
}
