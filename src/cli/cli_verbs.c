#include "cli_verb.h"

#include <apr_strings.h>
#include <string.h>

/* The table of verbs, and what is made of it. */
const cli_verb_t cli_verbs[] = {
    {"status", "[NAME]", 0, 1, 0, "how all certificates stand, or one in full",
     "Reads the store alone: it works while httpd is stopped, and says so.\n",
     cli_status},
    {"show", "NAME [--live|--pending] [--pem]", 1, 1,
     CLI_LIVE | CLI_PENDING | CLI_PEM,
     "the certificate in use and the pending one, decoded",
     "Tells where it differs from what is configured. With --pem it prints "
     "the\n"
     "chain, of the one in use where both are there.\n",
     cli_show},
    {"sign", "NAME", 1, 1, 0, "order a certificate now, and follow it",
     "Joins an order under way. What ACMERenew and earlier failures say does\n"
     "not matter, but a CA that wants to be left alone is. Ctrl-C ends the\n"
     "following, not the order.\n",
     cli_sign},
    {"deploy", "NAME", 1, 1, 0, "approve the pending certificate",
     "Whatever ACMEDeploy says, it goes live with the next restart of httpd,\n"
     "which httpd makes by itself unless ACMEReload is none.\n",
     cli_deploy},
    {"discard", "NAME", 1, 1, 0, "drop the pending certificate",
     "The certificate in use stays in use; the next one is ordered a day\n"
     "later, or on `sign`.\n",
     cli_discard},
    {"help", "[VERB]", 0, 1, 0, "this, or more on one verb", "", cli_help},
    {NULL, NULL, 0, 0, 0, NULL, NULL, NULL},
};

const cli_verb_t *cli_verb_find(const char *word)
{
    const cli_verb_t *verb = cli_verbs;

    while (verb->name && strcmp(verb->name, word) != 0) {
        verb++;
    }
    return verb->name ? verb : NULL;
}

const char *cli_verb_usage(const cli_verb_t *verb, apr_pool_t *p)
{
    return apr_pstrcat(p, "usage: acme-edge [--store DIR] [--json] ",
                       verb ? verb->name : "VERB [NAME] ...",
                       verb && verb->operands[0] ? " " : "",
                       verb ? verb->operands : "", "\n", NULL);
}
