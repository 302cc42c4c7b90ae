#include "edge_store.h"

#include "edge_store_head.h"
#include "edge_store_heir.h"

#include <apr_strings.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD "store.json"
#define LOCK "lock"
#define PROBE ".probe"

struct edge_store_t {
    const char *dir;
    const ae_seal_t *seal;
    ae_file_owner_t worker;
};

typedef struct place_t {
    const char *name;
    mode_t mode;
    int is_workers;
} place_t;

static const place_t places[] = {
    {"accounts", 0700, 1}, {"staging", 0700, 1},  {"state", 0755, 1},
    {"live", 0755, 0},     {"archive", 0700, 0},  {"deploy", 0755, 0},
    {"fallback", 0700, 0}, {"requests", 0700, 1}, {"revoked", 0755, 1},
    {"kept", 0700, 1},
};

#define PLACES (sizeof(places) / sizeof(places[0]))

const char *edge_store_dir(const edge_store_t *store)
{
    return store->dir;
}

const ae_seal_t *edge_store_seal(const edge_store_t *store)
{
    return store->seal;
}

ae_file_owner_t edge_store_worker(const edge_store_t *store)
{
    return store->worker;
}

const char *edge_store_path(const edge_store_t *store, apr_pool_t *p, ...)
{
    const char *path = store->dir;
    const char *part;
    va_list parts;

    va_start(parts, p);
    while ((part = va_arg(parts, const char *)) != NULL) {
        path = apr_pstrcat(p, path, "/", part, NULL);
    }
    va_end(parts);
    return path;
}

static const char *trim(const char *dir, apr_pool_t *p)
{
    apr_size_t len = strlen(dir);

    while (len > 1 && dir[len - 1] == '/') {
        len--;
    }
    return apr_pstrmemdup(p, dir, len);
}

static apr_status_t system_failed(ae_error_t *err, apr_status_t status,
                                  const char *verb, const char *path)
{
    ae_error_set(err, status, "Cannot %s %s", verb, path);
    return ae_error_why_status(err, status);
}

static apr_status_t add_remedy(ae_error_t *err, const edge_store_t *store)
{
    return ae_error_next(err,
                         "make %s a directory that the user who starts httpd "
                         "can write, with space left, or name another one "
                         "with ACMEStore",
                         store->dir);
}

static apr_status_t is_something_else(ae_error_t *err, const char *path,
                                      const char *kind)
{
    ae_error_set(err, AE_EUNSAFE, "%s is not what belongs there", path);
    ae_error_why(err,
                 "it is a link or a file of another kind, %s belongs "
                 "there",
                 kind);
    return ae_error_next(err, "find out who put it there, and move it away");
}

/* One level is made, no more: a path with a typing error is not filled. */
static apr_status_t check_parent(const edge_store_t *store, ae_error_t *err,
                                 apr_pool_t *p)
{
    char *parent = apr_pstrdup(p, store->dir);
    char *slash = strrchr(parent, '/');
    struct stat info;
    char text[128];

    if (slash == NULL || slash == parent) {
        return APR_SUCCESS;
    }
    *slash = '\0';
    if (stat(parent, &info) != 0) {
        ae_error_set(err, errno, "Cannot make the store %s", store->dir);
        ae_error_why(err, "its parent directory %s cannot be reached: %s",
                     parent, apr_strerror(err->status, text, sizeof(text)));
        return ae_error_next(err, "make the parent directory, or name "
                                  "another one with ACMEStore");
    }
    return APR_SUCCESS;
}

