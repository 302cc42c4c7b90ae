#include "show_overview.h"

#include "show_state.h"
#include "show_worker.h"

#include <apr_hash.h>

/* --- the whole in a few words ------------------------------------------- */

static int is_silent(const show_source_t *source)
{
    return show_worker_is_silent(source->last_tick, source->now);
}

static int is_troubled(const show_source_t *source)
{
    return source->trouble != NULL && source->trouble->what[0] != '\0';
}

static int bad_count(const show_list_t *list)
{
    return list->counts[EDGE_PHASE_FAILING] + list->counts[EDGE_PHASE_EXPIRED];
}

static show_word_t find_headline(const show_view_t *view,
                                 const show_list_t *list)
{
    if (list->total == 0) {
        return SHOW_NOTHING_YET;
    }
    if (bad_count(list) > 0 || is_silent(view->source) ||
        is_troubled(view->source)) {
        return SHOW_NEEDS_ATTENTION;
    }
    if (list->counts[EDGE_PHASE_ORDERING] > 0) {
        return SHOW_UNDER_WAY;
    }
    return list->counts[EDGE_PHASE_VALID] == list->total ? SHOW_ALL_IS_WELL
                                                         : SHOW_SOME_WAIT;
}

static const char *headline_class(show_word_t headline)
{
    return headline == SHOW_ALL_IS_WELL       ? "good"
           : headline == SHOW_NEEDS_ATTENTION ? "bad"
           : headline == SHOW_NOTHING_YET     ? "none"
                                              : "going";
}

static void draw_headline(const show_view_t *view, const show_list_t *list)
{
    show_word_t headline = find_headline(view, list);

    show_draw(
        view,
        "<div class=\"headline {1}\">\n"
        "<h1>{2}</h1>\n"
        "<p>{3}</p>\n"
        "</div>\n",
        SHOW_PIECES(
            show_markup(headline_class(headline)), show_say(headline),
            list->total == 0
                ? show_say(SHOW_HOW_TO_BEGIN)
                : show_say_with(
                      SHOW_VALID_OF,
                      SHOW_PIECES(show_number(list->counts[EDGE_PHASE_VALID]),
                                  show_number(list->total)))));
}

/* --- how many are in which state ---------------------------------------- */

static void draw_count(const show_view_t *view, const show_list_t *list,
                       edge_phase_t phase)
{
    show_query_t query = {
        .language = view->query->language, .page = 1, .states = 1 << phase};
    int is_chosen = view->query->states == query.states;

    if (list->counts[phase] == 0 && !is_chosen) {
        return;
    }
    show_draw(view, "<li><a href=\"{1}\"{2}><b>{3}</b> {4}</a></li>\n",
              SHOW_PIECES(
                  show_link(&query),
                  show_markup(is_chosen ? " aria-current=\"true\"" : ""),
                  show_number(list->counts[phase]), show_state_badge(phase)));
}

static void draw_counts(const show_view_t *view, const show_list_t *list)
{
    const show_query_t all = {.language = view->query->language, .page = 1};
    int phase;

    show_draw(view,
              "<nav aria-label=\"{1}\">\n"
              "<ul class=\"counts\">\n"
              "<li><a href=\"{2}\"{3}><b>{4}</b> {5}</a></li>\n",
              SHOW_PIECES(show_say(SHOW_BY_STATE), show_link(&all),
                          show_markup(view->query->states == 0 &&
                                              view->query->name == NULL
                                          ? " aria-current=\"true\""
                                          : ""),
                          show_number(list->total), show_say(SHOW_ALL)));
    for (phase = 0; phase < EDGE_PHASES; phase++) {
        draw_count(view, list, (edge_phase_t)phase);
    }
    show_put(view, "</ul>\n</nav>\n");
}

/* --- what happens next, and who sees to it ------------------------------ */

static void draw_next(const show_view_t *view, const show_list_t *list)
{
    show_query_t query = {.language = view->query->language, .page = 1};

    show_draw(view, "<dt>{1}</dt>\n", SHOW_PIECES(show_say(SHOW_NEXT_OF_ALL)));
    if (list->next < 0) {
        show_draw(view, "<dd>{1}</dd>\n",
                  SHOW_PIECES(show_say(SHOW_NEXT_NONE)));
        return;
    }
    query.cert =
        APR_ARRAY_IDX(view->source->certs, list->next, const edge_cert_t *)
            ->name;
    show_draw(view, "<dd><a href=\"{1}\">{2}</a>: {3}, {4}</dd>\n",
              SHOW_PIECES(show_link(&query), show_text(query.cert),
                          show_state_action(list->next_action),
                          show_when(list->next_at)));
}

