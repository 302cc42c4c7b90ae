#ifndef ERRAND_SCENE_H
#define ERRAND_SCENE_H

/** Errands in a world of one certificate: asked, and come back from. */

#include "edge_errand.h"
#include "edge_world.h"

#define ERRAND_NAMES "a.example b.example"

/** The world, its scheduler not started. */
world_t *errand_world(void);

/** What asks for the revocation of a certificate of the key key_p256.pem. */
json_t *errand_revocation(void);

/** Add the sealed key of a fixture. */
void errand_with_key(json_t *asked, const char *name);

/** Ask as the command does. @return the errand's id */
const char *errand_ask(json_t *asked);

/** Whether a file of it is in requests/: "" or ".done". */
int errand_is_there(const char *id, const char *suffix);

/** Let time pass until there is an outcome. */
const edge_errand_end_t *errand_come(const char *id);

/** Check that it was done, in these words; or not, and why and what next. */
void errand_check_done(const edge_errand_end_t *outcome, const char *words);
void errand_check_failed(const edge_errand_end_t *outcome, const char *why,
                         const char *next);

#endif