/* Who owns the directory can put anything in the place of live/. */
static apr_status_t check_dir(int *is_new, const edge_store_t *store,
                              ae_error_t *err, apr_pool_t *p)
{
    struct stat info;

    *is_new = stat(store->dir, &info) != 0;
    if (*is_new && errno != ENOENT) {
        system_failed(err, errno, "use the store", store->dir);
        return add_remedy(err, store);
    }
    if (*is_new) {
        return check_parent(store, err, p);
    }
    if (!S_ISDIR(info.st_mode)) {
        return is_something_else(err, store->dir, "a directory");
    }
    if (info.st_uid != geteuid()) {
        ae_error_set(err, AE_EUNSAFE, "%s belongs to another user",
                     store->dir);
        ae_error_why(err,
                     "its owner is user %ld, httpd was started by user "
                     "%ld",
                     (long)info.st_uid, (long)geteuid());
        return ae_error_next(err, "give it to the user who starts httpd with "
                                  "chown, or name another directory with "
                                  "ACMEStore");
    }
    return APR_SUCCESS;
}

static apr_status_t check_places(const edge_store_t *store, ae_error_t *err,
                                 apr_pool_t *p)
{
    struct stat info;
    apr_size_t i;

    for (i = 0; i < PLACES; i++) {
        const char *path = edge_store_path(store, p, places[i].name, NULL);

        if (lstat(path, &info) == 0 && !S_ISDIR(info.st_mode)) {
            return is_something_else(err, path, "a directory");
        }
    }
    if (lstat(edge_store_path(store, p, LOCK, NULL), &info) == 0 &&
        !S_ISREG(info.st_mode)) {
        return is_something_else(err, edge_store_path(store, p, LOCK, NULL),
                                 "a file");
    }
    return APR_SUCCESS;
}

/* As deep as keys lie: staging/<cert>/order/<type>.key. */
static int holds_key(const char *dir, int depth, apr_pool_t *p)
{
    apr_array_header_t *names;
    ae_error_t ignored;
    int i;

    if (ae_file_list(&names, dir, &ignored, p) != APR_SUCCESS) {
        return 0;
    }
    for (i = 0; i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);
        apr_size_t len = strlen(name);

        if (len > 4 && strcmp(name + len - 4, ".key") == 0) {
            return 1;
        }
        if (depth > 0 &&
            holds_key(apr_pstrcat(p, dir, "/", name, NULL), depth - 1, p)) {
            return 1;
        }
    }
    return 0;
}

/* A new sealing key would make every sealed file worthless for good. */
static apr_status_t check_nothing_sealed(const edge_store_t *store,
                                         const char *head, ae_error_t *err,
                                         apr_pool_t *p)
{
    if (holds_key(edge_store_path(store, p, "accounts", NULL), 1, p) ||
        holds_key(edge_store_path(store, p, "staging", NULL), 2, p) ||
        holds_key(edge_store_path(store, p, "kept", NULL), 1, p)) {
        ae_error_set(err, AE_EFORMAT, "%s is missing", head);
        ae_error_why(err, "without it the keys in accounts/, staging/ and "
                          "kept/ cannot be opened");
        return edge_store_head_remedy(err);
    }
    return APR_SUCCESS;
}

static apr_status_t check_head(edge_store_t *store, ae_error_t *err,
                               apr_pool_t *p)
{
    const char *head = edge_store_path(store, p, HEAD, NULL);
    apr_status_t status =
        edge_store_head_read(&store->seal, head, EDGE_STORE_VERSION, err, p);

    return APR_STATUS_IS_ENOENT(status)
               ? check_nothing_sealed(store, head, err, p)
               : status;
}

static apr_status_t make_dir(const edge_store_t *store, ae_error_t *err,
                             apr_pool_t *p)
{
    static const ae_file_owner_t ourselves = {(uid_t)-1, (gid_t)-1};
    apr_status_t status =
        ae_file_make_dir(store->dir, 0755, ourselves, err, p);

    return status == APR_SUCCESS ? status : add_remedy(err, store);
}

