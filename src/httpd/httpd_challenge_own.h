#ifndef HTTPD_CHALLENGE_OWN_H
#define HTTPD_CHALLENGE_OWN_H

/** What the files of httpd_challenge share. */

#include "edge_toll.h"
#include "httpd_cache.h"
#include "httpd_challenge.h"

/** Two levels where ACMEChallengeStore is not on this machine: what this
 * server published is found in the first one, with no look at the network. */
struct httpd_challenge_t {
    httpd_challenge_config_t config;
    httpd_cache_t *local;  /* NULL: none could be made */
    httpd_cache_t *shared; /* NULL: the local one is all there is */
    edge_toll_t *toll;     /* what asking the shared one costs, or NULL */
};

#endif
