#include "show_decoded.h"

#include "ae_json.h"
#include "ae_time.h"
#include "edge_differ.h"
#include "show_columns.h"

/* --- JSON --------------------------------------------------------------- */

static json_t *print_link(const ae_cert_link_t *link, apr_pool_t *p)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "subject",
                     link->subject, "issuer", link->issuer, "serial",
                     link->serial, "notBefore",
                     ae_time_print(link->not_before, p), "notAfter",
                     ae_time_print(link->not_after, p), "keyType", link->key,
                     "sha256", link->sha256, "sha1", link->sha1);
}

json_t *show_decoded_json(const ae_cert_t *chain, const edge_cert_t *cert,
                          apr_pool_t *p)
{
    json_t *list = json_array();
    json_t *json;
    ae_cert_link_t link;
    int i;

    for (i = 1; i < ae_cert_length(chain); i++) {
        ae_cert_link(&link, chain, i, p);
        json_array_append_new(list, print_link(&link, p));
    }
    ae_cert_link(&link, chain, 0, p);
    json = print_link(&link, p);
    json_object_set_new(json, "names",
                        ae_json_texts(ae_cert_facts(chain)->names));
    json_object_set_new(
        json, "differences",
        ae_json_texts(edge_differ(ae_cert_facts(chain), link.key, cert, p)));
    json_object_set_new(json, "chain", list);
    return json;
}

/* --- text --------------------------------------------------------------- */

static void add(show_columns_t *table, const char *label, const char *value)
{
    const char *cells[] = {label, value};

    show_columns_add(table, cells);
}

static void add_link(show_columns_t *table, const ae_cert_link_t *link,
                     apr_pool_t *p)
{
    add(table, "  issuer", link->issuer);
    add(table, "  serial number", link->serial);
    add(table, "  valid from", ae_time_print(link->not_before, p));
    add(table, "  valid until", ae_time_print(link->not_after, p));
    add(table, "  key type", link->key);
    add(table, "  SHA-256", link->sha256);
    add(table, "  SHA-1", link->sha1);
}

const char *show_decoded_text(const char *word, const ae_cert_t *chain,
                              const edge_cert_t *cert, apr_pool_t *p)
{
    const ae_cert_facts_t *facts = ae_cert_facts(chain);
    show_columns_t *table = show_columns_make(2, p);
    ae_cert_link_t link;
    int i;

    ae_cert_link(&link, chain, 0, p);
    add(table, word, link.subject[0] ? link.subject : "-");
    show_columns_add_texts(table, "  names", facts->names);
    add_link(table, &link, p);
    show_columns_add_texts(table, "  differs",
                           edge_differ(facts, link.key, cert, p));
    for (i = 1; i < ae_cert_length(chain); i++) {
        ae_cert_link(&link, chain, i, p);
        add(table, "issued by", link.subject);
        add_link(table, &link, p);
    }
    return show_columns_print(table);
}