/* Nobody else may write in it, but the worker must get through. */
static apr_status_t guard_dir(const edge_store_t *store, ae_error_t *err)
{
    struct stat info;
    mode_t mode;

    if (stat(store->dir, &info) != 0) {
        return system_failed(err, errno, "use the store", store->dir);
    }
    mode = (info.st_mode & 07755) | 0711;
    if (mode != (info.st_mode & 07777) && chmod(store->dir, mode) != 0) {
        return system_failed(err, errno, "set the mode of", store->dir);
    }
    return APR_SUCCESS;
}

/* A full or read-only disk shows here, not at the first certificate. */
static apr_status_t try_dir(const edge_store_t *store, ae_error_t *err,
                            apr_pool_t *p)
{
    static const ae_bytes_t text = {(const unsigned char *)"probe\n", 6};
    static const ae_file_owner_t ourselves = {(uid_t)-1, (gid_t)-1};
    const char *path = edge_store_path(store, p, PROBE, NULL);
    apr_status_t status =
        ae_file_write(path, text, 0600, ourselves, AE_FILE_VOLATILE, err, p);

    return status == APR_SUCCESS ? ae_file_remove(path, err, p) : status;
}

/* The directory comes last: while it belongs to somebody else, what is in it
 * may not have changed hands. */
