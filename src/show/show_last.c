#include "show_last.h"

#include "edge_event.h"
#include "show_state.h"

#include <assert.h>

/* --- what went wrong ---------------------------------------------------- */

static const ae_error_t *find_error(const show_view_t *view)
{
    const show_detail_t *detail = view->source->detail;

    return detail != NULL && detail->error != NULL &&
                   detail->error->status != APR_SUCCESS
               ? detail->error
               : NULL;
}

static void draw_part(const show_view_t *view, const char *markup,
                      const char *text)
{
    if (text[0] != '\0') {
        show_draw(view, markup, SHOW_PIECES(show_text(text)));
    }
}

/* What is known of such failures, in the page's language. */
static void draw_cause(const show_view_t *view, edge_cause_t cause)
{
    ae_language_t language = view->query->language;
    const char *remedy = edge_cause_remedy(cause, language);

    draw_part(view, "<p class=\"meaning\">{1}</p>\n",
              edge_cause_meaning(cause, language));
    if (remedy[0] != '\0') {
        show_draw(view, "<h3>{1}</h3>\n<p>{2}</p>\n",
                  SHOW_PIECES(show_say(SHOW_REMEDY), show_text(remedy)));
    }
}

/* What is known of this one, in the words that it came with. */
static void draw_words(const show_view_t *view, const ae_error_t *error,
                       int has_remedy)
{
    show_draw(view, "<h3>{1}</h3>\n<div lang=\"en\">\n",
              SHOW_PIECES(show_say(SHOW_OWN_WORDS)));
    draw_part(view, "<p>{1}</p>\n", error->what);
    draw_part(view, "<blockquote>{1}</blockquote>\n", error->why);
    if (!has_remedy) {
        draw_part(view, "<p>{1}</p>\n", error->next);
    }
    show_put(view, "</div>\n");
}

static void draw_attempts(const show_view_t *view, const edge_status_t *status)
{
    if (status->attempts > 0) {
        show_draw(
            view, "<p class=\"hint\">{1}</p>\n",
            SHOW_PIECES(show_say_with(
                SHOW_ATTEMPTS, SHOW_PIECES(show_number(status->attempts)))));
    }
}

void show_last_failure(const show_view_t *view, const edge_status_t *status)
{
    const ae_error_t *error = find_error(view);
    int has_remedy = edge_cause_remedy(status->cause, AE_ENGLISH)[0] != '\0';

    if (error == NULL && (status->signed_outcome != EDGE_OUTCOME_FAILED ||
                          status->attempts == 0)) {
        return;
    }
    show_draw(view,
              "<section class=\"failure\" aria-labelledby=\"failure\">\n"
              "<h2 id=\"failure\">{1}</h2>\n",
              SHOW_PIECES(show_say(SHOW_FAILURE)));
    draw_cause(view, status->cause);
    if (error != NULL) {
        draw_words(view, error, has_remedy);
    } else {
        draw_part(view, "<blockquote lang=\"en\">{1}</blockquote>\n",
                  status->signed_text);
    }
    draw_attempts(view, status);
    show_put(view, "</section>\n");
}

/* --- the names ---------------------------------------------------------- */

static const char *find_why(const show_view_t *view, const char *name)
{
    const show_detail_t *detail = view->source->detail;

    return detail != NULL ? edge_progress_why(detail->last, name) : "";
}

static int has_words(const show_view_t *view, const edge_cert_t *cert)
{
    int i;

    for (i = 0; i < cert->names->nelts; i++) {
        if (find_why(view, APR_ARRAY_IDX(cert->names, i, const char *))[0]) {
            return 1;
        }
    }
    return 0;
}

static void draw_name(const show_view_t *view, const edge_cert_t *cert,
                      const edge_status_t *status, int index, int with_words)
{
    const char *name = APR_ARRAY_IDX(cert->names, index, const char *);

    show_draw(view,
              "<tr>\n"
              "<th scope=\"row\">{1}</th>\n"
              "<td>{2}</td>\n",
              SHOW_PIECES(show_text(name),
                          show_state_mark(show_state_of_name(status, index))));
    if (with_words) {
        show_draw(view, "<td lang=\"en\">{1}</td>\n",
                  SHOW_PIECES(show_text(find_why(view, name))));
    }
    show_put(view, "</tr>\n");
}

