#include "show_draw.h"

#include <apr_strings.h>
#include <string.h>

static int count(const show_piece_t *pieces)
{
    int n = 0;

    while (pieces != NULL && pieces[n].draw != NULL) {
        n++;
    }
    return n;
}

static int is_place(const char *s)
{
    return s[0] == '{' && s[1] >= '1' && s[1] <= '9' && s[2] == '}';
}

void show_draw(const show_view_t *view, const char *markup,
               const show_piece_t *pieces)
{
    const show_out_t *out = view->out;
    int n = count(pieces);
    const char *begin = markup;
    const char *s;

    for (s = markup; *s != '\0'; s++) {
        if (is_place(s)) {
            int i = s[1] - '1';

            out->write(out->ctx, begin, (apr_size_t)(s - begin));
            if (i < n) {
                pieces[i].draw(view, &pieces[i]);
            }
            s += 2;
            begin = s + 1;
        }
    }
    out->write(out->ctx, begin, (apr_size_t)(s - begin));
}

void show_put(const show_view_t *view, const char *markup)
{
    show_out_put(view->out, markup);
}

void show_put_piece(const show_view_t *view, show_piece_t piece)
{
    piece.draw(view, &piece);
}

/* --- words and texts ---------------------------------------------------- */

static void draw_word(const show_view_t *view, const show_piece_t *piece)
{
    show_draw(view,
              show_word((show_word_t)piece->number, view->query->language),
              piece->pieces);
}

show_piece_t show_say_with(show_word_t word, const show_piece_t *pieces)
{
    show_piece_t piece = {.draw = draw_word, .number = word, .pieces = pieces};

    return piece;
}

show_piece_t show_say(show_word_t word)
{
    return show_say_with(word, NULL);
}

static void draw_text(const show_view_t *view, const show_piece_t *piece)
{
    show_out_html(view->out, piece->text);
}

show_piece_t show_text(const char *text)
{
    show_piece_t piece = {.draw = draw_text, .text = text != NULL ? text : ""};

    return piece;
}

static void draw_lines(const show_view_t *view, const show_piece_t *piece)
{
    const char *line = piece->text;
    const char *end;

    while ((end = strchr(line, '\n')) != NULL) {
        show_out_html(view->out,
                      apr_pstrmemdup(view->p, line, (apr_size_t)(end - line)));
        show_put(view, "\n");
        line = end + 1;
    }
    show_out_html(view->out, line);
}

show_piece_t show_lines(const char *text)
{
    show_piece_t piece = {.draw = draw_lines,
                          .text = text != NULL ? text : ""};

    return piece;
}

static void draw_english(const show_view_t *view, const show_piece_t *piece)
{
    if (view->query->language == AE_ENGLISH) {
        draw_text(view, piece);
    } else {
        show_draw(view, "<span lang=\"en\">{1}</span>",
                  SHOW_PIECES(show_text(piece->text)));
    }
}

show_piece_t show_english(const char *text)
{
    show_piece_t piece = {.draw = draw_english,
                          .text = text != NULL ? text : ""};

    return piece;
}

static void draw_number(const show_view_t *view, const show_piece_t *piece)
{
    show_out_format(view->out, "%" APR_INT64_T_FMT, piece->number);
}

show_piece_t show_number(apr_int64_t number)
{
    show_piece_t piece = {.draw = draw_number, .number = number};

    return piece;
}

static void draw_markup(const show_view_t *view, const show_piece_t *piece)
{
    show_put(view, piece->text);
}

show_piece_t show_markup(const char *markup)
{
    show_piece_t piece = {.draw = draw_markup, .text = markup};

    return piece;
}
