#include "edge_catalog.h"

#include "ae_json.h"
#include "edge_catalog_cert.h"

#include <apr_strings.h>
#include <string.h>

#define NAME "config.json"
#define VERSION 1

/* Thousands of hosts, with many names each. */
#define BYTES_MAX (64 * 1024 * 1024)

/* --- writing ------------------------------------------------------------ */

/* Everybody may read the file. */
static void print_proxy(json_t *json, const char *proxy)
{
    if (proxy && strchr(proxy, '@')) {
        json_object_set_new(json, "proxyHidden", json_true());
    } else if (proxy) {
        json_object_set_new(json, "proxy", json_string(proxy));
    }
}

static const char *print(const edge_catalog_t *catalog, apr_pool_t *p)
{
    json_t *json = ae_json_keep(json_object(), p);
    json_t *list = json_array();
    int i;

    for (i = 0; i < catalog->certs->nelts; i++) {
        json_array_append_new(
            list,
            edge_catalog_print_cert(
                APR_ARRAY_IDX(catalog->certs, i, const edge_cert_t *), p));
    }
    json_object_set_new(json, "version", json_integer(VERSION));
    json_object_set_new(json, "restartsItself",
                        json_boolean(catalog->restarts_itself));
    json_object_set_new(json, "isHot", json_boolean(catalog->is_hot));
    json_object_set_new(json, "opensPort", json_boolean(catalog->opens_port));
    print_proxy(json, catalog->proxy);
    if (catalog->findings) {
        json_object_set_new(json, "findings",
                            edge_findings_print(catalog->findings));
    }
    json_object_set_new(json, "certificates", list);
    return apr_pstrcat(p, ae_json_print(json, p), "\n", NULL);
}

static int is_same(const char *path, ae_bytes_t bytes, apr_pool_t *p)
{
    ae_bytes_t found;
    ae_error_t ignored;

    return ae_file_read(&found, path, BYTES_MAX, &ignored, p) == APR_SUCCESS &&
           found.len == bytes.len &&
           memcmp(found.data, bytes.data, bytes.len) == 0;
}

apr_status_t edge_catalog_save(const edge_store_t *store,
                               const edge_catalog_t *catalog, ae_error_t *err,
                               apr_pool_t *p)
{
    static const ae_file_owner_t ourselves = {(uid_t)-1, (gid_t)-1};
    apr_status_t status = APR_SUCCESS;
    const char *text, *path;
    apr_pool_t *ptemp;
    ae_bytes_t bytes;

    apr_pool_create(&ptemp, p);
    text = print(catalog, ptemp);
    path = edge_store_path(store, ptemp, NAME, NULL);
    bytes.data = (const unsigned char *)text;
    bytes.len = strlen(text);
    if (!is_same(path, bytes, ptemp)) {
        status = ae_file_write(path, bytes, 0644, ourselves, AE_FILE_VOLATILE,
                               err, ptemp);
    }
    apr_pool_destroy(ptemp);
    return status;
}

/* --- reading ------------------------------------------------------------ */

static apr_status_t refuse(ae_error_t *err, apr_status_t status,
                           const char *path, const char *why)
{
    ae_error_set(err, status, "%s is damaged", path);
    ae_error_why(err, "%s", why);
    return ae_error_next(err, "restart httpd, which writes it anew");
}

/* @return whether it is absent or good */
static int take_findings(edge_catalog_t *catalog, const json_t *json,
                         apr_pool_t *p)
{
    const json_t *list = json_object_get(json, "findings");

    catalog->findings = list ? edge_findings_take(list, p) : NULL;
    return list == NULL || catalog->findings != NULL;
}

static apr_status_t take(edge_catalog_t *catalog, const json_t *json,
                         const char *path, ae_error_t *err, apr_pool_t *p)
{
    const json_t *list = ae_json_get_array(json, "certificates");
    apr_array_header_t *certs =
        apr_array_make(p, 8, sizeof(const edge_cert_t *));
    edge_cert_t *previous = NULL;
    size_t i;

    if (list == NULL) {
        return refuse(err, AE_EFORMAT, path, "it lists no certificates");
    }
    for (i = 0; i < json_array_size(list); i++) {
        edge_cert_t *cert =
            edge_catalog_take_cert(json_array_get(list, i), previous, p);

        if (cert == NULL) {
            return refuse(err, AE_EFORMAT, path,
                          "a certificate in it has members that cannot be "
                          "right");
        }
        APR_ARRAY_PUSH(certs, const edge_cert_t *) = cert;
        previous = cert;
    }
    if (!take_findings(catalog, json, p)) {
        return refuse(err, AE_EFORMAT, path,
                      "what it says was found cannot be right");
    }
    catalog->certs = certs;
    catalog->proxy = edge_catalog_take_text(json_object_get(json, "proxy"), p);
    catalog->proxy_hidden = ae_json_get_bool(json, "proxyHidden", 0);
    catalog->opens_port = ae_json_get_bool(json, "opensPort", 0);
    catalog->is_hot = ae_json_get_bool(json, "isHot", 0);
    catalog->restarts_itself = ae_json_get_bool(json, "restartsItself", 1);
    return APR_SUCCESS;
}

static apr_status_t check_version(const json_t *json, const char *path,
                                  ae_error_t *err)
{
    apr_int64_t found = ae_json_get_int(json, "version", 0);

    if (found > VERSION) {
        ae_error_set(err, AE_EVERSION, "%s is of version %" APR_INT64_T_FMT,
                     path, found);
        ae_error_why(err, "this program knows version %d", VERSION);
        return ae_error_next(err, "use the acme-edge that was installed with "
                                  "the module");
    }
    return found == VERSION
               ? APR_SUCCESS
               : refuse(err, AE_EFORMAT, path, "it has no version");
}

static apr_status_t missing(ae_error_t *err, const char *path)
{
    ae_error_set(err, APR_ENOENT, "There is no %s", path);
    ae_error_why(err, "no httpd with this version of the module has started "
                      "with this store");
    return ae_error_next(err, "restart httpd, or name the directory that "
                              "ACMEStore names");
}

static apr_status_t load(edge_catalog_t *catalog, const char *path,
                         ae_error_t *err, apr_pool_t *p, apr_pool_t *ptemp)
{
    json_t *json;
    ae_bytes_t bytes;
    ae_error_t cause;
    apr_status_t status = ae_file_read(&bytes, path, BYTES_MAX, err, ptemp);

    if (status != APR_SUCCESS) {
        return APR_STATUS_IS_ENOENT(status) ? missing(err, path) : status;
    }
    status = ae_json_parse_large(&json, (const char *)bytes.data, bytes.len,
                                 BYTES_MAX, &cause, ptemp);
    if (status != APR_SUCCESS) {
        return refuse(err, status, path, cause.why);
    }
    status = check_version(json, path, err);
    return status == APR_SUCCESS ? take(catalog, json, path, err, p) : status;
}

apr_status_t edge_catalog_load(edge_catalog_t *catalog, const char *store_dir,
                               ae_error_t *err, apr_pool_t *p)
{
    apr_pool_t *ptemp;
    apr_status_t status;

    apr_pool_create(&ptemp, p);
    status = load(catalog, apr_pstrcat(p, store_dir, "/" NAME, NULL), err, p,
                  ptemp);
    apr_pool_destroy(ptemp);
    return status;
}
