#include "show_cert.h"

#include "show_buttons.h"
#include "show_last.h"
#include "show_life.h"
#include "show_reason.h"
#include "show_state.h"

/* --- head --------------------------------------------------------------- */

static void draw_summary(const show_view_t *view, const edge_status_t *status)
{
    if (status->not_after == 0) {
        show_put_piece(view, show_say(SHOW_NOT_LIVE));
        return;
    }
    show_put_piece(view,
                   show_say_with(status->not_after <= view->source->now
                                     ? SHOW_EXPIRED_AT
                                     : SHOW_VALID_TO,
                                 SHOW_PIECES(show_when(status->not_after))));
}

static void draw_head(const show_view_t *view, const edge_cert_t *cert,
                      const edge_status_t *status)
{
    const show_query_t all = {.language = view->query->language, .page = 1};

    show_draw(view,
              "<p class=\"way\"><a href=\"{1}\">{2}</a></p>\n"
              "<h1 class=\"one\">{3} {4}</h1>\n"
              "<p class=\"lead\">",
              SHOW_PIECES(show_link(&all), show_say(SHOW_BACK),
                          show_text(cert->name),
                          show_state_badge(status->phase)));
    draw_summary(view, status);
    show_put(view, "</p>\n");
}

/* --- what happens next -------------------------------------------------- */

static void draw_next(const show_view_t *view, const edge_cert_t *cert,
                      const edge_status_t *status)
{
    show_draw(
        view,
        "<section aria-labelledby=\"next\">\n"
        "<h2 id=\"next\">{1}</h2>\n"
        "<p><b>{2}</b>",
        SHOW_PIECES(show_say(SHOW_NEXT), show_state_action(status->action)));
    if (status->action_at != 0) {
        show_draw(view, " {1}", SHOW_PIECES(show_when(status->action_at)));
    }
    show_put(view, "<br>\n");
    show_reason(view, cert, status);
    show_put(view, "</p>\n");
    if (view->controls != NULL) {
        show_buttons(view, cert, status);
    }
    show_put(view, "</section>\n");
}

static void draw_life(const show_view_t *view, const edge_status_t *status)
{
    if (status->not_after == 0) {
        return;
    }
    show_draw(view,
              "<section aria-labelledby=\"life\">\n"
              "<h2 id=\"life\">{1}</h2>\n",
              SHOW_PIECES(show_say(SHOW_LIFE)));
    show_life_draw(view, status);
    show_put(view, "</section>\n");
}

/* --- facts -------------------------------------------------------------- */

static void draw_fact(const show_view_t *view, show_word_t label,
                      show_piece_t value)
{
    show_draw(view, "<dt>{1}</dt>\n<dd>{2}</dd>\n",
              SHOW_PIECES(show_say(label), value));
}

static void begin_fact(const show_view_t *view, show_word_t label)
{
    show_draw(view, "<dt>{1}</dt>\n<dd>", SHOW_PIECES(show_say(label)));
}

static void end_fact(const show_view_t *view)
{
    show_put(view, "</dd>\n");
}

static void draw_since(const show_view_t *view, const edge_status_t *status)
{
    if (status->live_since != 0) {
        draw_fact(view, SHOW_LIVE_SINCE,
                  show_say_with(status->live_by == EDGE_BY_HOT
                                    ? SHOW_LIVE_BY_HOT
                                    : SHOW_LIVE_BY_RESTART,
                                SHOW_PIECES(show_when(status->live_since))));
    }
}

static void draw_live(const show_view_t *view, const edge_status_t *status)
{
    if (status->not_after == 0) {
        draw_fact(view, SHOW_LIVE, show_say(SHOW_NONE));
        return;
    }
    show_draw(view,
              "<dt>{1}</dt>\n<dd><span class=\"serial\">{2}</span></dd>\n",
              SHOW_PIECES(show_say(SHOW_SERIAL), show_text(status->serial)));
    draw_since(view, status);
    draw_fact(view, SHOW_VALID_FROM, show_time(status->not_before));
    draw_fact(view, SHOW_VALID_UNTIL, show_when(status->not_after));
    draw_fact(view, SHOW_RENEWS_AT,
              status->renew_at != 0 ? show_when(status->renew_at)
                                    : show_say(SHOW_NONE));
}

static void draw_pending(const show_view_t *view, const edge_status_t *status)
{
    if (status->staged_not_after == 0) {
        draw_fact(view, SHOW_PENDING, show_say(SHOW_NONE));
        return;
    }
    begin_fact(view, SHOW_PENDING);
    show_draw(view, "{1}<br>\n<span class=\"serial\">{2}</span>",
              SHOW_PIECES(
                  show_say_with(SHOW_VALID_TO, SHOW_PIECES(show_when(
                                                   status->staged_not_after))),
                  show_text(status->staged_serial)));
    end_fact(view);
}

static void draw_authority(const show_view_t *view, const edge_cert_t *cert,
                           const edge_status_t *status)
{
    draw_fact(view, SHOW_AUTHORITY, show_text(status->provider));
    begin_fact(view, SHOW_ACCOUNT);
    show_state_contacts(view, cert);
    end_fact(view);
    draw_fact(view, SHOW_KEY, show_text(ae_key_type_word(cert->key_type)));
    draw_fact(view, SHOW_MODE,
              show_say(cert->renews_by_hand ? SHOW_BY_HAND : SHOW_BY_ITSELF));
    begin_fact(view, SHOW_SCHEDULE);
    show_state_schedule(view, cert);
    end_fact(view);
}

static void draw_outcome(const show_view_t *view, show_word_t label,
                         edge_outcome_t outcome, apr_time_t at,
                         const char *text)
{
    begin_fact(view, label);
    show_state_outcome(view, outcome, show_when(at));
    if (text[0] != '\0') {
        show_draw(view, "<br>\n<span class=\"hint\">{1}</span>",
                  SHOW_PIECES(show_english(text)));
    }
    end_fact(view);
}

/* Why the last signing failed stands above. */
static void draw_outcomes(const show_view_t *view, const edge_status_t *status)
{
    draw_outcome(
        view, SHOW_LAST_SIGN, status->signed_outcome, status->signed_at,
        status->signed_outcome == EDGE_OUTCOME_FAILED ? ""
                                                      : status->signed_text);
    draw_outcome(view, SHOW_LAST_DEPLOY, status->deployed_outcome,
                 status->deployed_at, status->deployed_text);
    draw_fact(view, SHOW_SUCCEEDED,
              status->succeeded_at != 0 ? show_when(status->succeeded_at)
                                        : show_say(SHOW_NEVER));
}

static void draw_facts(const show_view_t *view, const edge_cert_t *cert,
                       const edge_status_t *status)
{
    show_draw(view,
              "<section aria-labelledby=\"facts\">\n"
              "<h2 id=\"facts\">{1}</h2>\n"
              "<dl class=\"facts\">\n",
              SHOW_PIECES(show_say(SHOW_FACTS)));
    draw_live(view, status);
    draw_pending(view, status);
    draw_authority(view, cert, status);
    draw_outcomes(view, status);
    show_put(view, "</dl>\n</section>\n");
}

/* --- the whole ---------------------------------------------------------- */

void show_cert(const show_view_t *view, const edge_cert_t *cert,
               const edge_status_t *status)
{
    draw_head(view, cert, status);
    show_buttons_text(view);
    draw_life(view, status);
    show_last_failure(view, status);
    draw_next(view, cert, status);
    show_last_names(view, cert, status);
    show_last_steps(view, status);
    draw_facts(view, cert, status);
    show_last_history(view);
}
