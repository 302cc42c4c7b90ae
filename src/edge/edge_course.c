#include "edge_course.h"

#include "edge_progress.h"
#include "edge_record.h"

#include <assert.h>
#include <string.h>

static const char *const name_state_words[] = {
    [EDGE_NAME_UNKNOWN] = "unknown",
    [EDGE_NAME_PENDING] = "pending",
    [EDGE_NAME_VALID] = "valid",
    [EDGE_NAME_INVALID] = "invalid",
};
static_assert(sizeof(name_state_words) / sizeof(name_state_words[0]) ==
                  EDGE_NAME_STATES,
              "each state of a name has a word");

/* RFC 8555 section 7.1.6: what else an authorization can be is no good. */
static const struct {
    const char *status;
    edge_name_state_t state;
} name_statuses[] = {
    {"pending", EDGE_NAME_PENDING},     {"valid", EDGE_NAME_VALID},
    {"invalid", EDGE_NAME_INVALID},     {"expired", EDGE_NAME_INVALID},
    {"deactivated", EDGE_NAME_INVALID}, {"revoked", EDGE_NAME_INVALID},
};

const char *edge_name_state_word(edge_name_state_t state)
{
    return name_state_words[state];
}

/* --- as it goes ---------------------------------------------------------- */

int edge_course_step(edge_course_t *course, const char *word, apr_time_t now)
{
    edge_step_t *steps = course->steps;
    int i = 0;

    while (i < EDGE_STATUS_STEPS && steps[i].word[0] != '\0') {
        i++;
    }
    if (word[0] == '\0' || (i > 0 && strcmp(steps[i - 1].word, word) == 0)) {
        return 0;
    }
    i = i < EDGE_STATUS_STEPS ? i : EDGE_STATUS_STEPS - 1;
    /* To the last byte: statuses are compared as memory. */
    memset(&steps[i], 0, sizeof(steps[i]));
    ae_text_copy(steps[i].word, sizeof(steps[i].word), word);
    steps[i].at = now;
    return 1;
}

static edge_name_state_t find_state(const char *status)
{
    apr_size_t i;

    for (i = 0; i < sizeof(name_statuses) / sizeof(name_statuses[0]); i++) {
        if (strcmp(name_statuses[i].status, status) == 0) {
            return name_statuses[i].state;
        }
    }
    return EDGE_NAME_UNKNOWN;
}

int edge_course_names(edge_course_t *course, const apr_array_header_t *names)
{
    int changed = 0;
    int i;

    for (i = 0; i < names->nelts && i < EDGE_STATUS_NAMES; i++) {
        edge_name_state_t state =
            find_state(APR_ARRAY_IDX(names, i, edge_progress_name_t).status);

        changed = changed || course->names[i] != state;
        course->names[i] = (unsigned char)state;
    }
    return changed;
}

void edge_course_issued(edge_course_t *course, int names)
{
    int count = names < EDGE_STATUS_NAMES ? names : EDGE_STATUS_NAMES;

    memset(course->names, EDGE_NAME_VALID, (size_t)count);
}

/* --- as it is kept ------------------------------------------------------- */

/* One letter for each name, the first of its word. */
static json_t *print_names(const edge_course_t *course)
{
    char letters[EDGE_STATUS_NAMES + 1] = "";
    int last = 0;
    int i;

    for (i = 0; i < EDGE_STATUS_NAMES; i++) {
        letters[i] = name_state_words[course->names[i]][0];
        last = course->names[i] != EDGE_NAME_UNKNOWN ? i + 1 : last;
    }
    letters[last] = '\0';
    return json_string(letters);
}

json_t *edge_course_print(const edge_course_t *course)
{
    json_t *json = json_object();
    json_t *list = json_array();
    int i;

    for (i = 0; i < EDGE_STATUS_STEPS && course->steps[i].word[0]; i++) {
        json_array_append_new(
            list, json_pack("{s:s,s:I}", "step", course->steps[i].word, "at",
                            (json_int_t)course->steps[i].at));
    }
    json_object_set_new(json, "steps", list);
    json_object_set_new(json, "names", print_names(course));
    return json;
}

static void take_names(edge_course_t *course, const char *letters)
{
    int i, state;

    for (i = 0; i < EDGE_STATUS_NAMES && letters[i] != '\0'; i++) {
        for (state = 0; state < EDGE_NAME_STATES; state++) {
            if (letters[i] == name_state_words[state][0]) {
                course->names[i] = (unsigned char)state;
            }
        }
    }
}

void edge_course_take(edge_course_t *course, const json_t *json)
{
    const json_t *list = json ? ae_json_get_array(json, "steps") : NULL;
    char letters[EDGE_STATUS_NAMES + 1];
    size_t i;

    memset(course, 0, sizeof(*course));
    for (i = 0; i < json_array_size(list) && i < EDGE_STATUS_STEPS; i++) {
        const json_t *one = json_array_get(list, i);
        edge_step_t step;

        if (edge_record_get_text(step.word, sizeof(step.word), one, "step") &&
            edge_record_get_time(&step.at, one, "at") && step.at != 0) {
            edge_course_step(course, step.word, step.at);
        }
    }
    if (json &&
        edge_record_get_text(letters, sizeof(letters), json, "names")) {
        take_names(course, letters);
    }
}
