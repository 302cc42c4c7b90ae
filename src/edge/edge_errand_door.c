#include "edge_errand_own.h"

/* Where the key of the account is in doubt, somebody who wants the session
 * alone finds out. */
int edge_errand_enter(edge_errand_t *errand)
{
    edge_session_t *session = errand->session;

    if (errand->kind->alone) {
        errand->inside = edge_session_claim(session, errand);
    } else if (!edge_session_is_claimed(session) &&
               !edge_session_key_in_doubt(session)) {
        edge_session_enter(session);
        errand->inside = 1;
    }
    return errand->inside;
}

/* Others may have closed a session that it only waits for. */
void edge_errand_leave(edge_errand_t *errand)
{
    edge_sessions_t *sessions = errand->config->sessions;

    edge_sessions_release(sessions, errand);
    if (errand->inside && !errand->kind->alone) {
        edge_session_leave(errand->session);
    }
    if (errand->inside && errand->closes) {
        edge_sessions_close(sessions, errand->session);
    }
    errand->inside = 0;
    errand->session = NULL;
}
