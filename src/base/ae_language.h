#ifndef AE_LANGUAGE_H
#define AE_LANGUAGE_H

/** The languages that people are spoken to in. The log and the command know
 * English alone. */

typedef enum ae_language_t {
    AE_ENGLISH,
    AE_JAPANESE,
    AE_LANGUAGES
} ae_language_t;

#endif
