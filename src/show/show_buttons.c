#include "show_buttons.h"

/* The certificate's name is for who hears one button after the other. */
static void draw_button(const show_view_t *view, const edge_cert_t *cert,
                        const char *verb, show_word_t word)
{
    show_draw(
        view,
        "<button name=\"do\" value=\"{1}\">{2}"
        "<span class=\"unseen\"> {3}</span></button>\n",
        SHOW_PIECES(show_markup(verb), show_say(word), show_text(cert->name)));
}

void show_buttons(const show_view_t *view, const edge_cert_t *cert,
                  const edge_status_t *status)
{
    show_draw(
        view,
        "<form class=\"buttons\" method=\"post\" action=\"{1}\">\n"
        "<input type=\"hidden\" name=\"nonce\" value=\"{2}\">\n"
        "<input type=\"hidden\" name=\"name\" value=\"{3}\">\n"
        "<input type=\"hidden\" name=\"serial\" value=\"{4}\">\n"
        "<input type=\"hidden\" name=\"lang\" value=\"{5}\">\n",
        SHOW_PIECES(show_path(), show_text(view->controls->nonce),
                    show_text(cert->name), show_text(status->staged_serial),
                    show_markup(show_language_code(view->query->language))));
    draw_button(view, cert, "sign", SHOW_BUTTON_SIGN);
    draw_button(view, cert, "show", SHOW_BUTTON_SHOW);
    if (status->staged_not_after != 0) {
        draw_button(view, cert, "deploy", SHOW_BUTTON_DEPLOY);
        draw_button(view, cert, "discard", SHOW_BUTTON_DISCARD);
    }
    draw_button(view, cert, "check", SHOW_BUTTON_CHECK);
    show_put(view, "</form>\n");
}

void show_buttons_text(const show_view_t *view)
{
    if (view->controls != NULL && view->controls->text != NULL) {
        show_draw(view,
                  "<section aria-labelledby=\"answer\">\n"
                  "<h2 id=\"answer\">{1}</h2>\n"
                  "<pre tabindex=\"0\" lang=\"en\">{2}</pre>\n"
                  "</section>\n",
                  SHOW_PIECES(show_say(SHOW_ANSWER),
                              show_lines(view->controls->text)));
    }
}
