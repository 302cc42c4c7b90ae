#include "show_reason.h"

#include "show_state.h"

/* The plan's own sentence. */
static void draw_plan(const show_view_t *view, const edge_status_t *status)
{
    show_put_piece(view, show_english(status->action_reason));
}

static void draw_renewal(const show_view_t *view, const edge_cert_t *cert,
                         const edge_status_t *status)
{
    edge_span_t window = cert->renew_window;

    if (status->phase == EDGE_PHASE_EXPIRED) {
        show_put_piece(
            view, show_say_with(SHOW_WHY_EXPIRED,
                                SHOW_PIECES(show_time(status->not_after))));
    } else if (status->phase != EDGE_PHASE_VALID ||
               status->action_at != status->renew_at) {
        draw_plan(view, status);
    } else if (window.percent == EDGE_THIRD_PERCENT) {
        show_put_piece(view, show_say(SHOW_WHY_TWO_THIRDS));
    } else if (window.percent != 0) {
        show_put_piece(
            view, show_say_with(SHOW_WHY_PERCENT_LEFT,
                                SHOW_PIECES(show_number(window.percent))));
    } else {
        show_put_piece(view, show_say(SHOW_WHY_WINDOW));
    }
}

static void draw_retry(const show_view_t *view, const edge_status_t *status)
{
    const char *meaning =
        edge_cause_meaning(status->cause, view->query->language);

    if (meaning[0] == '\0') {
        draw_plan(view, status);
        return;
    }
    show_draw(
        view, "{1} {2}",
        SHOW_PIECES(show_say_with(SHOW_WHY_ATTEMPT,
                                  SHOW_PIECES(show_number(status->attempts))),
                    show_text(meaning)));
}

/* One that waits for a person, or for a restart by hand: the plan names the
 * command. */
static void draw_deployment(const show_view_t *view,
                            const edge_status_t *status)
{
    if (status->deploy_at > view->source->now) {
        show_put_piece(view, show_say(SHOW_WHY_WAITS_FOR_WINDOW));
    } else if (status->action_at != 0) {
        show_put_piece(view,
                       show_say(status->is_hot ? SHOW_WHY_GOES_LIVE_HOT
                                               : SHOW_WHY_WAITS_FOR_RESTART));
    } else {
        draw_plan(view, status);
    }
}

static void draw_order(const show_view_t *view, const edge_status_t *status)
{
    int last = show_state_last_step(status);

    if (status->step[0] != '\0' && last >= 0) {
        show_put_piece(view, show_state_step(status, last));
    } else {
        draw_plan(view, status);
    }
}

/* Where action, phase and times tell the whole reason, there is a sentence in
 * the page's language; other reasons are the plan's own. */
void show_reason(const show_view_t *view, const edge_cert_t *cert,
                 const edge_status_t *status)
{
    switch (status->action) {
    case EDGE_ACTION_RENEW:
        draw_renewal(view, cert, status);
        break;
    case EDGE_ACTION_RETRY:
        draw_retry(view, status);
        break;
    case EDGE_ACTION_DEPLOY:
        draw_deployment(view, status);
        break;
    case EDGE_ACTION_FOLLOW:
        draw_order(view, status);
        break;
    case EDGE_ACTION_NONE:
    case EDGE_ACTION_SIGN:
    case EDGE_ACTIONS:
        draw_plan(view, status);
        break;
    }
}