void show_last_names(const show_view_t *view, const edge_cert_t *cert,
                     const edge_status_t *status)
{
    int with_words = has_words(view, cert);
    int i;

    show_draw(view,
              "<section aria-labelledby=\"names\">\n"
              "<h2 id=\"names\">{1}</h2>\n"
              "<table class=\"plain\">\n"
              "<thead>\n<tr>\n"
              "<th scope=\"col\">{2}</th>\n"
              "<th scope=\"col\">{3}</th>\n",
              SHOW_PIECES(show_say(SHOW_NAMES), show_say(SHOW_NAME),
                          show_say(SHOW_VALIDATION)));
    if (with_words) {
        show_draw(view, "<th scope=\"col\">{1}</th>\n",
                  SHOW_PIECES(show_say(SHOW_CA_SAYS)));
    }
    show_put(view, "</tr>\n</thead>\n<tbody>\n");
    for (i = 0; i < cert->names->nelts; i++) {
        draw_name(view, cert, status, i, with_words);
    }
    show_put(view, "</tbody>\n</table>\n</section>\n");
}

/* --- the steps of the last order ---------------------------------------- */

void show_last_steps(const show_view_t *view, const edge_status_t *status)
{
    int last = show_state_last_step(status);
    int i;

    if (last < 0) {
        return;
    }
    show_draw(view,
              "<section aria-labelledby=\"steps\">\n"
              "<h2 id=\"steps\">{1}</h2>\n"
              "<ol class=\"steps\">\n",
              SHOW_PIECES(show_say(SHOW_STEPS)));
    for (i = 0; i <= last; i++) {
        int is_current = i == last && status->step[0] != '\0';

        show_draw(view, "<li{1}><span class=\"hint\">{2}</span> {3}</li>\n",
                  SHOW_PIECES(
                      show_markup(is_current ? " aria-current=\"step\"" : ""),
                      show_second(status->steps[i].at),
                      show_state_step(status, i)));
    }
    show_put(view, "</ol>\n</section>\n");
}

/* --- history ------------------------------------------------------------ */

static const show_word_t event_words[] = {
    [EDGE_EVENT_STAGED] = SHOW_EVENT_STAGED,
    [EDGE_EVENT_DEPLOYED] = SHOW_EVENT_DEPLOYED,
    [EDGE_EVENT_RENEWED] = SHOW_EVENT_RENEWED,
    [EDGE_EVENT_FAILED] = SHOW_EVENT_FAILED,
    [EDGE_EVENT_EXPIRING] = SHOW_EVENT_EXPIRING,
    [EDGE_EVENT_RENEWAL_DUE] = SHOW_EVENT_RENEWAL_DUE,
    [EDGE_EVENT_ACTION_REQUIRED] = SHOW_EVENT_ACTION,
    [EDGE_EVENT_CHALLENGE_UNREACHABLE] = SHOW_EVENT_UNREACHABLE,
    [EDGE_EVENT_ACCOUNT_CREATED] = SHOW_EVENT_ACCOUNT,
    [EDGE_EVENT_REVOKED] = SHOW_EVENT_REVOKED,
};
static_assert(sizeof(event_words) / sizeof(event_words[0]) == EDGE_EVENTS,
              "each event has a word");

static show_piece_t event_word(const edge_event_t *event)
{
    return show_say(event_words[event->kind]);
}

static void draw_event(const show_view_t *view, const edge_event_t *event)
{
    show_draw(view, "<tr>\n<th scope=\"row\">{1}</th>\n<td>",
              SHOW_PIECES(show_when(event->at)));
    if (event->is_over) {
        show_put_piece(
            view, show_say_with(SHOW_OVER, SHOW_PIECES(event_word(event))));
    } else {
        show_put_piece(view, event_word(event));
    }
    show_draw(view, "</td>\n<td lang=\"en\">{1}</td>\n</tr>\n",
              SHOW_PIECES(show_text(ae_error_line(&event->text, view->p))));
}

void show_last_history(const show_view_t *view)
{
    const show_detail_t *detail = view->source->detail;
    int i;

    if (detail == NULL || detail->history == NULL ||
        detail->history->nelts == 0) {
        return;
    }
    show_draw(view,
              "<section aria-labelledby=\"history\">\n"
              "<h2 id=\"history\">{1}</h2>\n"
              "<table class=\"plain\">\n"
              "<thead>\n<tr>\n"
              "<th scope=\"col\">{2}</th>\n"
              "<th scope=\"col\">{3}</th>\n"
              "<th scope=\"col\">{4}</th>\n"
              "</tr>\n</thead>\n<tbody>\n",
              SHOW_PIECES(show_say(SHOW_HISTORY), show_say(SHOW_HISTORY_AT),
                          show_say(SHOW_HISTORY_WHAT),
                          show_say(SHOW_HISTORY_MORE)));
    for (i = 0; i < detail->history->nelts; i++) {
        draw_event(view, &APR_ARRAY_IDX(detail->history, i, edge_event_t));
    }
    show_put(view, "</tbody>\n</table>\n</section>\n");
}
