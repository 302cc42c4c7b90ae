#ifndef AE_LOG_H
#define AE_LOG_H

/** Where log lines go: handed down by whoever owns the process. */

#include "ae_error.h"

typedef enum ae_log_level_t {
    AE_LOG_ERROR,
    AE_LOG_WARNING,
    AE_LOG_NOTICE,
    AE_LOG_INFO,
    AE_LOG_DEBUG
} ae_log_level_t;

/** A sink. `write` gets one finished line, valid for the call only. */
typedef struct ae_log_t {
    void (*write)(void *ctx, ae_log_level_t level, const char *line);
    void *ctx;
} ae_log_t;

/** Write one line, at most 2 kB, control characters replaced.
 * Lines at AE_LOG_WARNING and above begin with their id, "AE017: ". */
void ae_log(const ae_log_t *log, ae_log_level_t level, const char *fmt, ...)
    AE_PRINTF(3, 4);

/** A sink that keeps nothing. */
extern const ae_log_t ae_log_silent;

#endif
