#pragma once
#include <stdint.h>

#pragma clang assume_nonnull begin

/// How many pieces of memory this process has asked malloc, calloc, realloc and their kin for so far, on all threads; -1 where they are not
/// counted.
///
/// On Linux the program's own malloc stands before glibc's, also for LibTorch and the C++ library, and adds one to a counter.
int64_t allocation_count(void);

#pragma clang assume_nonnull end
