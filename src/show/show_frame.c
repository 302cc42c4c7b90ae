#include "show_frame.h"

static void draw_head(const show_view_t *view, const char *title, int renews)
{
    const show_query_t style = {.format = SHOW_STYLE};
    const show_query_t icon = {.format = SHOW_ICON};

    show_draw(view,
              "<!DOCTYPE html>\n"
              "<html lang=\"{1}\">\n"
              "<head>\n"
              "<meta charset=\"utf-8\">\n"
              "<meta name=\"viewport\""
              " content=\"width=device-width, initial-scale=1\">\n"
              "<meta name=\"color-scheme\" content=\"light dark\">\n"
              "<meta name=\"robots\" content=\"noindex\">\n"
              "{2}"
              "<title>{3}{4}{5}</title>\n"
              "<link rel=\"stylesheet\" href=\"{6}\">\n"
              "<link rel=\"icon\" type=\"image/svg+xml\" href=\"{7}\">\n"
              "</head>\n",
              SHOW_PIECES(
                  show_markup(show_language_code(view->query->language)),
                  show_markup(renews ? "<meta http-equiv=\"refresh\""
                                       " content=\"2\">\n"
                                     : ""),
                  show_text(title),
                  show_markup(title != NULL ? " \xe2\x80\x93 " : ""),
                  show_say(SHOW_TITLE), show_link(&style), show_link(&icon)));
}

/* The language that the page is not in, named in itself. */
static void draw_other_language(const show_view_t *view)
{
    show_query_t query = *view->query;

    query.language = query.language == AE_ENGLISH ? AE_JAPANESE : AE_ENGLISH;
    show_draw(view, "<a href=\"{1}\" lang=\"{2}\" hreflang=\"{2}\">{3}</a>\n",
              SHOW_PIECES(show_link(&query),
                          show_markup(show_language_code(query.language)),
                          show_say(SHOW_OTHER_LANGUAGE)));
}

static void draw_banner(const show_view_t *view)
{
    const show_query_t all = {.language = view->query->language, .page = 1};

    show_draw(view,
              "<a class=\"skip\" href=\"#content\">{1}</a>\n"
              "<header class=\"banner\">\n"
              "<p class=\"brand\"><a href=\"{2}\">acme-edge</a></p>\n"
              "<nav aria-label=\"{3}\">\n",
              SHOW_PIECES(show_say(SHOW_SKIP), show_link(&all),
                          show_say(SHOW_LANGUAGE)));
    draw_other_language(view);
    show_put(view, "</nav>\n</header>\n");
}

/* What the last button did. */
static void draw_notice(const show_view_t *view)
{
    const show_controls_t *controls = view->controls;

    if (controls != NULL && controls->notice != NULL) {
        show_draw(
            view, "<p class=\"notice {1}\" role=\"{2}\">{3}</p>\n",
            SHOW_PIECES(show_markup(controls->failed ? "bad" : "good"),
                        show_markup(controls->failed ? "alert" : "status"),
                        show_text(controls->notice)));
    }
}

void show_frame_begin(const show_view_t *view, const char *title, int renews)
{
    draw_head(view, title, renews);
    show_put(view, "<body>\n");
    draw_banner(view);
    show_put(view, "<main id=\"content\">\n");
    draw_notice(view);
}

static void draw_user(const show_view_t *view)
{
    if (view->controls != NULL && view->controls->user != NULL) {
        show_draw(view, "<p>{1}</p>\n",
                  SHOW_PIECES(show_say_with(
                      SHOW_SIGNED_IN,
                      SHOW_PIECES(show_text(view->controls->user)))));
    }
}

void show_frame_end(const show_view_t *view)
{
    show_put(view, "</main>\n<footer class=\"foot\">\n");
    show_draw(view, "<p>{1}</p>\n",
              SHOW_PIECES(show_say_with(
                  SHOW_AS_OF, SHOW_PIECES(show_time(view->source->now)))));
    draw_user(view);
    show_put(view, "</footer>\n</body>\n</html>\n");
}
