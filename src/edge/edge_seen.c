#include "edge_seen.h"

#include "edge_digest.h"
#include "edge_record.h"

#include <apr_strings.h>
#include <string.h>

#define CERT ".cert"
#define SEEN ".seen"

static const char *path_of(const char *cert_path, apr_pool_t *p)
{
    apr_size_t len = strlen(cert_path) - strlen(CERT);

    return apr_pstrcat(p, apr_pstrmemdup(p, cert_path, len), SEEN, NULL);
}

/* --- keeping ------------------------------------------------------------ */

static json_t *names_print(const apr_array_header_t *names)
{
    json_t *json = json_array();
    int i;

    for (i = 0; i < names->nelts; i++) {
        json_array_append_new(
            json, json_string(APR_ARRAY_IDX(names, i, const char *)));
    }
    return json;
}

static ae_bytes_t print(ae_bytes_t chain, ae_bytes_t key,
                        const ae_cert_facts_t *facts, apr_pool_t *p)
{
    json_t *json = ae_json_keep(json_object(), p);
    ae_bytes_t text;

    json_object_set_new(json, "chain",
                        json_string(edge_digest_bytes(chain, p)));
    json_object_set_new(json, "key", json_string(edge_digest_bytes(key, p)));
    json_object_set_new(json, "serial", json_string(facts->serial));
    json_object_set_new(json, "issuer", json_string(facts->issuer));
    json_object_set_new(json, "not_before", json_integer(facts->not_before));
    json_object_set_new(json, "not_after", json_integer(facts->not_after));
    json_object_set_new(json, "names", names_print(facts->names));
    text.data = (const unsigned char *)ae_json_print(json, p);
    text.len = strlen((const char *)text.data);
    return text;
}

void edge_seen_keep(const char *cert_path, ae_bytes_t chain, ae_bytes_t key,
                    const ae_cert_facts_t *facts, apr_pool_t *p)
{
    static const ae_file_owner_t writer = {(uid_t)-1, (gid_t)-1};
    ae_error_t ignored;
    apr_status_t status =
        ae_file_write(path_of(cert_path, p), print(chain, key, facts, p), 0644,
                      writer, AE_FILE_VOLATILE, &ignored, p);

    (void)status;
}

ae_bytes_t edge_seen_join(ae_bytes_t chain, ae_bytes_t key,
                          const ae_cert_facts_t *facts, apr_pool_t *p)
{
    ae_bytes_t seen = print(chain, key, facts, p);
    ae_bytes_t file;

    file.data = (const unsigned char *)apr_psprintf(
        p, "%s\n%.*s", (const char *)seen.data, (int)chain.len,
        (const char *)chain.data);
    file.len = seen.len + 1 + chain.len;
    return file;
}

/* --- looking ------------------------------------------------------------ */

static int is_same(ae_bytes_t bytes, const json_t *json, const char *member,
                   apr_pool_t *p)
{
    const char *kept = ae_json_get_string(json, member, p);

    return kept && strcmp(kept, edge_digest_bytes(bytes, p)) == 0;
}

static int is_same_file(const char *path, const json_t *json,
                        const char *member, apr_pool_t *p)
{
    ae_error_t ignored;
    ae_bytes_t bytes;

    return ae_file_read(&bytes, path, AE_CERT_CHAIN_BYTES_MAX, &ignored, p) ==
               APR_SUCCESS &&
           is_same(bytes, json, member, p);
}

static apr_array_header_t *names_read(const json_t *json, apr_pool_t *p)
{
    const json_t *all = ae_json_get_array(json, "names");
    apr_array_header_t *names = apr_array_make(p, 4, sizeof(const char *));
    apr_size_t i;

    for (i = 0; i < json_array_size(all); i++) {
        const char *name = json_string_value(json_array_get(all, i));

        if (name == NULL) {
            return NULL;
        }
        APR_ARRAY_PUSH(names, const char *) = apr_pstrdup(p, name);
    }
    return all ? names : NULL;
}

static const ae_cert_facts_t *facts_read(const json_t *json, apr_pool_t *p)
{
    ae_cert_facts_t *facts = apr_pcalloc(p, sizeof(*facts));

    facts->subject = facts->sha256 = "";
    facts->serial = ae_json_get_string(json, "serial", p);
    facts->issuer = ae_json_get_string(json, "issuer", p);
    facts->names = names_read(json, p);
    return facts->serial && facts->issuer && facts->names &&
                   edge_record_get_time(&facts->not_before, json,
                                        "not_before") &&
                   edge_record_get_time(&facts->not_after, json, "not_after")
               ? facts
               : NULL;
}

static const ae_cert_facts_t *look(const char *cert_path, const char *key_path,
                                   apr_pool_t *p, apr_pool_t *ptemp)
{
    ae_error_t ignored;
    json_t *json;

    if (edge_record_read(&json, path_of(cert_path, ptemp), &ignored, ptemp) !=
            APR_SUCCESS ||
        !is_same_file(cert_path, json, "chain", ptemp) ||
        (key_path && !is_same_file(key_path, json, "key", ptemp))) {
        return NULL;
    }
    return facts_read(json, p);
}

const ae_cert_facts_t *edge_seen_pair(const char *cert_path,
                                      const char *key_path, apr_pool_t *p)
{
    const ae_cert_facts_t *facts;
    apr_pool_t *ptemp;

    apr_pool_create(&ptemp, p);
    facts = look(cert_path, key_path, p, ptemp);
    apr_pool_destroy(ptemp);
    return facts;
}

const ae_cert_facts_t *edge_seen_chain(const char *cert_path, apr_pool_t *p)
{
    return edge_seen_pair(cert_path, NULL, p);
}

static const ae_cert_facts_t *look_joined(const char *path,
                                          const char *key_path, apr_pool_t *p,
                                          apr_pool_t *ptemp)
{
    ae_bytes_t file, chain;
    ae_error_t ignored;
    json_t *json;

    if (ae_file_read(&file, path, AE_CERT_CHAIN_BYTES_MAX, &ignored, ptemp) !=
        APR_SUCCESS) {
        return NULL;
    }
    chain.data = memchr(file.data, '\n', file.len);
    if (chain.data == NULL ||
        ae_json_parse(&json, (const char *)file.data,
                      (apr_size_t)(chain.data - file.data), &ignored,
                      ptemp) != APR_SUCCESS) {
        return NULL;
    }
    chain.data++;
    chain.len = file.len - (apr_size_t)(chain.data - file.data);
    return is_same(chain, json, "chain", ptemp) &&
                   is_same_file(key_path, json, "key", ptemp)
               ? facts_read(json, p)
               : NULL;
}

const ae_cert_facts_t *edge_seen_joined(const char *path, const char *key_path,
                                        apr_pool_t *p)
{
    const ae_cert_facts_t *facts;
    apr_pool_t *ptemp;

    apr_pool_create(&ptemp, p);
    facts = look_joined(path, key_path, p, ptemp);
    apr_pool_destroy(ptemp);
    return facts;
}
