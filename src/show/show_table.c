#include "show_table.h"

#include "show_buttons.h"
#include "show_reason.h"
#include "show_state.h"

/* So many names of one certificate are in the list; its own page has all. */
#define NAMES_MAX 4

/* --- filter ------------------------------------------------------------- */

static void draw_choice(const show_view_t *view, edge_phase_t phase)
{
    int is_chosen = view->query->states == 1 << phase;

    show_draw(view, "<option value=\"{1}\"{2}>{3}</option>\n",
              SHOW_PIECES(show_markup(edge_phase_word(phase)),
                          show_markup(is_chosen ? " selected" : ""),
                          show_state_word(phase)));
}

static void draw_filter(const show_view_t *view)
{
    int phase;

    show_draw(
        view,
        "<form class=\"filter\" method=\"get\" action=\"{1}\""
        " role=\"search\">\n"
        "<input type=\"hidden\" name=\"lang\" value=\"{2}\">\n"
        "<label for=\"filter-name\">{3}</label>\n"
        "<input type=\"search\" id=\"filter-name\" name=\"name\""
        " value=\"{4}\" maxlength=\"253\" autocomplete=\"off\""
        " spellcheck=\"false\">\n"
        "<label for=\"filter-state\">{5}</label>\n"
        "<select id=\"filter-state\" name=\"state\">\n"
        "<option value=\"\">{6}</option>\n",
        SHOW_PIECES(show_path(),
                    show_markup(show_language_code(view->query->language)),
                    show_say(SHOW_NAME_HAS), show_text(view->query->name),
                    show_say(SHOW_STATE), show_say(SHOW_ANY)));
    for (phase = 0; phase < EDGE_PHASES; phase++) {
        draw_choice(view, (edge_phase_t)phase);
    }
    show_draw(view, "</select>\n<button>{1}</button>\n</form>\n",
              SHOW_PIECES(show_say(SHOW_FILTER)));
}

/* --- one row ------------------------------------------------------------ */

static void begin_cell(const show_view_t *view, show_word_t label)
{
    show_draw(view, "<td data-label=\"{1}\">", SHOW_PIECES(show_say(label)));
}

static void end_cell(const show_view_t *view)
{
    show_put(view, "</td>\n");
}

static int draw_some_names(const show_view_t *view, const edge_cert_t *cert,
                           const edge_status_t *status, int refused, int room)
{
    int drawn = 0;
    int i;

    for (i = 1; i < cert->names->nelts && drawn < room; i++) {
        edge_name_state_t state = show_state_of_name(status, i);

        if ((state == EDGE_NAME_INVALID) == refused) {
            show_draw(view, "<li>{1} {2}</li>\n",
                      SHOW_PIECES(show_text(APR_ARRAY_IDX(cert->names, i,
                                                          const char *)),
                                  show_state_mark(state)));
            drawn++;
        }
    }
    return drawn;
}

/* Those that the CA refused come first: they are why somebody looks. The first
 * name of all is in the title. */
static void draw_names(const show_view_t *view, const edge_cert_t *cert,
                       const edge_status_t *status)
{
    int left = cert->names->nelts - 1;
    int drawn;

    if (left <= 0) {
        return;
    }
    show_put(view, "<ul class=\"names\">\n");
    drawn = draw_some_names(view, cert, status, 1, NAMES_MAX);
    drawn += draw_some_names(view, cert, status, 0, NAMES_MAX - drawn);
    if (left > drawn) {
        show_draw(
            view, "<li class=\"hint\">{1}</li>\n",
            SHOW_PIECES(show_say_with(
                SHOW_MORE_NAMES, SHOW_PIECES(show_number(left - drawn)))));
    }
    show_put(view, "</ul>\n");
}

static void draw_title(const show_view_t *view, const edge_cert_t *cert,
                       const edge_status_t *status)
{
    const show_query_t query = {
        .language = view->query->language, .page = 1, .cert = cert->name};

    show_draw(view, "<th scope=\"row\"><a href=\"{1}\">{2}</a> {3}\n",
              SHOW_PIECES(show_link(&query), show_text(cert->name),
                          show_state_mark(show_state_of_name(status, 0))));
    draw_names(view, cert, status);
    show_put(view, "</th>\n");
}

static void draw_state(const show_view_t *view, const edge_status_t *status)
{
    begin_cell(view, SHOW_STATE);
    show_put_piece(view, show_state_badge(status->phase));
    end_cell(view);
}

static void draw_moment(const show_view_t *view, show_word_t label,
                        apr_time_t at)
{
    begin_cell(view, label);
    show_put_piece(view, at != 0 ? show_day(at) : show_say(SHOW_NONE));
    end_cell(view);
}

static void draw_authority(const show_view_t *view, const edge_cert_t *cert,
                           const edge_status_t *status)
{
    begin_cell(view, SHOW_AUTHORITY);
    show_draw(view, "{1}<br>\n<span class=\"hint\">",
              SHOW_PIECES(show_text(status->provider)));
    show_state_contacts(view, cert);
    show_put(view, "</span>");
    end_cell(view);
}

