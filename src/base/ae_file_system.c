#include "ae_file_system.h"

#include <apr_strings.h>
#include <errno.h>
#include <string.h>

#if defined(__linux__)
#include <sys/vfs.h>
#endif

typedef struct kind_t {
    apr_uint32_t magic;
    const char *word;
} kind_t;

/* Numbers of Linux' ABI. FUSE may be a local disk too, but one that is asked
 * through a process that can be gone. */
static const kind_t kinds[] = {
    {0x00006969, "NFS"},    {0x0000517B, "SMB"},
    {0xFF534D42, "SMB"},    {0xFE534D42, "SMB"},
    {0x00C36400, "CephFS"}, {0x65735546, "FUSE"},
    {0x01021997, "9P"},     {0x5346414F, "AFS"},
    {0x73757245, "Coda"},   {0x0BD00BD0, "Lustre"},
    {0x47504653, "GPFS"},   {0x786F4256, "a shared folder of VirtualBox"},
};

const char *ae_file_system_word(apr_uint32_t magic)
{
    apr_size_t i;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (kinds[i].magic == magic) {
            return kinds[i].word;
        }
    }
    return NULL;
}

#if defined(__linux__)

/* @return whether there was one to cut off */
static int cut_last(char *path)
{
    char *slash = strrchr(path, '/');

    if (slash == NULL || path[1] == '\0') {
        return 0;
    }
    slash[slash == path] = '\0';
    return 1;
}

const char *ae_file_system_far(const char *path, apr_pool_t *p)
{
    char *place = apr_pstrdup(p, path);
    struct statfs facts;
    int rc;

    do {
        rc = statfs(place, &facts);
    } while (rc != 0 && errno == ENOENT && cut_last(place));
    return rc == 0 ? ae_file_system_word((apr_uint32_t)facts.f_type) : NULL;
}

#else

const char *ae_file_system_far(const char *path, apr_pool_t *p)
{
    (void)path;
    (void)p;
    return NULL;
}

#endif
