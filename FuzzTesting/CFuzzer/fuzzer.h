#pragma once
#include <stddef.h>
#include <stdint.h>

/// Runs libFuzzer with its own arguments and one function to be tried; from the compiler's runtime, linked by `-sanitize=fuzzer`.
int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*attempt)(const uint8_t *data, size_t size));
