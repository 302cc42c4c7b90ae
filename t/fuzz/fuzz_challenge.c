#include "edge_challenge.h"
#include "fuzz.h"

#include <string.h>

/* The path of a request and what the challenge store gave for its token. The
 * input: the path, a line "%%", the answer. */

#define BASE64URL                                                             \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

static void check_token(const char *path, const char *token)
{
    size_t len = strlen(token);

    fuzz_must(token == path + strlen(EDGE_CHALLENGE_PREFIX) &&
                  !strncmp(path, EDGE_CHALLENGE_PREFIX,
                           strlen(EDGE_CHALLENGE_PREFIX)),
              "a token follows the prefix");
    fuzz_must(len > 0 && len <= ACME_TOKEN_LENGTH_MAX &&
                  strspn(token, BASE64URL) == len,
              "a token is base64url and bounded");
}

static void check_answer(const char *token, ae_bytes_t answer)
{
    const char *text = (const char *)answer.data;
    size_t len = strlen(token);

    if (!edge_challenge_answer_valid(token, text, answer.len)) {
        return;
    }
    fuzz_must(answer.len <= EDGE_CHALLENGE_ANSWER_MAX, "it is bounded");
    fuzz_must(answer.len == len + 1 + 43 && !memcmp(text, token, len) &&
                  text[len] == '.' &&
                  strspn(fuzz_string(answer.data + len + 1, 43), BASE64URL) ==
                      43,
              "an answer is the token, a dot, a thumbprint");
}

static void run(const unsigned char *data, size_t size)
{
    ae_bytes_t part = fuzz_part(&data, &size);
    ae_bytes_t answer = fuzz_bytes(data, size);
    const char *path, *token;

    if (part.len && part.data[part.len - 1] == '\n') {
        part.len--;
    }
    path = fuzz_string(part.data, part.len);
    token = edge_challenge_token_of(path);
    if (token) {
        check_token(path, token);
        check_answer(token, answer);
    }
    check_answer(path, answer);
}

const fuzz_target_t fuzz_challenge = {"challenge", run, 8000};
