#ifndef EDGE_SCENE_H
#define EDGE_SCENE_H

/** What tests of src/edge/ play in: a configuration, a store in t_dir(), a log
 * that is kept, a table of published challenges. All from t_pool. */

#include "edge_cert.h"
#include "edge_challenge.h"
#include "edge_store.h"

#define DAY apr_time_from_sec(86400)
#define MINUTE apr_time_from_sec(60)
#define SECOND apr_time_from_sec(1)

/* A Sunday in 2026, as good as any other. */
#define SCENE_NOW apr_time_from_sec(1795000000)

/** A provider of that name: "ca" is the scripted one, any other has its
 * directory at https://<name>/dir. */
const edge_provider_t *scene_provider(const char *name);

/** A certificate of names that blanks part, by these providers. */
edge_cert_t *scene_cert(const char *names, const char *providers);

/** An array of const edge_cert_t *, the arguments end with NULL. */
apr_array_header_t *scene_certs(const edge_cert_t *first, ...);

/** So many certificates, host0.example and on, by these providers. */
apr_array_header_t *scene_many(int count, const char *providers);

/** The store in t_dir()/store; made at the first call. */
const edge_store_t *scene_store(void);

/** A path below the store. */
const char *scene_path(const char *below);

/** Write a file below the store. */
void scene_write(const char *below, ae_bytes_t bytes);

/** Put an empty file in place of a file or directory below the store. */
void scene_break(const char *below);

/** A log whose lines are kept, each with its level ("warning: AE040: ..."). */
const ae_log_t *scene_log(void);

/** How many lines hold the text, and the last of them or "". */
int scene_logged(const char *text);
const char *scene_log_line(const char *text);
void scene_log_forget(void);

/** A store for challenges in a table. */
const edge_challenge_store_t *scene_challenges(void);

/** The key authorization published for a token, or NULL. */
const char *scene_challenge(const char *token);
int scene_challenges_open(void);
const apr_array_header_t *scene_tokens(void); /* acme_token_t */

/** Lose them all, as a restart does. */
void scene_challenges_forget(void);

/** Make `put` fail from now on, or work again. */
void scene_challenges_break(int broken);

/** Forget all of the above, as t_pool does. */
void scene_setup(void);

#endif
