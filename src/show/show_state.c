#include "show_state.h"

#include <assert.h>
#include <string.h>

/* What is due happens within a second or so; a restart may take ten more. */
#define SOON apr_time_from_sec(2)

/* ACMERenewWindow unless it is configured. */
#define THIRD_PERCENT 33

static const show_word_t phase_words[] = {
    [EDGE_PHASE_WAITING] = SHOW_WAITING, [EDGE_PHASE_ORDERING] = SHOW_ORDERING,
    [EDGE_PHASE_STAGED] = SHOW_STAGED,   [EDGE_PHASE_VALID] = SHOW_VALID,
    [EDGE_PHASE_FAILING] = SHOW_FAILING, [EDGE_PHASE_EXPIRED] = SHOW_EXPIRED,
};
static_assert(sizeof(phase_words) / sizeof(phase_words[0]) == EDGE_PHASES,
              "each phase has a word");

static const show_word_t action_words[] = {
    [EDGE_ACTION_NONE] = SHOW_DO_NONE,
    [EDGE_ACTION_SIGN] = SHOW_DO_SIGN,
    [EDGE_ACTION_RENEW] = SHOW_DO_RENEW,
    [EDGE_ACTION_RETRY] = SHOW_DO_RETRY,
    [EDGE_ACTION_FOLLOW] = SHOW_DO_FOLLOW,
    [EDGE_ACTION_DEPLOY] = SHOW_DO_DEPLOY,
};
static_assert(sizeof(action_words) / sizeof(action_words[0]) == EDGE_ACTIONS,
              "each action has a word");

static const show_word_t name_words[] = {
    [EDGE_NAME_UNKNOWN] = SHOW_NAME_UNKNOWN,
    [EDGE_NAME_PENDING] = SHOW_NAME_PENDING,
    [EDGE_NAME_VALID] = SHOW_NAME_VALID,
    [EDGE_NAME_INVALID] = SHOW_NAME_INVALID,
};
static_assert(sizeof(name_words) / sizeof(name_words[0]) == EDGE_NAME_STATES,
              "each state of a name has a word");

/* --- phases ------------------------------------------------------------- */

show_piece_t show_state_word(edge_phase_t phase)
{
    return show_say(phase_words[phase]);
}

static void draw_badge(const show_view_t *view, const show_piece_t *piece)
{
    edge_phase_t phase = (edge_phase_t)piece->number;

    show_draw(view, "<span class=\"state {1}\">{2}</span>",
              SHOW_PIECES(show_markup(edge_phase_word(phase)),
                          show_state_word(phase)));
}

show_piece_t show_state_badge(edge_phase_t phase)
{
    show_piece_t piece = {.draw = draw_badge, .number = phase};

    return piece;
}

/* --- names -------------------------------------------------------------- */

edge_name_state_t show_state_of_name(const edge_status_t *status, int index)
{
    return index < EDGE_STATUS_NAMES &&
                   status->name_states[index] < EDGE_NAME_STATES
               ? (edge_name_state_t)status->name_states[index]
               : EDGE_NAME_UNKNOWN;
}

show_piece_t show_state_name_word(edge_name_state_t state)
{
    return show_say(name_words[state]);
}

void show_state_name(const show_view_t *view, const edge_cert_t *cert,
                     const edge_status_t *status, int index)
{
    edge_name_state_t state = show_state_of_name(status, index);
    const char *name = APR_ARRAY_IDX(cert->names, index, const char *);

    show_draw(view,
              "<li><span class=\"host\">{1}</span>"
              " <span class=\"name-state {2}\">{3}</span></li>\n",
              SHOW_PIECES(show_text(name),
                          show_markup(edge_name_state_word(state)),
                          show_state_name_word(state)));
}

/* --- what happens next, and why ----------------------------------------- */

show_piece_t show_state_action(edge_action_t action)
{
    return show_say(action_words[action]);
}

static void draw_word(const show_view_t *view, show_word_t word)
{
    show_draw(view, "{1}", SHOW_PIECES(show_say(word)));
}

static void draw_one(const show_view_t *view, show_word_t word,
                     show_piece_t piece)
{
    show_draw(view, "{1}",
              SHOW_PIECES(show_say_with(word, SHOW_PIECES(piece))));
}

