#include "show_life.h"

#include <stdlib.h>

/* Pixels from the top: the line, the label above it, and the first of those
 * below, each a row further down so that none covers another. */
#define LINE_TOP 34
#define LINE_HEIGHT 10
#define NOW_LABEL 18
#define FIRST_LABEL 68
#define LABEL_ROW 22

#define PLACES 1000
/* Labels right of it end at their mark, the others begin there. */
#define MIDDLE 500

typedef struct mark_t {
    apr_time_t at;
    const char *kind; /* class of it in the style sheet */
    show_word_t word;
} mark_t;

#define MARKS_MAX 4

/* --- places ------------------------------------------------------------- */

static apr_time_t earlier_of(apr_time_t a, apr_time_t b)
{
    return a < b ? a : b;
}

static apr_time_t later_of(apr_time_t a, apr_time_t b)
{
    return a > b ? a : b;
}

int show_life_span(show_life_t *life, const edge_status_t *status,
                   apr_time_t now)
{
    apr_interval_time_t margin = (status->not_after - status->not_before) / 2;

    if (status->not_after == 0 || margin <= 0) {
        return 0;
    }
    life->from = later_of(earlier_of(status->not_before, now),
                          status->not_before - margin);
    life->until = later_of(later_of(status->not_after, now),
                           later_of(status->renew_at, status->deploy_at));
    life->until = earlier_of(life->until, status->not_after + margin);
    return 1;
}

int show_life_place(const show_life_t *life, apr_time_t at)
{
    if (at <= life->from) {
        return 0;
    }
    if (at >= life->until) {
        return PLACES;
    }
    return (int)((double)(at - life->from) * PLACES /
                 (double)(life->until - life->from));
}

/* --- drawing ------------------------------------------------------------ */

static int compare_marks(const void *a, const void *b)
{
    const mark_t *first = a;
    const mark_t *second = b;

    return (first->at > second->at) - (first->at < second->at);
}

static int find_marks(mark_t *marks, const edge_status_t *status)
{
    int n = 0;

    marks[n++] = (mark_t){status->not_before, "issued", SHOW_LIFE_ISSUED};
    if (status->renew_at != 0) {
        marks[n++] = (mark_t){status->renew_at, "renewal", SHOW_LIFE_RENEWAL};
    }
    if (status->deploy_at != 0) {
        marks[n++] = (mark_t){status->deploy_at, "deploy", SHOW_LIFE_DEPLOY};
    }
    marks[n++] = (mark_t){status->not_after, "expiry", SHOW_LIFE_EXPIRY};
    qsort(marks, (size_t)n, sizeof(*marks), compare_marks);
    return n;
}

static void put_percent(const show_view_t *view, const char *name, int place)
{
    show_out_format(view->out, " %s=\"%d.%d%%\"", name, place / 10,
                    place % 10);
}

static void draw_bar(const show_view_t *view, const char *kind, int from,
                     int until)
{
    show_out_format(view->out, "<rect class=\"%s\" y=\"%d\" height=\"%d\"",
                    kind, LINE_TOP, LINE_HEIGHT);
    put_percent(view, "x", from);
    put_percent(view, "width", until > from ? until - from : 0);
    show_put(view, "/>\n");
}

static void draw_label(const show_view_t *view, const mark_t *mark, int place,
                       int y)
{
    show_out_format(view->out, "<text class=\"%s %s\" y=\"%d\"", mark->kind,
                    place > MIDDLE ? "before" : "behind", y);
    put_percent(view, "x", place);
    show_draw(view, ">{1} <tspan class=\"hint\">{2}</tspan></text>\n",
              SHOW_PIECES(show_say(mark->word), show_time_text(mark->at)));
}

static void draw_stem(const show_view_t *view, const char *kind, int place,
                      int from, int until)
{
    show_out_format(view->out, "<line class=\"%s\" y1=\"%d\" y2=\"%d\"", kind,
                    from, until);
    put_percent(view, "x1", place);
    put_percent(view, "x2", place);
    show_put(view, "/>\n");
}

static void draw_marks(const show_view_t *view, const show_life_t *life,
                       const mark_t *marks, int count)
{
    int i;

    for (i = 0; i < count; i++) {
        draw_stem(view, marks[i].kind, show_life_place(life, marks[i].at),
                  LINE_TOP, FIRST_LABEL + i * LABEL_ROW - LABEL_ROW / 2);
    }
    for (i = 0; i < count; i++) {
        draw_label(view, &marks[i], show_life_place(life, marks[i].at),
                   FIRST_LABEL + i * LABEL_ROW);
    }
}

static void draw_now(const show_view_t *view, const show_life_t *life)
{
    const mark_t mark = {view->source->now, "now", SHOW_LIFE_NOW};
    int place = show_life_place(life, mark.at);

    draw_stem(view, mark.kind, place, NOW_LABEL + 4,
              LINE_TOP + LINE_HEIGHT + 4);
    draw_label(view, &mark, place, NOW_LABEL);
}

/* The same for who does not see it. */
static void draw_description(const show_view_t *view, const mark_t *marks,
                             int count)
{
    int i;

    show_draw(view,
              "<title id=\"life-title\">{1}</title>\n"
              "<desc id=\"life-text\">",
              SHOW_PIECES(show_say(SHOW_LIFE)));
    for (i = 0; i < count; i++) {
        show_draw(view, "{1} {2} ({3}); ",
                  SHOW_PIECES(show_say(marks[i].word),
                              show_time_text(marks[i].at),
                              show_distance_text(marks[i].at)));
    }
    show_draw(view, "{1} {2}</desc>\n",
              SHOW_PIECES(show_say(SHOW_LIFE_NOW),
                          show_time_text(view->source->now)));
}

static void draw_line(const show_view_t *view, const show_life_t *life,
                      const edge_status_t *status)
{
    apr_time_t now = view->source->now;
    int from = show_life_place(life, status->not_before);
    int until = show_life_place(life, status->not_after);
    int renewal = status->renew_at != 0
                      ? show_life_place(life, status->renew_at)
                      : until;

    draw_bar(view, "life", from, until);
    draw_bar(view, "last", renewal, until);
    draw_bar(view, "past", from,
             show_life_place(life, earlier_of(now, status->not_after)));
}

void show_life_draw(const show_view_t *view, const edge_status_t *status)
{
    show_life_t life;
    mark_t marks[MARKS_MAX];
    int count;

    if (!show_life_span(&life, status, view->source->now)) {
        return;
    }
    count = find_marks(marks, status);
    show_out_format(view->out,
                    "<svg class=\"life-line\" width=\"100%%\" height=\"%d\""
                    " role=\"img\" aria-labelledby=\"life-title life-text\""
                    ">\n",
                    FIRST_LABEL + (count - 1) * LABEL_ROW + LABEL_ROW / 2);
    draw_description(view, marks, count);
    draw_line(view, &life, status);
    draw_marks(view, &life, marks, count);
    draw_now(view, &life);
    show_put(view, "</svg>\n");
}
