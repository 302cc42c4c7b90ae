#include "edge_run.h"

#include "edge_record.h"

#include <apr_strings.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LINES_MAX 100
#define LINE_MAX_BYTES 4096

static const char *record_path(const edge_store_t *store,
                               const edge_cert_t *cert, apr_pool_t *p)
{
    return edge_store_path(store, p, "deploy",
                           apr_pstrcat(p, cert->dir, ".run", NULL), NULL);
}

apr_status_t edge_run_enter(int *fd, const edge_store_t *store,
                            ae_error_t *err, apr_pool_t *p)
{
    const char *path = edge_store_path(store, p, "deploy", NULL);
    apr_status_t status = APR_SUCCESS;

    *fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*fd < 0) {
        status = errno;
    } else if (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
        status = errno == EWOULDBLOCK ? APR_EBUSY : errno;
        close(*fd);
    }
    if (status != APR_SUCCESS) {
        ae_error_set(err, status, "Cannot lock %s", path);
        ae_error_why_status(err, status);
    }
    return status;
}

static const apr_array_header_t *take_lines(const json_t *list, apr_pool_t *p)
{
    apr_array_header_t *lines = apr_array_make(p, 4, sizeof(const char *));
    size_t i;

    for (i = 0; i < json_array_size(list) && i < LINES_MAX; i++) {
        const char *line = json_string_value(json_array_get(list, i));

        APR_ARRAY_PUSH(lines, const char *) =
            ae_text_clean(line ? line : "", LINE_MAX_BYTES, p);
    }
    return lines;
}

static int take(edge_run_t *run, const json_t *json, apr_pool_t *p)
{
    run->told = ae_json_get_bool(json, "told", 0);
    run->output = take_lines(ae_json_get_array(json, "output"), p);
    edge_record_get_error(&run->error, json, "error", p);
    return edge_record_get_time(&run->begun_at, json, "begunAt") &&
           edge_record_get_time(&run->ended_at, json, "endedAt") &&
           edge_record_get_text(run->serial, sizeof(run->serial), json,
                                "serial");
}

void edge_run_load(edge_run_t *run, const edge_store_t *store,
                   const edge_cert_t *cert, apr_pool_t *p)
{
    json_t *json;
    ae_error_t ignored;

    memset(run, 0, sizeof(*run));
    if (edge_record_read(&json, record_path(store, cert, p), &ignored, p) !=
            APR_SUCCESS ||
        !take(run, json, p)) {
        memset(run, 0, sizeof(*run));
        run->output = take_lines(NULL, p);
    }
}

static json_t *print(const edge_run_t *run, apr_pool_t *p)
{
    json_t *json = ae_json_keep(json_object(), p);
    json_t *lines = json_array();
    int i;

    json_object_set_new(json, "serial", json_string(run->serial));
    json_object_set_new(json, "begunAt", json_integer(run->begun_at));
    json_object_set_new(json, "endedAt", json_integer(run->ended_at));
    json_object_set_new(json, "told", json_boolean(run->told));
    edge_record_put_error(json, "error", &run->error);
    for (i = 0; run->output && i < run->output->nelts; i++) {
        json_array_append_new(
            lines, json_string(APR_ARRAY_IDX(run->output, i, const char *)));
    }
    json_object_set_new(json, "output", lines);
    return json;
}

apr_status_t edge_run_save(const edge_run_t *run, const edge_store_t *store,
                           const edge_cert_t *cert, ae_error_t *err,
                           apr_pool_t *p)
{
    return edge_record_write(record_path(store, cert, p), print(run, p), 0600,
                             AE_FILE_DURABLE, err, p);
}
