#include "fuzz.h"

/* One target, FUZZ_TARGET, as libFuzzer wants it. */

extern const fuzz_target_t FUZZ_TARGET;

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    fuzz_one(&FUZZ_TARGET, data, size);
    return 0;
}
