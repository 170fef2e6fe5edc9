// What a process that runs for weeks has to tell its allocator, which Swift's module of the C library does not declare.
#pragma once

#if defined(__GLIBC__) || defined(__linux__)
#include <features.h>
#endif
#if defined(__GLIBC__)
#include <malloc.h>
#endif

/// Lets threads share so many arenas, of which glibc otherwise makes eight for each core: what one thread has given free serves the others,
/// and less is lost between what is in use. Arenas that are there already stay.
static inline void limit_arenas(int count) {
#if defined(__GLIBC__)
    mallopt(M_ARENA_MAX, count);
#else
    (void)count;
#endif
}

/// Gives memory that is free inside the process back to the system; nothing where the allocator does so by itself.
static inline void return_free_memory(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}
