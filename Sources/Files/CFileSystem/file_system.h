// Calls of the system that Swift's modules of the C library do not declare.
#pragma once

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#if defined(__linux__)
#include <fcntl.h>
#include <linux/stat.h>
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

/// Whether a folder is where a file system, or a part of one, is mounted: it can be filled, but neither renamed nor replaced.
static inline int is_mount_point(const char *path) {
#if defined(__linux__)
    struct statx about;
    // What bind mounts share with the folder above, its device, tells nothing; kernels before 5.8 do not say.
    if (syscall(SYS_statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, 0u, &about) != 0) return 0;
    return (about.stx_attributes & 0x2000u /* STATX_ATTR_MOUNT_ROOT */) != 0;
#else
    struct stat own, above;
    char parent[4096];
    if (lstat(path, &own) != 0 || snprintf(parent, sizeof parent, "%s/..", path) >= (int)sizeof parent) return 0;
    return stat(parent, &above) == 0 && own.st_dev != above.st_dev;
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
