#include "show_state.h"

#include <assert.h>
#include <string.h>

/* What is due happens within a second or so; a restart may take ten more. */
#define SOON apr_time_from_sec(2)

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

static void draw_mark(const show_view_t *view, const show_piece_t *piece)
{
    edge_name_state_t state = (edge_name_state_t)piece->number;

    show_draw(view, "<span class=\"name-state {1}\">{2}</span>",
              SHOW_PIECES(show_markup(edge_name_state_word(state)),
                          show_say(name_words[state])));
}

show_piece_t show_state_mark(edge_name_state_t state)
{
    show_piece_t piece = {.draw = draw_mark, .number = state};

    return piece;
}

/* --- steps ---------------------------------------------------------------- */

/* The engine's words, as people know them. */
static const struct {
    const char *step;
    show_word_t word;
} steps[] = {
    {"directory", SHOW_STEP_DIRECTORY},
    {"newNonce", SHOW_STEP_NONCE},
    {"newAccount", SHOW_STEP_ACCOUNT},
    {"newOrder", SHOW_STEP_NEW_ORDER},
    {"authorization", SHOW_STEP_AUTHORIZATION},
    {"probe", SHOW_STEP_PROBE},
    {"port", SHOW_STEP_PORT},
    {"challenge", SHOW_STEP_CHALLENGE},
    {"order", SHOW_STEP_ORDER},
    {"finalize", SHOW_STEP_FINALIZE},
    {"certificate", SHOW_STEP_CERTIFICATE},
    {"issued", SHOW_STEP_ISSUED},
    {"failed", SHOW_STEP_FAILED},
};

/* The CA is asked how the order stands before it is finalized, and behind. */
static int is_behind_finalize(const edge_status_t *status, int index)
{
    while (--index >= 0) {
        if (strcmp(status->steps[index].word, "finalize") == 0) {
            return 1;
        }
    }
    return 0;
}

show_piece_t show_state_step(const edge_status_t *status, int index)
{
    const char *step = status->steps[index].word;
    apr_size_t i;

    if (strcmp(step, "order") == 0 && is_behind_finalize(status, index)) {
        return show_say(SHOW_STEP_ISSUING);
    }
    for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        if (strcmp(step, steps[i].step) == 0) {
            return show_say(steps[i].word);
        }
    }
    return show_english(step);
}

int show_state_last_step(const edge_status_t *status)
{
    int i = 0;

    while (i < EDGE_STATUS_STEPS && status->steps[i].word[0] != '\0') {
        i++;
    }
    return i - 1;
}

/* --- what happens next ---------------------------------------------------- */

show_piece_t show_state_action(edge_action_t action)
{
    return show_say(action_words[action]);
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
        show_put_piece(view, show_say(SHOW_DEPLOYS_AT_ONCE));
        break;
    case EDGE_SCHEDULE_MANUAL:
        show_put_piece(view, show_say(SHOW_DEPLOYS_BY_HAND));
        break;
    case EDGE_SCHEDULE_WINDOWS:
        show_put_piece(
            view, show_say_with(SHOW_DEPLOYS_IN,
                                SHOW_PIECES(show_english(edge_schedule_print(
                                    &cert->deploy, view->p)))));
        break;
    }
}

void show_state_outcome(const show_view_t *view, edge_outcome_t outcome,
                        show_piece_t moment)
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
        show_draw(view, " {1}", SHOW_PIECES(moment));
    }
}

void show_state_contacts(const show_view_t *view, const edge_cert_t *cert)
{
    static const char scheme[] = "mailto:";
    int i;

    if (cert->contacts->nelts == 0) {
        show_put_piece(view, show_say(SHOW_NO_CONTACT));
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