static void draw_renewal(const show_view_t *view, const edge_cert_t *cert,
                         const edge_status_t *status)
{
    edge_span_t window = cert->renew_window;

    if (status->phase == EDGE_PHASE_EXPIRED) {
        draw_one(view, SHOW_WHY_EXPIRED, show_time(status->not_after));
    } else if (status->phase != EDGE_PHASE_VALID ||
               status->action_at != status->renew_at) {
        show_draw(view, "{1}",
                  SHOW_PIECES(show_english(status->action_reason)));
    } else if (window.percent == THIRD_PERCENT) {
        draw_word(view, SHOW_WHY_TWO_THIRDS);
    } else if (window.percent != 0) {
        draw_one(view, SHOW_WHY_PERCENT_LEFT, show_number(window.percent));
    } else {
        draw_word(view, SHOW_WHY_WINDOW);
    }
}

/* Where the moment of action, phase and times tell the whole reason, there is
 * a sentence in the page's language; other reasons are the plan's own. */
void show_state_reason(const show_view_t *view, const edge_cert_t *cert,
                       const edge_status_t *status)
{
    if (status->action == EDGE_ACTION_FOLLOW && status->step[0] != '\0') {
        draw_one(view, SHOW_WHY_UNDER_WAY, show_text(status->step));
    } else if (status->action == EDGE_ACTION_RENEW) {
        draw_renewal(view, cert, status);
    } else {
        show_draw(view, "{1}",
                  SHOW_PIECES(show_english(status->action_reason)));
    }
}

int show_state_is_moving(const show_view_t *view, const edge_status_t *status)
{
    return status->phase == EDGE_PHASE_ORDERING ||
           (status->action_at != 0 &&
            status->action_at <= view->source->now + SOON);
}

/* --- single facts ------------------------------------------------------- */

void show_state_schedule(const show_view_t *view, const edge_cert_t *cert)
{
    switch (cert->deploy.kind) {
    case EDGE_SCHEDULE_IMMEDIATELY:
        draw_word(view, SHOW_DEPLOYS_AT_ONCE);
        break;
    case EDGE_SCHEDULE_MANUAL:
        draw_word(view, SHOW_DEPLOYS_BY_HAND);
        break;
    case EDGE_SCHEDULE_WINDOWS:
        draw_one(view, SHOW_DEPLOYS_IN,
                 show_english(edge_schedule_print(&cert->deploy, view->p)));
        break;
    }
}

static void draw_outcome(const show_view_t *view, edge_outcome_t outcome,
                         apr_time_t at)
{
    static const show_word_t words[] = {
        [EDGE_OUTCOME_NEVER] = SHOW_NEVER,
        [EDGE_OUTCOME_DONE] = SHOW_DONE,
        [EDGE_OUTCOME_FAILED] = SHOW_FAILED,
    };
    static_assert(sizeof(words) / sizeof(words[0]) == EDGE_OUTCOMES,
                  "each outcome has a word");

    show_draw(view, "<span class=\"outcome {1}\">{2}</span>",
              SHOW_PIECES(show_markup(edge_outcome_word(outcome)),
                          show_say(words[outcome])));
    if (outcome != EDGE_OUTCOME_NEVER) {
        show_draw(view, " {1}", SHOW_PIECES(show_when(at)));
    }
}

void show_state_signed(const show_view_t *view, const edge_status_t *status)
{
    draw_outcome(view, status->signed_outcome, status->signed_at);
}

void show_state_deployed(const show_view_t *view, const edge_status_t *status)
{
    draw_outcome(view, status->deployed_outcome, status->deployed_at);
}

void show_state_contacts(const show_view_t *view, const edge_cert_t *cert)
{
    static const char scheme[] = "mailto:";
    int i;

    if (cert->contacts->nelts == 0) {
        draw_word(view, SHOW_NO_CONTACT);
    }
    for (i = 0; i < cert->contacts->nelts; i++) {
        const char *contact = APR_ARRAY_IDX(cert->contacts, i, const char *);

        if (strncmp(contact, scheme, strlen(scheme)) == 0) {
            contact += strlen(scheme);
        }
        show_draw(
            view, "{1}{2}",
            SHOW_PIECES(show_markup(i > 0 ? ", " : ""), show_text(contact)));
    }
}
