#include "cli_kept.h"

#include <errno.h>
#include <grp.h>
#include <unistd.h>

#define GROUPS_MAX 128

/* Who we are, where that is put aside for a while. */
typedef struct rights_t {
    int lent;
    gid_t group;
    gid_t groups[GROUPS_MAX];
    int count;
} rights_t;

static int become(const rights_t *root, ae_file_owner_t user)
{
    return root->count >= 0 && setgroups(1, &user.gid) == 0 &&
           setegid(user.gid) == 0 && seteuid(user.uid) == 0;
}

static int become_root(const rights_t *root)
{
    return seteuid(0) == 0 && setegid(root->group) == 0 &&
           setgroups((size_t)root->count, root->groups) == 0;
}

static apr_status_t refuse(ae_error_t *err, const char *what)
{
    apr_status_t cause = errno;

    ae_error_set(err, AE_EUNSAFE, "%s", what);
    ae_error_why_status(err, cause);
    return AE_EUNSAFE;
}

/* What ACMECSR names is root's, and read only. */
static apr_status_t put_aside(rights_t *root, const cli_t *cli,
                              const edge_cert_t *cert, ae_error_t *err)
{
    apr_status_t status;

    root->lent = geteuid() == 0 && cert->csr == NULL;
    if (!root->lent) {
        return APR_SUCCESS;
    }
    root->group = getegid();
    root->count = getgroups(GROUPS_MAX, root->groups);
    if (become(root, edge_store_worker(cli->store))) {
        return APR_SUCCESS;
    }
    status = refuse(err, "Cannot take the rights of the worker's user");
    return become_root(root) ? status : AE_EUNSAFE;
}

static apr_status_t take_up(const rights_t *root, apr_status_t status,
                            ae_error_t *err)
{
    return !root->lent || become_root(root)
               ? status
               : refuse(err, "Cannot take up the rights of root again");
}

apr_status_t cli_kept_make(const ae_csr_t **csr, const cli_t *cli,
                           const edge_cert_t *cert, ae_error_t *err)
{
    rights_t root;
    apr_status_t status = put_aside(&root, cli, cert, err);

    if (status != APR_SUCCESS) {
        return status;
    }
    status = edge_kept_make(NULL, csr, cli->store, cert, err, cli->p);
    return take_up(&root, status, err);
}

apr_status_t cli_kept_drop(const cli_t *cli, const edge_cert_t *cert,
                           ae_error_t *err)
{
    rights_t root;
    apr_status_t status = put_aside(&root, cli, cert, err);

    if (status != APR_SUCCESS) {
        return status;
    }
    status = edge_kept_drop(cli->store, cert, err, cli->p);
    return take_up(&root, status, err);
}
