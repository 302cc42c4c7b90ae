#include "show_page.h"

#include "show_buttons.h"
#include "show_cert.h"
#include "show_frame.h"
#include "show_list.h"
#include "show_overview.h"
#include "show_state.h"
#include "show_table.h"

static void draw_list(const show_view_t *view)
{
    show_list_t list;

    show_list_make(&list, view->source, view->query, view->p);
    show_frame_begin(view, NULL, 0);
    show_overview(view, &list);
    show_buttons_text(view);
    if (list.total > 0) {
        show_table(view, &list);
    }
    show_frame_end(view);
}

static void draw_unknown(const show_view_t *view)
{
    const show_query_t all = {.language = view->query->language, .page = 1};

    show_frame_begin(view, view->query->cert, 0);
    show_draw(
        view,
        "<h1>{1}</h1>\n"
        "<p>{2}</p>\n"
        "<p><a href=\"{3}\">{4}</a></p>\n",
        SHOW_PIECES(show_say(SHOW_UNKNOWN),
                    show_say_with(SHOW_UNKNOWN_NAME,
                                  SHOW_PIECES(show_text(view->query->cert))),
                    show_link(&all), show_say(SHOW_BACK)));
    show_frame_end(view);
}

/* A page that shows an answer does not come again by itself: the answer would
 * be gone. */
static int renews(const show_view_t *view, const edge_status_t *status)
{
    return show_state_is_moving(view, status) &&
           (view->controls == NULL || view->controls->text == NULL);
}

static void draw_cert(const show_view_t *view, int index)
{
    const edge_cert_t *cert =
        APR_ARRAY_IDX(view->source->certs, index, const edge_cert_t *);
    edge_status_t *status = apr_palloc(view->p, sizeof(*status));

    view->source->status(view->source->ctx, index, status);
    show_frame_begin(view, cert->name, renews(view, status));
    show_cert(view, cert, status);
    show_frame_end(view);
}

void show_page(const show_out_t *out, const show_source_t *source,
               const show_query_t *query, const char *path,
               const show_controls_t *controls, apr_pool_t *p)
{
    const show_view_t view = {.out = out,
                              .source = source,
                              .query = query,
                              .path = path,
                              .controls = controls,
                              .p = p};
    int index;

    if (query->cert == NULL) {
        draw_list(&view);
        return;
    }
    index = show_list_find(source, query->cert);
    if (index < 0) {
        draw_unknown(&view);
    } else {
        draw_cert(&view, index);
    }
}
