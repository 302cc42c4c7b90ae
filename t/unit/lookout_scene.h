#ifndef LOOKOUT_SCENE_H
#define LOOKOUT_SCENE_H

/** A lookout whose network is a table: who has which addresses, and what is
 * said there. What nothing was said of has no address, and serves what
 * edge_scene.h has published. All from t_pool. */

#include "edge_lookout.h"

/** A new one, in the place of the one before. */
const edge_lookout_t *lookout_make(void);

/** The addresses of a name, blank-separated; "" for none. */
void lookout_name(const char *name, const char *addresses);

/** What is said at an address from now on: "" for the right answer, "refused",
 * "hangs", "404", or any other body with status 200. */
void lookout_says(const char *address, const char *what);

/** How often a name or an address was asked. */
unsigned lookout_count(const char *where);

/** How many questions were not dropped yet, and the most there were. */
unsigned lookout_open(void);
unsigned lookout_most(void);

#endif