static void draw_mode(const show_view_t *view, const edge_cert_t *cert)
{
    begin_cell(view, SHOW_MODE);
    show_draw(view, "{1}<br>\n<span class=\"hint\">",
              SHOW_PIECES(show_say(cert->renews_by_hand ? SHOW_BY_HAND
                                                        : SHOW_BY_ITSELF)));
    show_state_schedule(view, cert);
    show_put(view, "</span>");
    end_cell(view);
}

static void draw_outcomes(const show_view_t *view, const edge_status_t *status)
{
    begin_cell(view, SHOW_LAST_SIGN);
    show_state_outcome(view, status->signed_outcome,
                       show_day(status->signed_at));
    end_cell(view);
    begin_cell(view, SHOW_LAST_DEPLOY);
    show_state_outcome(view, status->deployed_outcome,
                       show_day(status->deployed_at));
    end_cell(view);
}

static void draw_next(const show_view_t *view, const edge_cert_t *cert,
                      const edge_status_t *status)
{
    begin_cell(view, SHOW_NEXT);
    show_put_piece(view, show_state_action(status->action));
    if (status->action_at != 0) {
        show_draw(view, " {1}", SHOW_PIECES(show_day(status->action_at)));
    }
    show_put(view, "<br>\n<span class=\"hint\">");
    show_reason(view, cert, status);
    show_put(view, "</span>\n");
    if (view->controls != NULL) {
        show_buttons(view, cert, status);
    }
    end_cell(view);
}

static void draw_row(const show_view_t *view, int index, edge_status_t *status)
{
    const edge_cert_t *cert =
        APR_ARRAY_IDX(view->source->certs, index, const edge_cert_t *);

    view->source->status(view->source->ctx, index, status);
    show_put(view, "<tr>\n");
    draw_title(view, cert, status);
    draw_state(view, status);
    draw_moment(view, SHOW_VALID_UNTIL, status->not_after);
    draw_moment(view, SHOW_PENDING, status->staged_not_after);
    draw_authority(view, cert, status);
    draw_mode(view, cert);
    draw_outcomes(view, status);
    draw_next(view, cert, status);
    show_put(view, "</tr>\n");
}

/* --- the table ---------------------------------------------------------- */

static void draw_headers(const show_view_t *view)
{
    static const show_word_t labels[] = {
        SHOW_CERTIFICATE, SHOW_STATE,       SHOW_VALID_UNTIL,
        SHOW_PENDING,     SHOW_AUTHORITY,   SHOW_MODE,
        SHOW_LAST_SIGN,   SHOW_LAST_DEPLOY, SHOW_NEXT};
    apr_size_t i;

    show_put(view, "<thead>\n<tr>\n");
    for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        show_draw(view, "<th scope=\"col\">{1}</th>\n",
                  SHOW_PIECES(show_say(labels[i])));
    }
    show_put(view, "</tr>\n</thead>\n");
}

static void draw_rows(const show_view_t *view, const show_list_t *list)
{
    edge_status_t *status = apr_palloc(view->p, sizeof(*status));
    int i;

    show_draw(view,
              "<table class=\"certificates\">\n"
              "<caption>{1}</caption>\n",
              SHOW_PIECES(show_say_with(
                  SHOW_SHOWN_OF, SHOW_PIECES(show_number(list->matching),
                                             show_number(list->total)))));
    draw_headers(view);
    show_put(view, "<tbody>\n");
    for (i = 0; i < list->row_count; i++) {
        draw_row(view, list->rows[i], status);
    }
    show_put(view, "</tbody>\n</table>\n");
}

/* --- other pages -------------------------------------------------------- */

static void draw_page_link(const show_view_t *view, int page,
                           const char *relation, show_word_t word)
{
    show_query_t query = *view->query;

    query.page = page;
    show_draw(
        view, "<a href=\"{1}\" rel=\"{2}\">{3}</a>\n",
        SHOW_PIECES(show_link(&query), show_markup(relation), show_say(word)));
}

static void draw_pages(const show_view_t *view, const show_list_t *list)
{
    show_draw(view, "<nav class=\"pages\" aria-label=\"{1}\">\n",
              SHOW_PIECES(show_say(SHOW_PAGES)));
    if (list->page > 1) {
        draw_page_link(view, list->page - 1, "prev", SHOW_PAGE_BEFORE);
    }
    show_draw(view, "<span>{1}</span>\n",
              SHOW_PIECES(show_say_with(
                  SHOW_PAGE_OF, SHOW_PIECES(show_number(list->page),
                                            show_number(list->pages)))));
    if (list->page < list->pages) {
        draw_page_link(view, list->page + 1, "next", SHOW_PAGE_AFTER);
    }
    show_put(view, "</nav>\n");
}

void show_table(const show_view_t *view, const show_list_t *list)
{
    show_draw(view,
              "<section aria-labelledby=\"list\">\n"
              "<h2 id=\"list\">{1}</h2>\n",
              SHOW_PIECES(show_say(SHOW_TITLE)));
    draw_filter(view);
    if (list->row_count > 0) {
        draw_rows(view, list);
    } else {
        show_draw(view, "<p class=\"none\">{1}</p>\n",
                  SHOW_PIECES(show_say(SHOW_NONE_MATCHES)));
    }
    if (list->pages > 1) {
        draw_pages(view, list);
    }
    show_put(view, "</section>\n");
}
