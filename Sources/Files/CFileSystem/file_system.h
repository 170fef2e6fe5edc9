// Calls of the system that Swift's modules of the C library do not declare.
#pragma once

#include <errno.h>
#include <stdio.h>

#if defined(__linux__)
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

/// Exchanges what two names stand for, in one step: after a crash either both are exchanged or none.
///
/// 0, or -1 with errno; EINVAL, ENOSYS or ENOTSUP where the file system cannot.
static inline int exchange_names(const char *one, const char *other) {
#if defined(__linux__) && defined(SYS_renameat2)
    return (int)syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, 2u /* RENAME_EXCHANGE */);
#elif defined(__APPLE__)
    return renamex_np(one, other, RENAME_SWAP);
#else
    (void)one, (void)other;
    errno = ENOSYS;
    return -1;
#endif
}

/// Flushes the whole file system of an open file or folder; 0, or -1 with errno. Linux only.
static inline int flush_file_system(int descriptor) {
#if defined(__linux__)
    return (int)syscall(SYS_syncfs, descriptor);
#else
    (void)descriptor;
    errno = ENOSYS;
    return -1;
#endif
}
