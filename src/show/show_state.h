#ifndef SHOW_STATE_H
#define SHOW_STATE_H

/** How a certificate stands, in few words: what the list and the page of one
 * certificate both say. */

#include "show_draw.h"

/** The word of a phase, with a mark of its own beside it. Markup. */
show_piece_t show_state_badge(edge_phase_t phase);

/** Its word alone. */
show_piece_t show_state_word(edge_phase_t phase);

/** edge_name_state_t of the name with this index. */
edge_name_state_t show_state_of_name(const edge_status_t *status, int index);

/** The word of that with a mark. Markup. */
show_piece_t show_state_mark(edge_name_state_t state);

/** A step of the last order as people know it.
 * @param index in status->steps */
show_piece_t show_state_step(const edge_status_t *status, int index);

/** The index of the last one, -1 where there is none. */
int show_state_last_step(const edge_status_t *status);

/** What happens next. */
show_piece_t show_state_action(edge_action_t action);

/** When what is staged goes live. */
void show_state_schedule(const show_view_t *view, const edge_cert_t *cert);

/** How a signing or a deployment ended, and its moment unless there was
 * none. */
void show_state_outcome(const show_view_t *view, edge_outcome_t outcome,
                        show_piece_t moment);

/** The contacts of its account, without "mailto:". */
void show_state_contacts(const show_view_t *view, const edge_cert_t *cert);

/** Whether something is under way, so that who looks need not ask again. */
int show_state_is_moving(const show_view_t *view, const edge_status_t *status);

#endif
