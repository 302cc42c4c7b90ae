#include "edge_request.h"

#include "edge_record.h"

#include <apr_strings.h>
#include <assert.h>
#include <string.h>
#include <sys/stat.h>

static const char *const verb_words[] = {
    [EDGE_REQUEST_SIGN] = "sign",       [EDGE_REQUEST_DEPLOY] = "deploy",
    [EDGE_REQUEST_DISCARD] = "discard", [EDGE_REQUEST_LOOK] = "look",
    [EDGE_REQUEST_REMOVE] = "remove",
};
static_assert(sizeof(verb_words) / sizeof(verb_words[0]) == EDGE_REQUEST_VERBS,
              "each verb has a word");

const char *edge_request_word(edge_request_verb_t verb)
{
    return verb_words[verb];
}

static const char *path_of(const edge_store_t *store, const edge_cert_t *cert,
                           edge_request_verb_t verb, apr_pool_t *p)
{
    return edge_store_path(
        store, p, "requests",
        apr_pstrcat(p, cert->dir, ".", verb_words[verb], NULL), NULL);
}

static apr_status_t put(const edge_store_t *store, const char *path,
                        const char *serial, apr_time_t now, ae_error_t *err,
                        apr_pool_t *p)
{
    json_t *json = ae_json_keep(json_object(), p);
    ae_bytes_t bytes;
    const char *text;

    json_object_set_new(json, "at", json_integer(now));
    json_object_set_new(json, "serial", json_string(serial));
    text = apr_pstrcat(p, ae_json_print(json, p), "\n", NULL);
    bytes.data = (const unsigned char *)text;
    bytes.len = strlen(text);
    return ae_file_write(path, bytes, 0600, edge_store_worker(store),
                         AE_FILE_DURABLE, err, p);
}

apr_status_t edge_request_put(const edge_store_t *store,
                              const edge_cert_t *cert,
                              edge_request_verb_t verb, const char *serial,
                              apr_time_t now, ae_error_t *err, apr_pool_t *p)
{
    edge_request_t request;
    apr_pool_t *ptemp;
    apr_status_t status;

    if (strlen(serial) >= sizeof(request.serial)) {
        ae_error_set(err, APR_EINVAL, "Cannot ask for the certificate %s",
                     cert->name);
        return ae_error_why(err, "no serial is as long as \"%.80s\"", serial);
    }
    apr_pool_create(&ptemp, p);
    status =
        put(store, path_of(store, cert, verb, ptemp), serial, now, err, ptemp);
    apr_pool_destroy(ptemp);
    return status;
}

static int take(edge_request_t *request, const json_t *json)
{
    return edge_record_get_time(&request->at, json, "at") &&
           request->at != 0 &&
           edge_record_get_text(request->serial, sizeof(request->serial), json,
                                "serial");
}

void edge_request_find(edge_request_t *request, const edge_store_t *store,
                       const edge_cert_t *cert, edge_request_verb_t verb,
                       apr_pool_t *p)
{
    json_t *json;
    ae_error_t ignored;
    apr_pool_t *ptemp;

    memset(request, 0, sizeof(*request));
    apr_pool_create(&ptemp, p);
    if (edge_record_read(&json, path_of(store, cert, verb, ptemp), &ignored,
                         ptemp) == APR_SUCCESS &&
        take(request, json)) {
        request->found = 1;
    } else {
        memset(request, 0, sizeof(*request));
    }
    apr_pool_destroy(ptemp);
}

apr_status_t edge_request_sign(edge_request_t *request, int *joined,
                               const edge_store_t *store,
                               const edge_cert_t *cert, apr_time_t now,
                               ae_error_t *err, apr_pool_t *p)
{
    edge_request_find(request, store, cert, EDGE_REQUEST_SIGN, p);
    *joined = request->found;
    if (request->found) {
        return APR_SUCCESS;
    }
    request->found = 1;
    request->at = now;
    return edge_request_put(store, cert, EDGE_REQUEST_SIGN, "", now, err, p);
}

apr_status_t edge_request_drop(const edge_store_t *store,
                               const edge_cert_t *cert,
                               edge_request_verb_t verb, ae_error_t *err,
                               apr_pool_t *p)
{
    return ae_file_remove(path_of(store, cert, verb, p), err, p);
}

apr_time_t edge_request_stamp(const edge_store_t *store, apr_pool_t *p)
{
    struct stat info;

    if (stat(edge_store_path(store, p, "requests", NULL), &info) != 0) {
        return 0;
    }
    return apr_time_make(info.st_mtim.tv_sec, info.st_mtim.tv_nsec / 1000);
}
