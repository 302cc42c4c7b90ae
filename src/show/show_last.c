#include "show_last.h"

#include "show_state.h"

#include <string.h>

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

static void draw_error(const show_view_t *view, const ae_error_t *error)
{
    draw_part(view, "<p lang=\"en\">{1}</p>\n", error->what);
    draw_part(view, "<blockquote lang=\"en\">{1}</blockquote>\n", error->why);
    draw_part(view, "<p lang=\"en\">{1}</p>\n", error->next);
}

void show_last_failure(const show_view_t *view, const edge_status_t *status)
{
    const ae_error_t *error = find_error(view);

    if (error == NULL && status->signed_outcome != EDGE_OUTCOME_FAILED) {
        return;
    }
    show_draw(view,
              "<section class=\"failure\" aria-labelledby=\"failure\">\n"
              "<h2 id=\"failure\">{1}</h2>\n",
              SHOW_PIECES(show_say(SHOW_FAILURE)));
    if (error != NULL) {
        draw_error(view, error);
    } else {
        draw_part(view, "<blockquote lang=\"en\">{1}</blockquote>\n",
                  status->signed_text);
    }
    if (status->attempts > 0) {
        show_draw(
            view, "<p class=\"hint\">{1}</p>\n",
            SHOW_PIECES(show_say_with(
                SHOW_ATTEMPTS, SHOW_PIECES(show_number(status->attempts)))));
    }
    show_put(view, "</section>\n");
}

/* --- the names ---------------------------------------------------------- */

/* The CA's words for a name, "" where it said nothing. */
static const char *find_why(const show_view_t *view, const char *name)
{
    const show_detail_t *detail = view->source->detail;
    int i;

    if (detail == NULL || detail->last == NULL || detail->last->at == 0) {
        return "";
    }
    for (i = 0; i < detail->last->names->nelts; i++) {
        const edge_progress_name_t *told =
            &APR_ARRAY_IDX(detail->last->names, i, edge_progress_name_t);

        if (strcmp(told->name, name) == 0) {
            return told->why;
        }
    }
    return "";
}

static void draw_name(const show_view_t *view, const edge_cert_t *cert,
                      const edge_status_t *status, int index)
{
    const char *name = APR_ARRAY_IDX(cert->names, index, const char *);
    edge_name_state_t state = show_state_of_name(status, index);

    show_draw(view,
              "<tr>\n"
              "<th scope=\"row\">{1}</th>\n"
              "<td><span class=\"name-state {2}\">{3}</span></td>\n"
              "<td lang=\"en\">{4}</td>\n"
              "</tr>\n",
              SHOW_PIECES(show_text(name),
                          show_markup(edge_name_state_word(state)),
                          show_state_name_word(state),
                          show_text(find_why(view, name))));
}

void show_last_names(const show_view_t *view, const edge_cert_t *cert,
                     const edge_status_t *status)
{
    int i;

    show_draw(view,
              "<section aria-labelledby=\"names\">\n"
              "<h2 id=\"names\">{1}</h2>\n"
              "<table class=\"plain\">\n"
              "<thead>\n<tr>\n"
              "<th scope=\"col\">{2}</th>\n"
              "<th scope=\"col\">{3}</th>\n"
              "<th scope=\"col\">{4}</th>\n"
              "</tr>\n</thead>\n<tbody>\n",
              SHOW_PIECES(show_say(SHOW_NAMES), show_say(SHOW_NAME),
                          show_say(SHOW_VALIDATION), show_say(SHOW_CA_SAYS)));
    for (i = 0; i < cert->names->nelts; i++) {
        draw_name(view, cert, status, i);
    }
    show_put(view, "</tbody>\n</table>\n</section>\n");
}

/* --- the steps of the last order ---------------------------------------- */

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
    {"challenge", SHOW_STEP_CHALLENGE},
    {"order", SHOW_STEP_ORDER},
    {"finalize", SHOW_STEP_FINALIZE},
    {"certificate", SHOW_STEP_CERTIFICATE},
    {"issued", SHOW_STEP_ISSUED},
    {"failed", SHOW_STEP_FAILED},
};

static show_piece_t step_words(const char *step)
{
    apr_size_t i;

    for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        if (strcmp(step, steps[i].step) == 0) {
            return show_say(steps[i].word);
        }
    }
    return show_english(step);
}

static int is_current(const edge_status_t *status, int i)
{
    return status->step[0] != '\0' && (i + 1 == EDGE_STATUS_STEPS ||
                                       status->steps[i + 1].word[0] == '\0');
}

void show_last_steps(const show_view_t *view, const edge_status_t *status)
{
    int i;

    if (status->steps[0].word[0] == '\0') {
        return;
    }
    show_draw(view,
              "<section aria-labelledby=\"steps\">\n"
              "<h2 id=\"steps\">{1}</h2>\n"
              "<ol class=\"steps\">\n",
              SHOW_PIECES(show_say(SHOW_STEPS)));
    for (i = 0; i < EDGE_STATUS_STEPS && status->steps[i].word[0]; i++) {
        show_draw(view, "<li{1}>{2} <span class=\"hint\">{3}</span></li>\n",
                  SHOW_PIECES(show_markup(is_current(status, i)
                                              ? " aria-current=\"step\""
                                              : ""),
                              step_words(status->steps[i].word),
                              show_second(status->steps[i].at)));
    }
    show_put(view, "</ol>\n</section>\n");
}

/* --- history ------------------------------------------------------------ */

void show_last_history(const show_view_t *view)
{
    (void)view;
}
