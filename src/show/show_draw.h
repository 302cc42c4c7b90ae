#ifndef SHOW_DRAW_H
#define SHOW_DRAW_H

/** Pieces of HTML with places for what is not ours. What goes into a place is
 * escaped for it there, so that a piece of markup can be read as one. */

#include "show_page.h"
#include "show_words.h"

/** What a whole page is made with; borrowed. */
typedef struct show_view_t {
    const show_out_t *out;
    const show_source_t *source;
    const show_query_t *query;
    const char *path;
    const show_controls_t *controls; /* NULL: no buttons */
    apr_pool_t *p;
} show_view_t;

/** What goes into a place. Made by the functions below, which only borrow. */
typedef struct show_piece_t show_piece_t;
struct show_piece_t {
    void (*draw)(const show_view_t *view, const show_piece_t *piece);
    const char *text;
    apr_int64_t number;
    const show_piece_t *pieces;
    const show_query_t *query;
};

/** The pieces for {1}, {2} ... */
#define SHOW_PIECES(...) ((const show_piece_t[]){__VA_ARGS__, {.draw = NULL}})

/** Put out our own markup, with pieces in the places {1} to {9}. A place
 * without a piece stays empty. */
void show_draw(const show_view_t *view, const char *markup,
               const show_piece_t *pieces);

/** The same for markup without a place. */
void show_put(const show_view_t *view, const char *markup);

/** One piece alone. */
void show_put_piece(const show_view_t *view, show_piece_t piece);

/** One of our words, or a sentence with places of its own. */
show_piece_t show_say(show_word_t word);
show_piece_t show_say_with(show_word_t word, const show_piece_t *pieces);

/** Any text, as text or in a quoted attribute. NULL: nothing. */
show_piece_t show_text(const char *text);

/** The same with its lines kept, for <pre>. */
show_piece_t show_lines(const char *text);

/** Any text that is no word of ours, and English: marked so on a page in
 * another language. Not in an attribute. */
show_piece_t show_english(const char *text);

show_piece_t show_number(apr_int64_t number);

/** Our own markup or class as it is. */
show_piece_t show_markup(const char *markup);

/** A moment as <time>, in UTC to the minute; 0: a dash. Not in an attribute. */
show_piece_t show_time(apr_time_t at);

/** The same with how far away it is. */
show_piece_t show_when(apr_time_t at);

/** The same for lists: the day alone where that is far enough away. */
show_piece_t show_day(apr_time_t at);

/** Only how far away it is, as <time>. */
show_piece_t show_distance(apr_time_t at);

/** The time of day to the second, as <time>. */
show_piece_t show_second(apr_time_t at);

/** When, and how far away, without markup: for attributes and drawings. */
show_piece_t show_time_text(apr_time_t at);
show_piece_t show_distance_text(apr_time_t at);

/** The address of the page that `query` asks for, for a quoted attribute. */
show_piece_t show_link(const show_query_t *query);

/** The path of the page alone, for a form. */
show_piece_t show_path(void);

#endif
