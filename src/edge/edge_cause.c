#include "edge_cause.h"

#include "edge_cause_own.h"

#include <string.h>

static const edge_cause_section_t *const sections[] = {
    &edge_cause_at_name, &edge_cause_of_ca, &edge_cause_here};

static const edge_cause_row_t *find(edge_cause_t cause, const char *word)
{
    size_t i;
    size_t k;

    for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        for (k = 0; k < sections[i]->count; k++) {
            const edge_cause_row_t *row = &sections[i]->rows[k];

            if (word != NULL ? strcmp(word, row->word) == 0
                             : row->cause == cause) {
                return row;
            }
        }
    }
    return NULL;
}

const char *edge_cause_word(edge_cause_t cause)
{
    const edge_cause_row_t *row = find(cause, NULL);

    return row != NULL ? row->word : "";
}

edge_cause_t edge_cause_find(const char *word)
{
    const edge_cause_row_t *row = find(EDGE_CAUSE_NONE, word);

    if (word[0] == '\0') {
        return EDGE_CAUSE_NONE;
    }
    return row != NULL ? row->cause : EDGE_CAUSE_OTHER;
}

const char *edge_cause_meaning(edge_cause_t cause, ae_language_t language)
{
    const edge_cause_row_t *row = find(cause, NULL);

    return row != NULL ? row->says[language].meaning : "";
}

const char *edge_cause_remedy(edge_cause_t cause, ae_language_t language)
{
    const edge_cause_row_t *row = find(cause, NULL);

    return row != NULL ? row->says[language].remedy : "";
}
