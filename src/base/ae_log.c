#include "ae_log.h"

#include <stdarg.h>
#include <stdio.h>

#define LINE_SIZE 2048

void ae_log(const ae_log_t *log, ae_log_level_t level, const char *fmt, ...)
{
    char raw[2 * LINE_SIZE];
    char line[LINE_SIZE];
    va_list args;
    int len;

    va_start(args, fmt);
    len = vsnprintf(raw, sizeof(raw), fmt, args);
    va_end(args);
    if (len < 0) {
        return;
    }
    ae_text_copy(line, sizeof(line), raw);
    log->write(log->ctx, level, line);
}

static void say_nothing(void *ctx, ae_log_level_t level, const char *line)
{
    (void)ctx;
    (void)level;
    (void)line;
}

const ae_log_t ae_log_silent = {say_nothing, NULL};
