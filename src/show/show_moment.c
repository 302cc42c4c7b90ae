#include "ae_time.h"
#include "show_draw.h"

#include <apr_strings.h>

#define MINUTE apr_time_from_sec(60)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* Two of a unit are the least that is told in it, so that no language needs a
 * singular. */
typedef struct unit_t {
    apr_interval_time_t length;
    show_word_t ahead;
    show_word_t ago;
} unit_t;

static const unit_t units[] = {
    {DAY, SHOW_IN_DAYS, SHOW_DAYS_AGO},
    {HOUR, SHOW_IN_HOURS, SHOW_HOURS_AGO},
    {MINUTE, SHOW_IN_MINUTES, SHOW_MINUTES_AGO},
    {APR_USEC_PER_SEC, SHOW_IN_SECONDS, SHOW_SECONDS_AGO},
};

static show_piece_t moment(void (*draw)(const show_view_t *view,
                                        const show_piece_t *piece),
                           apr_time_t at)
{
    show_piece_t piece = {.draw = draw, .number = at};

    return piece;
}

static void draw_distance_text(const show_view_t *view,
                               const show_piece_t *piece)
{
    apr_interval_time_t span = piece->number - view->source->now;
    apr_interval_time_t length = span < 0 ? -span : span;
    apr_size_t i;

    for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (length >= 2 * units[i].length) {
            const show_piece_t number = show_number(length / units[i].length);

            show_put_piece(
                view, show_say_with(span < 0 ? units[i].ago : units[i].ahead,
                                    SHOW_PIECES(number)));
            return;
        }
    }
    show_put_piece(view, show_say(SHOW_NOW));
}

show_piece_t show_distance_text(apr_time_t at)
{
    return moment(draw_distance_text, at);
}

static void draw_time_text(const show_view_t *view, const show_piece_t *piece)
{
    apr_time_exp_t t;

    if (piece->number == 0) {
        show_put(view, "\xe2\x80\x93");
    } else {
        apr_time_exp_gmt(&t, piece->number);
        show_out_format(view->out, "%04d-%02d-%02d %02d:%02d UTC",
                        t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour,
                        t.tm_min);
    }
}

show_piece_t show_time_text(apr_time_t at)
{
    return moment(draw_time_text, at);
}

/* For machines, and as people read it. */
static void draw_element(const show_view_t *view, apr_time_t at,
                         show_piece_t text)
{
    show_draw(view, "<time datetime=\"{1}\">{2}</time>",
              SHOW_PIECES(show_text(ae_time_print(at, view->p)), text));
}

static void draw_second(const show_view_t *view, const show_piece_t *piece)
{
    apr_time_exp_t t;

    apr_time_exp_gmt(&t, piece->number);
    draw_element(view, piece->number,
                 show_text(apr_psprintf(view->p, "%02d:%02d:%02d UTC",
                                        t.tm_hour, t.tm_min, t.tm_sec)));
}

show_piece_t show_second(apr_time_t at)
{
    return moment(draw_second, at);
}

static void draw_time(const show_view_t *view, const show_piece_t *piece)
{
    if (piece->number == 0) {
        draw_time_text(view, piece);
    } else {
        draw_element(view, piece->number, show_time_text(piece->number));
    }
}

show_piece_t show_time(apr_time_t at)
{
    return moment(draw_time, at);
}

static void draw_away(const show_view_t *view, apr_time_t at)
{
    show_draw(view, " <span class=\"hint away\">({1})</span>",
              SHOW_PIECES(show_distance_text(at)));
}

static void draw_when(const show_view_t *view, const show_piece_t *piece)
{
    draw_time(view, piece);
    if (piece->number != 0) {
        draw_away(view, piece->number);
    }
}

show_piece_t show_when(apr_time_t at)
{
    return moment(draw_when, at);
}

/* Where days are counted, the time of day is for the page of one. */
static int is_far(const show_view_t *view, apr_time_t at)
{
    apr_interval_time_t span = at - view->source->now;

    return span >= 2 * DAY || span <= -2 * DAY;
}

static void draw_day(const show_view_t *view, const show_piece_t *piece)
{
    apr_time_exp_t t;

    if (piece->number == 0 || !is_far(view, piece->number)) {
        draw_when(view, piece);
        return;
    }
    apr_time_exp_gmt(&t, piece->number);
    draw_element(
        view, piece->number,
        show_text(apr_psprintf(view->p, "%04d-%02d-%02d", t.tm_year + 1900,
                               t.tm_mon + 1, t.tm_mday)));
    draw_away(view, piece->number);
}

show_piece_t show_day(apr_time_t at)
{
    return moment(draw_day, at);
}

static void draw_distance(const show_view_t *view, const show_piece_t *piece)
{
    draw_element(view, piece->number, show_distance_text(piece->number));
}

show_piece_t show_distance(apr_time_t at)
{
    return moment(draw_distance, at);
}