static void draw_worker(const show_view_t *view)
{
    const show_source_t *source = view->source;
    int is_bad = is_silent(source) || is_troubled(source);
    show_word_t word = source->last_tick == 0 ? SHOW_WORKER_NOT_BEGUN
                       : is_silent(source)    ? SHOW_WORKER_SILENT
                                              : SHOW_WORKER_ACTIVE;

    show_draw(view, "<dt>{1}</dt>\n<dd class=\"{2}\">{3}",
              SHOW_PIECES(show_say(SHOW_WORKER),
                          show_markup(is_bad ? "worker bad" : "worker"),
                          show_say_with(word, SHOW_PIECES(show_distance(
                                                  source->last_tick)))));
    if (is_troubled(source)) {
        show_draw(view, "<br>\n{1}",
                  SHOW_PIECES(
                      show_english(ae_error_line(source->trouble, view->p))));
    }
    show_put(view, "</dd>\n");
}

static void draw_port(const show_view_t *view)
{
    const show_source_t *source = view->source;

    if (source->port != 0) {
        show_draw(
            view, "<dt>{1}</dt>\n<dd>{2}</dd>\n",
            SHOW_PIECES(
                show_say(SHOW_PORT),
                show_say_with(source->port_is_open ? SHOW_PORT_OPEN
                                                   : SHOW_PORT_CLOSED,
                              SHOW_PIECES(show_number((int)source->port)))));
    }
}

/* --- what is worth a look before anything fails ------------------------- */

static apr_hash_t *index_names(const show_view_t *view)
{
    const apr_array_header_t *certs = view->source->certs;
    apr_hash_t *names = apr_hash_make(view->p);
    int i;

    for (i = 0; i < certs->nelts; i++) {
        const edge_cert_t *cert = APR_ARRAY_IDX(certs, i, const edge_cert_t *);

        apr_hash_set(names, cert->name, APR_HASH_KEY_STRING, cert);
    }
    return names;
}

/* A host has findings, too, where no certificate has its name. */
static void draw_finding(const show_view_t *view,
                         const edge_finding_t *finding, apr_hash_t *names)
{
    const show_query_t query = {
        .language = view->query->language, .page = 1, .cert = finding->name};

    show_put(view, "<li>");
    if (apr_hash_get(names, finding->name, APR_HASH_KEY_STRING) != NULL) {
        show_draw(view, "<a href=\"{1}\">{2}</a>: ",
                  SHOW_PIECES(show_link(&query), show_text(finding->name)));
    } else if (finding->name[0] != '\0') {
        show_draw(view, "{1}: ", SHOW_PIECES(show_text(finding->name)));
    }
    show_draw(
        view, "{1} <span class=\"hint\">{2}</span></li>\n",
        SHOW_PIECES(show_english(finding->text), show_text(finding->id)));
}

static void draw_findings(const show_view_t *view)
{
    const apr_array_header_t *findings = view->source->findings;
    apr_hash_t *names;
    int i;

    if (findings == NULL || findings->nelts == 0) {
        return;
    }
    show_draw(view,
              "<section aria-labelledby=\"findings\">\n"
              "<h2 id=\"findings\">{1}</h2>\n"
              "<ul class=\"findings\">\n",
              SHOW_PIECES(show_say(SHOW_FINDINGS)));
    names = index_names(view);
    for (i = 0; i < findings->nelts; i++) {
        draw_finding(view, APR_ARRAY_IDX(findings, i, const edge_finding_t *),
                     names);
    }
    show_put(view, "</ul>\n</section>\n");
}

void show_overview(const show_view_t *view, const show_list_t *list)
{
    draw_headline(view, list);
    if (list->total > 0) {
        draw_counts(view, list);
        show_put(view, "<dl class=\"overview\">\n");
        draw_next(view, list);
        draw_worker(view);
        draw_port(view);
        show_put(view, "</dl>\n");
    }
    draw_findings(view);
}
