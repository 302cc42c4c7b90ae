#include "httpd_log.h"

#include <http_config.h>
#include <http_log.h>

APLOG_USE_MODULE(acme_edge);

static int httpd_level(ae_log_level_t level)
{
    switch (level) {
    case AE_LOG_ERROR:
        return APLOG_ERR;
    case AE_LOG_WARNING:
        return APLOG_WARNING;
    case AE_LOG_NOTICE:
        return APLOG_NOTICE;
    case AE_LOG_INFO:
        return APLOG_INFO;
    case AE_LOG_DEBUG:
        return APLOG_DEBUG;
    }
    return APLOG_ERR;
}

static void sink_write(void *ctx, ae_log_level_t level, const char *line)
{
    const server_rec *server = ctx;

    /* No file and line of ours: every line would bear this one's. */
    ap_log_error(NULL, 0, APLOG_MODULE_INDEX, httpd_level(level), 0, server,
                 "%s", line);
}

ae_log_t httpd_log_sink(server_rec *server)
{
    return (ae_log_t){sink_write, server};
}
