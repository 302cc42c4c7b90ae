#include "edge_fact.h"

#include "ae_time.h"

#include <apr_strings.h>

static const char *tell_name(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return status->name;
}

static const char *tell_names(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return status->names;
}

static const char *tell_provider(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return status->provider;
}

static const char *tell_state(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return edge_phase_word(status->phase);
}

static const char *tell_step(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return status->step;
}

static const char *tell_not_before(const edge_status_t *status, apr_pool_t *p)
{
    return ae_time_print(status->not_before, p);
}

static const char *tell_not_after(const edge_status_t *status, apr_pool_t *p)
{
    return ae_time_print(status->not_after, p);
}

static const char *tell_serial(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return status->serial;
}

static const char *tell_live_since(const edge_status_t *status, apr_pool_t *p)
{
    return ae_time_print(status->live_since, p);
}

static const char *tell_live_by(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return status->live_since != 0 ? edge_deployed_by_word(status->live_by)
                                   : "";
}

static const char *tell_staged(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return status->staged_serial;
}

static const char *tell_staged_until(const edge_status_t *status,
                                     apr_pool_t *p)
{
    return ae_time_print(status->staged_not_after, p);
}

static const char *tell_deploy_at(const edge_status_t *status, apr_pool_t *p)
{
    return ae_time_print(status->deploy_at, p);
}

static const char *tell_renew_at(const edge_status_t *status, apr_pool_t *p)
{
    return ae_time_print(status->renew_at, p);
}

static const char *tell_success_at(const edge_status_t *status, apr_pool_t *p)
{
    return ae_time_print(status->succeeded_at, p);
}

static const char *tell_action(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return edge_action_word(status->action);
}

static const char *tell_action_at(const edge_status_t *status, apr_pool_t *p)
{
    return ae_time_print(status->action_at, p);
}

static const char *tell_reason(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return status->action_reason;
}

static const char *tell_signed(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return edge_outcome_word(status->signed_outcome);
}

static const char *tell_signed_at(const edge_status_t *status, apr_pool_t *p)
{
    return ae_time_print(status->signed_at, p);
}

static const char *tell_signed_text(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return status->signed_text;
}

static const char *tell_cause(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return edge_cause_word(status->cause);
}

static const char *tell_deployed(const edge_status_t *status, apr_pool_t *p)
{
    (void)p;
    return edge_outcome_word(status->deployed_outcome);
}

static const char *tell_deployed_at(const edge_status_t *status, apr_pool_t *p)
{
    return ae_time_print(status->deployed_at, p);
}

static const char *tell_deployed_text(const edge_status_t *status,
                                      apr_pool_t *p)
{
    (void)p;
    return status->deployed_text;
}

static const char *tell_attempts(const edge_status_t *status, apr_pool_t *p)
{
    return apr_psprintf(p, "%u", status->attempts);
}

/* The key is a promise to those who read ?auto, the label is for people. */
static const struct {
    const char *key;
    const char *label;
    const char *(*tell)(const edge_status_t *status, apr_pool_t *p);
} facts[] = {
    {"Name", "certificate", tell_name},
    {"Names", "names", tell_names},
    {"Provider", "provider", tell_provider},
    {"State", "state", tell_state},
    {"Step", "step of the order", tell_step},
    {"NotBefore", "valid from", tell_not_before},
    {"NotAfter", "valid until", tell_not_after},
    {"Serial", "serial number", tell_serial},
    {"LiveSince", "live since", tell_live_since},
    {"LiveBy", "went live by", tell_live_by},
    {"PendingSerial", "pending serial number", tell_staged},
    {"PendingNotAfter", "pending valid until", tell_staged_until},
    {"DeployAt", "deployed from", tell_deploy_at},
    {"RenewAt", "renewal due", tell_renew_at},
    {"NextAction", "next action", tell_action},
    {"NextActionAt", "next action at", tell_action_at},
    {"NextActionReason", "reason", tell_reason},
    {"LastSign", "last sign", tell_signed},
    {"LastSignAt", "last sign at", tell_signed_at},
    {"LastSignText", "last sign said", tell_signed_text},
    {"LastSuccessAt", "last success at", tell_success_at},
    {"LastDeploy", "last deploy", tell_deployed},
    {"LastDeployAt", "last deploy at", tell_deployed_at},
    {"LastDeployText", "last deploy said", tell_deployed_text},
    {"Attempts", "failed attempts in a row", tell_attempts},
    {"Cause", "cause of the failure", tell_cause},
};

enum {
    FACTS = sizeof(facts) / sizeof(facts[0])
};

int edge_fact_count(void)
{
    return FACTS;
}

const char *edge_fact_key(int i)
{
    return facts[i].key;
}

const char *edge_fact_label(int i)
{
    return facts[i].label;
}

const char *edge_fact_value(int i, const edge_status_t *status, apr_pool_t *p)
{
    const char *value = facts[i].tell(status, p);

    return value[0] ? value : "-";
}
