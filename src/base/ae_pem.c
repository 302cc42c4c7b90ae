#include "ae_pem.h"

#include <apr_lib.h>
#include <string.h>

static const char begin[] = "-----BEGIN ";
static const char end[] = "-----END ";
static const char tail[] = "-----";

typedef struct line_t {
    const char *text;
    apr_size_t len; /* without white space at its end */
} line_t;

static line_t line_next(const char **at, const char *stop)
{
    const char *eol = memchr(*at, '\n', (apr_size_t)(stop - *at));
    line_t line = {*at, 0};

    line.len = (apr_size_t)((eol ? eol : stop) - *at);
    *at = eol ? eol + 1 : stop;
    while (line.len && apr_isspace(line.text[line.len - 1])) {
        line.len--;
    }
    return line;
}

static int line_takes(line_t *line, const char *text)
{
    apr_size_t len = strlen(text);

    if (line->len < len || memcmp(line->text, text, len) != 0) {
        return 0;
    }
    line->text += len;
    line->len -= len;
    return 1;
}

static int line_is(line_t line, const char *mark, const char *label)
{
    return line_takes(&line, mark) && line_takes(&line, label) &&
           line_takes(&line, tail) && line.len == 0;
}

static int line_is_base64(line_t line)
{
    apr_size_t i;

    for (i = 0; i < line.len; i++) {
        if (!apr_isalnum(line.text[i]) &&
            (line.text[i] == '\0' || !strchr("+/=", line.text[i]))) {
            return 0;
        }
    }
    return line.len > 0;
}

int ae_pem_wrong_line(ae_bytes_t pem, const char *label)
{
    const char *at = (const char *)pem.data;
    const char *stop = at + pem.len;
    int inside = 0;
    int number = 0;

    while (at < stop) {
        line_t line = line_next(&at, stop);

        number++;
        if (inside && line_is(line, end, label)) {
            inside = 0;
        } else if (inside ? !line_is_base64(line)
                          : line.len && !line_is(line, begin, label)) {
            return number;
        } else if (!inside && line.len) {
            inside = 1;
        }
    }
    return inside ? number : 0;
}
