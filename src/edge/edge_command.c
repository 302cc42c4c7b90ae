#include "edge_command.h"

#include "ae_time.h"
#include "edge_live.h"

#include <apr_strings.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WRITABLE_BY_OTHERS (S_IWGRP | S_IWOTH)
#define SEARCH_PATH                                                           \
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static apr_status_t refuse(ae_error_t *err, apr_status_t status,
                           const char *path, const char *why)
{
    ae_error_set(err, status, "%s cannot be run", path);
    return ae_error_why(err, "%s", why);
}

/* In a directory with the sticky bit, which all may write, nobody replaces
 * what is another's. */
static apr_status_t check_writers(const char *path, const char *what,
                                  ae_error_t *err)
{
    struct stat info;
    const char *who = NULL;

    if (stat(path, &info) != 0) {
        refuse(err, errno, what, "");
        return ae_error_why_status(err, err->status);
    }
    if (info.st_uid != 0 && info.st_uid != geteuid()) {
        who = "another user owns";
    } else if ((info.st_mode & WRITABLE_BY_OTHERS) &&
               !(S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX))) {
        who = "others may write";
    }
    if (who == NULL) {
        return APR_SUCCESS;
    }
    refuse(err, AE_EUNSAFE, what, "");
    ae_error_why(err, "%s %s, and it would run as the user that starts httpd",
                 who, path);
    return ae_error_next(err, "chown root %s; chmod go-w %s", path, path);
}

/* The path itself and all directories above it. */
static apr_status_t check_way(const char *path, const char *what,
                              ae_error_t *err, apr_pool_t *p)
{
    char *rest = apr_pstrdup(p, path);
    apr_status_t status = check_writers(rest, what, err);
    char *slash;

    while (status == APR_SUCCESS && (slash = strrchr(rest, '/')) != NULL) {
        *slash = '\0';
        status = check_writers(*rest ? rest : "/", what, err);
    }
    return status;
}

static apr_status_t check_program(const char *path, ae_error_t *err)
{
    struct stat info;

    if (path[0] != '/') {
        refuse(err, AE_EFORMAT, path, "it is no absolute path");
        return ae_error_next(err, "write the whole path, and arguments "
                                  "behind it");
    }
    if (stat(path, &info) != 0) {
        refuse(err, errno, path, "");
        ae_error_why_status(err, err->status);
        return ae_error_next(err, "write the path of a program");
    }
    if (!S_ISREG(info.st_mode)) {
        refuse(err, AE_EFORMAT, path, "it is not a file");
        return ae_error_next(err, "write the path of a program");
    }
    if ((info.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0 ||
        access(path, X_OK) != 0) {
        refuse(err, APR_EACCES, path, "it cannot be executed");
        return ae_error_next(err, "chmod u+x %s", path);
    }
    return APR_SUCCESS;
}

apr_status_t edge_command_check(const char *path, ae_error_t *err,
                                apr_pool_t *p)
{
    apr_status_t status = check_program(path, err);
    char real[PATH_MAX];

    if (status == APR_SUCCESS && realpath(path, real) == NULL) {
        refuse(err, errno, path, "");
        status = ae_error_why_status(err, err->status);
    }
    if (status == APR_SUCCESS) {
        status = check_way(path, path, err, p);
    }
    return status == APR_SUCCESS ? check_way(real, path, err, p) : status;
}

static const char *join(const apr_array_header_t *names, apr_pool_t *p)
{
    return apr_array_pstrcat(p, names, ' ');
}

static const char *const *environment_of(const char *pairs[][2],
                                         apr_size_t count, apr_pool_t *p)
{
    const char **envp = apr_pcalloc(p, sizeof(*envp) * (count + 1));
    apr_size_t i;

    for (i = 0; i < count; i++) {
        envp[i] = apr_pstrcat(p, pairs[i][0], "=", pairs[i][1], NULL);
    }
    return envp;
}

const char *const *edge_command_environment(const char *store_dir,
                                            const edge_cert_t *cert,
                                            const ae_cert_facts_t *facts,
                                            apr_pool_t *p)
{
    edge_live_paths_t paths = edge_live_paths(store_dir, cert, p);
    const char *pairs[][2] = {
        {"PATH", SEARCH_PATH},
        {"ACME_EDGE_NAME", cert->name},
        {"ACME_EDGE_NAMES", join(cert->names, p)},
        {"ACME_EDGE_CERT_FILE", paths.cert},
        {"ACME_EDGE_KEY_FILE", paths.key},
        {"ACME_EDGE_KEY_TYPE",
         ae_key_type_word(edge_live_type(store_dir, cert, p))},
        {"ACME_EDGE_SERIAL", facts->serial},
        {"ACME_EDGE_NOT_AFTER", ae_time_print(facts->not_after, p)},
        {"ACME_EDGE_STORE", store_dir},
    };

    return environment_of(pairs, sizeof(pairs) / sizeof(pairs[0]), p);
}

const char *const *edge_command_event_environment(const edge_event_t *event,
                                                  apr_pool_t *p)
{
    const char *pairs[][2] = {
        {"PATH", SEARCH_PATH},
        {"ACME_EDGE_EVENT", edge_event_word(event->kind)},
        {"ACME_EDGE_ID", edge_event_id(event, p)},
        {"ACME_EDGE_OVER", event->is_over ? "1" : ""},
        {"ACME_EDGE_NAME", event->certificate},
        {"ACME_EDGE_PROVIDER", event->provider},
        {"ACME_EDGE_AT", ae_time_print(event->at, p)},
        {"ACME_EDGE_WHAT", event->text.what},
        {"ACME_EDGE_WHY", event->text.why},
        {"ACME_EDGE_NEXT", event->text.next},
        {"ACME_EDGE_LINE", edge_event_line(event, p)},
        {"ACME_EDGE_SERIAL", event->serial},
        {"ACME_EDGE_NOT_AFTER",
         event->not_after ? ae_time_print(event->not_after, p) : ""},
        {"ACME_EDGE_CAUSE", event->cause},
    };

    return environment_of(pairs, sizeof(pairs) / sizeof(pairs[0]), p);
}

const char *const *edge_command_words(const apr_array_header_t *words,
                                      apr_pool_t *p)
{
    const char **argv =
        apr_pcalloc(p, sizeof(*argv) * ((apr_size_t)words->nelts + 1));
    int i;

    for (i = 0; i < words->nelts; i++) {
        argv[i] = APR_ARRAY_IDX(words, i, const char *);
    }
    return argv;
}