static apr_status_t make_place(const edge_store_t *store, const place_t *place,
                               ae_error_t *err, apr_pool_t *p)
{
    ae_file_owner_t ourselves = {geteuid(), (gid_t)-1};
    const char *path = edge_store_path(store, p, place->name, NULL);
    apr_status_t status = APR_SUCCESS;

    if (place->is_workers) {
        status = edge_store_heir(path, store->worker, err);
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    return ae_file_make_dir(path, place->mode,
                            place->is_workers ? store->worker : ourselves, err,
                            p);
}

static apr_status_t make_places(const edge_store_t *store, ae_error_t *err,
                                apr_pool_t *p)
{
    apr_status_t status = APR_SUCCESS;
    apr_size_t i;

    for (i = 0; status == APR_SUCCESS && i < PLACES; i++) {
        status = make_place(store, &places[i], err, p);
    }
    return status;
}

/* An old one is kept as it is: a worker may hold it. */
static apr_status_t make_lock(const edge_store_t *store, ae_error_t *err,
                              apr_pool_t *p)
{
    static const ae_bytes_t nothing = {(const unsigned char *)"", 0};
    const char *path = edge_store_path(store, p, LOCK, NULL);
    int is_named = store->worker.uid != (uid_t)-1;

    if (!ae_file_exists(path)) {
        return ae_file_write(path, nothing, 0600, store->worker,
                             AE_FILE_DURABLE, err, p);
    }
    if ((is_named && geteuid() == 0 &&
         lchown(path, store->worker.uid, store->worker.gid) != 0) ||
        chmod(path, 0600) != 0) {
        return system_failed(err, errno, "give to the worker", path);
    }
    return APR_SUCCESS;
}

/* Nothing is written here. */
static apr_status_t inspect(edge_store_t *store, ae_error_t *err,
                            apr_pool_t *p)
{
    apr_status_t status = check_places(store, err, p);

    return status == APR_SUCCESS ? check_head(store, err, p) : status;
}

/* store.json comes first: without it, nothing can be sealed yet. */
static apr_status_t furnish(edge_store_t *store, ae_error_t *err,
                            apr_pool_t *p)
{
    apr_status_t status = guard_dir(store, err);

    if (status == APR_SUCCESS) {
        status = try_dir(store, err, p);
    }
    if (status == APR_SUCCESS && store->seal == NULL) {
        status = edge_store_head_make(&store->seal,
                                      edge_store_path(store, p, HEAD, NULL),
                                      EDGE_STORE_VERSION, err, p);
    }
    if (status == APR_SUCCESS) {
        status = make_places(store, err, p);
    }
    if (status == APR_SUCCESS) {
        status = make_lock(store, err, p);
    }
    return status == APR_SUCCESS ? status : add_remedy(err, store);
}

/* Two that make a new store at once would each make a sealing key. */
static apr_status_t enter(const edge_store_t *store, ae_error_t *err,
                          apr_pool_t *p, apr_pool_t *ptemp)
{
    int is_new;
    apr_status_t status = check_dir(&is_new, store, err, p);

    if (status == APR_SUCCESS && is_new) {
        status = make_dir(store, err, p);
    }
    return status == APR_SUCCESS ? edge_store_enter(store->dir, err, ptemp)
                                 : status;
}

apr_status_t edge_store_prepare(edge_store_t **store, const char *dir,
                                ae_file_owner_t worker, ae_error_t *err,
                                apr_pool_t *p)
{
    edge_store_t *made = apr_pcalloc(p, sizeof(*made));
    apr_pool_t *ptemp;
    apr_status_t status;

    made->dir = trim(dir, p);
    made->worker = worker;
    apr_pool_create(&ptemp, p);
    status = enter(made, err, p, ptemp);
    if (status == APR_SUCCESS) {
        status = inspect(made, err, p);
    }
    if (status == APR_SUCCESS) {
        status = furnish(made, err, p);
    }
    if (status == APR_SUCCESS) {
        *store = made;
    }
    apr_pool_destroy(ptemp);
    return status;
}

/* --- for those who only use it ------------------------------------------- */

static apr_status_t not_ours(ae_error_t *err, apr_status_t status,
                             const char *path)
{
    ae_error_set(err, status, "Cannot read the store %s", path);
    ae_error_why(err, "it belongs to another user");
    return ae_error_next(err, "be the user who starts httpd, which is root in "
                              "most cases");
}

static apr_status_t find_dir(const edge_store_t *store, ae_error_t *err)
{
    struct stat info;

    if (stat(store->dir, &info) != 0) {
        ae_error_set(err, errno, "There is no store in %s", store->dir);
        ae_error_why_status(err, err->status);
        return ae_error_next(err, "name the directory that ACMEStore names; "
                                  "httpd makes it at its first start with "
                                  "ACMEEngine on");
    }
    if (!S_ISDIR(info.st_mode)) {
        return is_something_else(err, store->dir, "a directory");
    }
    return info.st_uid == geteuid() ? APR_SUCCESS
                                    : not_ours(err, APR_EACCES, store->dir);
}

static apr_status_t find_worker(edge_store_t *store, ae_error_t *err,
                                apr_pool_t *p)
{
    const char *path = edge_store_path(store, p, "accounts", NULL);
    struct stat info;

    if (lstat(path, &info) != 0) {
        system_failed(err, errno, "find", path);
        return ae_error_next(err, "a start of httpd makes it");
    }
    store->worker.uid = info.st_uid;
    store->worker.gid = info.st_gid;
    return APR_SUCCESS;
}

static apr_status_t find_head(edge_store_t *store, ae_error_t *err,
                              apr_pool_t *p)
{
    const char *head = edge_store_path(store, p, HEAD, NULL);
    apr_status_t status =
        edge_store_head_look(&store->seal, head, EDGE_STORE_VERSION, err, p);

    if (APR_STATUS_IS_ENOENT(status)) {
        return ae_error_next(err, "name the directory that ACMEStore names, "
                                  "or let httpd start with it");
    }
    return status;
}

apr_status_t edge_store_open(edge_store_t **store, const char *dir,
                             ae_error_t *err, apr_pool_t *p)
{
    edge_store_t *made = apr_pcalloc(p, sizeof(*made));
    apr_status_t status;

    made->dir = trim(dir, p);
    status = find_dir(made, err);
    if (status == APR_SUCCESS) {
        status = check_places(made, err, p);
    }
    if (status == APR_SUCCESS) {
        status = find_head(made, err, p);
    }
    if (status == APR_SUCCESS) {
        status = find_worker(made, err, p);
    }
    if (status == APR_SUCCESS) {
        *store = made;
    }
    return status;
}
