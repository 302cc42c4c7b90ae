/* mod_acme_edge: TLS certificates by ACME (RFC 8555), from within httpd. */

#include <httpd.h>
#include <http_config.h>

static void register_hooks(apr_pool_t *p)
{
    (void)p;
}

/* The one symbol that is seen from outside. */
__attribute__((visibility("default"))) AP_DECLARE_MODULE(acme_edge) = {
    STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, register_hooks,
    AP_MODULE_FLAG_NONE,
};
