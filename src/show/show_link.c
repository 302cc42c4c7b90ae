#include "show_draw.h"

/* Decoded, so what has a meaning in an address is encoded again. Not more
 * than one slash begins it, for two would name a host. */
static void draw_path(const show_view_t *view, const show_piece_t *piece)
{
    const char *s = view->path;

    (void)piece;
    while (s[0] == '/' && s[1] == '/') {
        s++;
    }
    for (; *s != '\0'; s++) {
        const char one[2] = {*s, '\0'};

        if (*s == '/') {
            show_put(view, "/");
        } else {
            show_out_query(view->out, one);
        }
    }
}

show_piece_t show_path(void)
{
    show_piece_t piece = {.draw = draw_path};

    return piece;
}

static void put_states(const show_view_t *view, int states)
{
    int phase;

    for (phase = 0; phase < EDGE_PHASES; phase++) {
        if (states & (1 << phase)) {
            show_out_format(view->out, "&amp;state=%s",
                            edge_phase_word((edge_phase_t)phase));
        }
    }
}

static void put_value(const show_view_t *view, const char *key,
                      const char *value)
{
    if (value != NULL) {
        show_out_format(view->out, "&amp;%s=", key);
        show_out_query(view->out, value);
    }
}

static void put_query(const show_view_t *view, const show_query_t *query)
{
    if (query->format == SHOW_STYLE || query->format == SHOW_ICON) {
        show_put(view,
                 query->format == SHOW_STYLE ? "?format=css" : "?format=icon");
        return;
    }
    show_out_format(view->out, "?lang=%s",
                    show_language_code(query->language));
    put_value(view, "cert", query->cert);
    put_value(view, "name", query->name);
    put_states(view, query->states);
    if (query->page > 1) {
        show_out_format(view->out, "&amp;page=%d", query->page);
    }
}

static void draw_link(const show_view_t *view, const show_piece_t *piece)
{
    draw_path(view, piece);
    put_query(view, piece->query);
}

show_piece_t show_link(const show_query_t *query)
{
    show_piece_t piece = {.draw = draw_link, .query = query};

    return piece;
}
