#ifndef SCRIPTED_WORK_H
#define SCRIPTED_WORK_H

/** What the files of the scripted CA share. */

#include "scripted_ca.h"

#define CA_BASE "https://ca.test"

/** One request as it is worked on. */
typedef struct ca_work_t {
    ca_t *ca;
    const acme_request_t *request;
    const apr_array_header_t *published;
    const char *payload;
    int kid; /* an account signed it */
    ca_order_t *order;
    ca_authorization_t *authorization;
    acme_response_t *response;
} ca_work_t;

/** The request breaks RFC 8555. */
void ca_work_breach(ca_work_t *work, const char *what);

/** Set the response. */
void ca_work_answer(ca_work_t *work, int code, const char *type,
                    const char *body);
void ca_work_refuse(ca_work_t *work, int code, const char *type,
                    const char *detail);

/** A string member, "" where there is none. */
const char *ca_text(const json_t *json, const char *key);

/** Answer GET of the directory, and what was signed well. */
void ca_work_directory(ca_work_t *work);
void ca_work_serve(ca_work_t *work, const char *path);

#endif
