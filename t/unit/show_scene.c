#include "show_scene.h"

#include "support.h"

#include <apr_strings.h>
#include <string.h>

#define TEXT_MAX (32 * 1024 * 1024)

static const edge_provider_t provider = {.name = "letsencrypt"};

static void copy_status(const void *ctx, int index, edge_status_t *status)
{
    const show_scene_t *scene = ctx;

    *status = scene->statuses[index];
}

/* What does not fit is cut, which no test will take for right. */
static void collect(void *ctx, const char *bytes, apr_size_t len)
{
    show_scene_t *scene = ctx;
    apr_size_t room = TEXT_MAX - 1 - scene->len;
    apr_size_t taken = len < room ? len : room;

    memcpy(scene->text + scene->len, bytes, taken);
    scene->len += taken;
    scene->text[scene->len] = '\0';
}

void show_scene_name(show_scene_t *scene, int index, const char *names)
{
    edge_cert_t *cert = &scene->certs[index];
    edge_status_t *status = &scene->statuses[index];
    apr_array_header_t *list = apr_array_make(t_pool, 1, sizeof(const char *));
    char *rest;
    char *name = apr_strtok(apr_pstrdup(t_pool, names), " ", &rest);

    for (; name != NULL; name = apr_strtok(NULL, " ", &rest)) {
        APR_ARRAY_PUSH(list, const char *) = name;
    }
    cert->names = list;
    edge_cert_call(cert, AE_KEY_ECDSA_P256, 0, t_pool);
    ae_text_copy(status->name, sizeof(status->name), cert->name);
    ae_text_copy(status->names, sizeof(status->names), names);
}

static void make_cert(show_scene_t *scene, int index)
{
    edge_cert_t *cert = &scene->certs[index];
    apr_array_header_t *providers =
        apr_array_make(t_pool, 1, sizeof(const edge_provider_t *));

    APR_ARRAY_PUSH(providers, const edge_provider_t *) = &provider;
    cert->providers = providers;
    cert->contacts = apr_array_make(t_pool, 1, sizeof(const char *));
    show_scene_name(scene, index,
                    apr_psprintf(t_pool, "c%d.example.org", index));
    strcpy(scene->statuses[index].provider, provider.name);
    scene->statuses[index].phase = EDGE_PHASE_VALID;
}

show_scene_t *show_scene_make(int count)
{
    show_scene_t *scene = apr_pcalloc(t_pool, sizeof(*scene));
    apr_array_header_t *certs =
        apr_array_make(t_pool, count, sizeof(const edge_cert_t *));
    apr_size_t size = (apr_size_t)count + 1;
    int i;

    scene->certs = apr_pcalloc(t_pool, size * sizeof(*scene->certs));
    scene->statuses = apr_pcalloc(t_pool, size * sizeof(*scene->statuses));
    for (i = 0; i < count; i++) {
        make_cert(scene, i);
        APR_ARRAY_PUSH(certs, const edge_cert_t *) = &scene->certs[i];
    }
    scene->text = apr_palloc(t_pool, TEXT_MAX);
    scene->text[0] = '\0';
    scene->out = (show_out_t){collect, scene};
    scene->source = (show_source_t){.certs = certs,
                                    .status = copy_status,
                                    .ctx = scene,
                                    .last_tick = SHOW_SCENE_NOW,
                                    .trouble = &scene->trouble,
                                    .now = SHOW_SCENE_NOW};
    return scene;
}

show_view_t show_scene_view(const show_scene_t *scene,
                            const show_query_t *query)
{
    return (show_view_t){.out = &scene->out,
                         .source = &scene->source,
                         .query = query,
                         .path = "/acme",
                         .p = t_pool};
}

const char *show_scene_take(show_scene_t *scene)
{
    const char *text = apr_pstrmemdup(t_pool, scene->text, scene->len);

    scene->len = 0;
    scene->text[0] = '\0';
    return text;
}
