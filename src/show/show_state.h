#ifndef SHOW_STATE_H
#define SHOW_STATE_H

/** How a certificate stands, in few words: what the list and the page of one
 * certificate both say. */

#include "show_draw.h"

/** The word of a phase, with a mark of its own beside it. Markup. */
show_piece_t show_state_badge(edge_phase_t phase);

/** Its word alone. */
show_piece_t show_state_word(edge_phase_t phase);

/** A name of the certificate with how the CA stands to it. */
void show_state_name(const show_view_t *view, const edge_cert_t *cert,
                     const edge_status_t *status, int index);

/** edge_name_state_t of the name with this index. */
edge_name_state_t show_state_of_name(const edge_status_t *status, int index);

/** The word of that. */
show_piece_t show_state_name_word(edge_name_state_t state);

/** What happens next. */
show_piece_t show_state_action(edge_action_t action);

/** Why, as a sentence or clause in the page's language, or in English where
 * there is none. */
void show_state_reason(const show_view_t *view, const edge_cert_t *cert,
                       const edge_status_t *status);

/** When what is staged goes live. */
void show_state_schedule(const show_view_t *view, const edge_cert_t *cert);

/** How the last signing and the last deployment ended, and when. */
void show_state_signed(const show_view_t *view, const edge_status_t *status);
void show_state_deployed(const show_view_t *view, const edge_status_t *status);

/** The contacts of its account, without "mailto:". */
void show_state_contacts(const show_view_t *view, const edge_cert_t *cert);

/** Whether something is under way, so that who looks need not ask again. */
int show_state_is_moving(const show_view_t *view, const edge_status_t *status);

#endif
