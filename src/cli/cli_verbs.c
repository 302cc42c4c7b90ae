#include "cli_verb.h"

#include <apr_strings.h>
#include <string.h>

#define ONE_ACCOUNT "PROVIDER may be left out where there is one account.\n"

/* The table of verbs, and what is made of it. */
const cli_verb_t cli_verbs[] = {
    {"status", "[NAME]", 0, 1, 0, "how all certificates stand, or one in full",
     "Reads the store alone: it works while httpd is stopped, and says so.\n",
     cli_status},
    {"show", "NAME [--live|--pending|--csr] [--pem]", 1, 1,
     CLI_LIVE | CLI_PENDING | CLI_CSR | CLI_PEM,
     "the certificates in use and pending, decoded",
     "Tells where it differs from what is configured. With --pem it prints "
     "the\n"
     "chain, of the one in use where both are there. With --csr it shows the\n"
     "request that is kept instead.\n",
     cli_show},
    {"sign", "NAME", 1, 1, 0, "order a certificate now, and follow it",
     "Joins an order under way. What ACMERenew and earlier failures say does\n"
     "not matter, but a CA that wants to be left alone is. Standard error\n"
     "tells each step and each name's validation. Ctrl-C ends the following,\n"
     "not the order.\n",
     cli_sign},
    {"deploy", "NAME", 1, 1, 0, "approve the pending certificate",
     "Whatever ACMEDeploy says, it goes live, as ACMEReload has it: httpd\n"
     "restarts for it by itself, needs no restart, or waits for yours.\n",
     cli_deploy},
    {"discard", "NAME", 1, 1, 0, "drop the pending certificate",
     "The certificate in use stays in use; the next one is ordered a day\n"
     "later, or on `sign`.\n",
     cli_discard},
    {"csr", "NAME [--out FILE]", 1, 1, CLI_OUT,
     "make and keep a key and a request, for any CA",
     "Prints the request (CSR) as PEM, or writes it to FILE, which must not "
     "be\n"
     "there with anything else in it. The key never leaves the store. The "
     "same\n"
     "again tells the same request, until the configured names change.\n",
     cli_csr},
    {"import", "NAME CERT [--trust FILE]", 2, 2, CLI_TRUST,
     "stage a certificate that another CA signed",
     "CERT is a file with the certificate as PEM, intermediate ones behind "
     "it, "
     "or\n"
     "that alone as DER. It must be of the key that `csr` keeps, or of the "
     "one in\n"
     "use, cover the configured names, and lead to a root of this system, or "
     "of\n"
     "FILE. Then ACMEDeploy says when it goes live.\n",
     cli_import},
    {"rollback", "NAME", 1, 1, 0, "bring back the certificate before this one",
     "It must still hold, fit the configuration and have its chain. Whatever\n"
     "ACMEDeploy says, it goes live as by `deploy`. A second time it goes "
     "back\n"
     "one further. What is pending is to be deployed or discarded before.\n",
     cli_rollback},
    {"revoke",
     "NAME|FILE [--pending] [--provider P] [--reason R] [--key FILE] "
     "[--force|--replace]",
     1, 1,
     CLI_PENDING | CLI_PROVIDER | CLI_REASON | CLI_KEY | CLI_FORCE |
         CLI_REPLACE,
     "have a certificate revoked by its CA",
     "By the account that issued it; else with authorizations for its names,\n"
     "which this server gets; else by its own key, which is in the store or\n"
     "given by --key. FILE is in PEM. Reasons are unspecified, "
     "keyCompromise,\n"
     "affiliationChanged, superseded and cessationOfOperation. One in use "
     "needs\n"
     "--force; --replace first gets another one with a new key and deploys "
     "it.\n",
     cli_revoke},
    {"account list", "[PROVIDER]", 0, 1, 0, "the accounts with CAs",
     "PROVIDER is a word of ACMEProvider. Reads the store alone: it works "
     "while\n"
     "httpd is stopped.\n",
     cli_account_list},
    {"account update", "[PROVIDER]", 0, 1, 0,
     "tell the CA who it can write to",
     "Sends what ACMEEmail says now. A changed address is told by itself "
     "with\n"
     "the next order.\n" ONE_ACCOUNT,
     cli_account_update},
    {"account rollover", "[PROVIDER]", 0, 1, 0, "give the account a new key",
     "The account stays the same, and so do its certificates. It waits for\n"
     "orders under way. Interrupted or killed at any moment, the account has\n"
     "either key, and the server finds out which.\n" ONE_ACCOUNT,
     cli_account_rollover},
    {"account deactivate", "[PROVIDER] [--force]", 0, 1, CLI_FORCE,
     "close the account at the CA, for good",
     "Asks for --force where certificates are renewed by it: their next "
     "order\n"
     "opens another account. The key is kept as "
     "account.key.deactivated.\n" ONE_ACCOUNT,
     cli_account_deactivate},
    {"check", "[NAME]", 0, 1, 0, "look at what a renewal would meet",
     "Store, clock, the CA's directory, and of each name: DNS, port 80 on "
     "each\n"
     "address, with the redirects that CAs follow, and CAA. Nothing is "
     "ordered.\n"
     "What fails is told with a remedy; \"open\" is what nobody could look "
     "at.\n",
     cli_check},
    {"help", "[VERB]", 0, 2, 0, "this, or more on one verb", "", cli_help},
    {NULL, NULL, 0, 0, 0, NULL, NULL, NULL},
};

int cli_verb_words(const cli_verb_t *verb)
{
    return strchr(verb->name, ' ') ? 2 : 1;
}

int cli_verb_belongs(const cli_verb_t *verb, const char *word)
{
    size_t len = strlen(word);

    return strncmp(verb->name, word, len) == 0 && verb->name[len] == ' ';
}

static int is_called(const cli_verb_t *verb, const char *word,
                     const char *second)
{
    return cli_verb_words(verb) == 1
               ? strcmp(verb->name, word) == 0
               : second && cli_verb_belongs(verb, word) &&
                     strcmp(verb->name + strlen(word) + 1, second) == 0;
}

const cli_verb_t *cli_verb_find(const char *word, const char *second)
{
    const cli_verb_t *verb = cli_verbs;

    while (verb->name && !is_called(verb, word, second)) {
        verb++;
    }
    return verb->name ? verb : NULL;
}

int cli_verb_begins(const char *word)
{
    const cli_verb_t *verb = cli_verbs;

    while (verb->name && !cli_verb_belongs(verb, word)) {
        verb++;
    }
    return verb->name != NULL;
}

apr_status_t cli_verb_refuse(ae_error_t *err, const char *word,
                             const char *second, apr_pool_t *p)
{
    const cli_verb_t *verb;
    const char *list = "";

    ae_error_set(err, AE_EFORMAT, "%s%s%s", word, second ? " " : "",
                 second ? second : "");
    for (verb = cli_verbs; verb->name; verb++) {
        if (cli_verb_belongs(verb, word)) {
            list = apr_pstrcat(p, list, list[0] ? ", " : "", verb->name, NULL);
        }
    }
    return list[0] ? ae_error_why(err, "the verbs are: %s", list)
                   : ae_error_why(err, "there is no such verb");
}

const char *cli_verb_usage(const cli_verb_t *verb, apr_pool_t *p)
{
    return apr_pstrcat(p, "usage: acme-edge [--store DIR] [--json] ",
                       verb ? verb->name : "VERB [NAME] ...",
                       verb && verb->operands[0] ? " " : "",
                       verb ? verb->operands : "", "\n", NULL);
}
