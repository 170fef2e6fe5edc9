#include "CAllocations.h"

#ifdef __GLIBC__

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

static _Atomic int64_t count;

static void one_more(void) { atomic_fetch_add_explicit(&count, 1, memory_order_relaxed); }

int64_t allocation_count(void) { return atomic_load_explicit(&count, memory_order_relaxed); }

// glibc's own, under the names it keeps for those that replace malloc; free needs no replacement, since the memory is glibc's.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
    one_more();
    return __libc_malloc(size);
}

void *calloc(size_t elements, size_t size) {
    one_more();
    return __libc_calloc(elements, size);
}

void *realloc(void *memory, size_t size) {
    one_more();
    return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
    one_more();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
    void *found = memalign(alignment, size);
    if (!found) return ENOMEM;
    *memory = found;
    return 0;
}

#else

int64_t allocation_count(void) { return -1; }

#endif
