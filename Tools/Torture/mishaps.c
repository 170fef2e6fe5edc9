// A library to preload (Linux): lets one call of the C library go wrong in the process that loads it, or the clock jump.
//
//   MISHAP=CALL:N:WHAT   what happens at the N-th call of CALL, from 1. CALL is open, read, write, fsync, rename, mkdir, unlink or any; WHAT is
//                        a number of errno, "kill" (SIGKILL in place of the call) or "killed" (SIGKILL right after it)
//   MISHAP_UNDER=FOLDER  only calls on files in this folder are counted; an absolute path without links
//   MISHAP_COUNTS=FILE   takes a line "CALL COUNT" for every kind of call when the process ends by itself
//   MISHAP_SPACE=BYTES   the disk is full (ENOSPC) once that many bytes are written in the folder
//   MISHAP_CLOCK=SECONDS the time of day jumps to and fro by so much with every call
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum call { OPEN, READ, WRITE, FSYNC, RENAME, MKDIR, UNLINK, ANY, CALLS };
static const char *const names[CALLS] = {"open", "read", "write", "fsync", "rename", "mkdir", "unlink", "any"};

static atomic_long counts[CALLS];
static atomic_llong written;
static int chosen = -1;
static long number;
static int code; // of errno; -1 kills before the call, -2 after it
static long long space = -1;
static long jump;
static char under[PATH_MAX];
static char counts_file[PATH_MAX];

__attribute__((constructor)) static void prepare(void) {
    const char *value = getenv("MISHAP_UNDER");
    if (value) snprintf(under, sizeof under, "%s", value);
    value = getenv("MISHAP_COUNTS");
    if (value) snprintf(counts_file, sizeof counts_file, "%s", value);
    value = getenv("MISHAP_SPACE");
    if (value) space = atoll(value);
    value = getenv("MISHAP_CLOCK");
    if (value) jump = atol(value);
    char call[16], what[16];
    value = getenv("MISHAP");
    if (value && sscanf(value, "%15[^:]:%ld:%15s", call, &number, what) == 3) {
        for (int index = 0; index < CALLS; index++)
            if (strcmp(call, names[index]) == 0) chosen = index;
        code = strcmp(what, "kill") == 0 ? -1 : strcmp(what, "killed") == 0 ? -2 : atoi(what);
    }
}

__attribute__((destructor)) static void tell(void) {
    if (!counts_file[0]) return;
    int file = (int)syscall(SYS_openat, AT_FDCWD, counts_file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file < 0) return;
    for (int index = 0; index < CALLS; index++) {
        char line[64];
        int length = snprintf(line, sizeof line, "%s %ld\n", names[index], atomic_load(&counts[index]));
        syscall(SYS_write, file, line, length);
    }
    syscall(SYS_close, file);
}

/// A process that ends without its destructors tells, too.
void _exit(int status) {
    tell();
    ((__typeof__(&_exit))dlsym(RTLD_NEXT, "_exit"))(status);
    __builtin_unreachable();
}

static int is_under(const char *path) {
    size_t length = strlen(under);
    return length > 0 && strncmp(path, under, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static int counted_path(int folder, const char *path) {
    if (!path) return 0;
    if (path[0] == '/') return is_under(path);
    char place[64], whole[PATH_MAX];
    if (folder == AT_FDCWD) return getcwd(whole, sizeof whole) && is_under(whole);
    snprintf(place, sizeof place, "/proc/self/fd/%d", folder);
    ssize_t length = readlink(place, whole, sizeof whole - 1);
    if (length < 0) return 0;
    whole[length] = 0;
    return is_under(whole);
}

static int counted_file(int file) {
    char place[64], whole[PATH_MAX];
    snprintf(place, sizeof place, "/proc/self/fd/%d", file);
    ssize_t length = readlink(place, whole, sizeof whole - 1);
    if (length < 0) return 0;
    whole[length] = 0;
    return is_under(whole);
}

/// What shall happen to a call: 0 nothing, else the mishap's code.
static int fate(enum call call) {
    long own = atomic_fetch_add(&counts[call], 1) + 1;
    long all = atomic_fetch_add(&counts[ANY], 1) + 1;
    int hit = (chosen == (int)call && own == number) || (chosen == ANY && all == number);
    if (hit && code == -1) kill(getpid(), SIGKILL);
    return hit ? code : 0;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define MAY_FAIL(call, counted, result, ...)                                                                                       \
    int happens = (counted) ? fate(call) : 0;                                                                                      \
    if (happens > 0) {                                                                                                             \
        errno = happens;                                                                                                           \
        return -1;                                                                                                                 \
    }                                                                                                                              \
    result outcome = __VA_ARGS__;                                                                                                  \
    if (happens == -2) kill(getpid(), SIGKILL);                                                                                    \
    return outcome;

static mode_t mode_of(int flags, va_list rest) {
    return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? (mode_t)va_arg(rest, int) : 0;
}

#define OPENS(name)                                                                                                                \
    int name(const char *path, int flags, ...) {                                                                                   \
        va_list rest;                                                                                                              \
        va_start(rest, flags);                                                                                                     \
        mode_t mode = mode_of(flags, rest);                                                                                        \
        va_end(rest);                                                                                                              \
        MAY_FAIL(OPEN, counted_path(AT_FDCWD, path), int, REAL(name)(path, flags, mode))                                           \
    }
OPENS(open)
OPENS(open64)
#undef OPENS

#define OPENS(name)                                                                                                                \
    int name(int folder, const char *path, int flags, ...) {                                                                       \
        va_list rest;                                                                                                              \
        va_start(rest, flags);                                                                                                     \
        mode_t mode = mode_of(flags, rest);                                                                                        \
        va_end(rest);                                                                                                              \
        MAY_FAIL(OPEN, counted_path(folder, path), int, REAL(name)(folder, path, flags, mode))                                     \
    }
OPENS(openat)
OPENS(openat64)
#undef OPENS

ssize_t read(int file, void *bytes, size_t count) { MAY_FAIL(READ, counted_file(file), ssize_t, REAL(read)(file, bytes, count)) }
ssize_t pread(int file, void *bytes, size_t count, off_t place) {
    MAY_FAIL(READ, counted_file(file), ssize_t, REAL(pread)(file, bytes, count, place))
}
ssize_t pread64(int file, void *bytes, size_t count, off64_t place) {
    MAY_FAIL(READ, counted_file(file), ssize_t, REAL(pread64)(file, bytes, count, place))
}

/// Whether a write of so many bytes finds the disk full.
static int is_full(size_t count) {
    if (space < 0) return 0;
    if (atomic_fetch_add(&written, (long long)count) + (long long)count <= space) return 0;
    atomic_fetch_sub(&written, (long long)count);
    errno = ENOSPC;
    return 1;
}

#define WRITES(name, file, count, call)                                                                                            \
    int counted = counted_file(file);                                                                                              \
    if (counted && is_full(count)) return -1;                                                                                      \
    MAY_FAIL(WRITE, counted, ssize_t, call)

ssize_t write(int file, const void *bytes, size_t count) { WRITES(write, file, count, REAL(write)(file, bytes, count)) }
ssize_t pwrite(int file, const void *bytes, size_t count, off_t place) {
    WRITES(pwrite, file, count, REAL(pwrite)(file, bytes, count, place))
}
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t place) {
    WRITES(pwrite64, file, count, REAL(pwrite64)(file, bytes, count, place))
}
ssize_t writev(int file, const struct iovec *parts, int count) {
    size_t bytes = 0;
    for (int part = 0; part < count; part++) bytes += parts[part].iov_len;
    WRITES(writev, file, bytes, REAL(writev)(file, parts, count))
}

int fsync(int file) { MAY_FAIL(FSYNC, counted_file(file), int, REAL(fsync)(file)) }
int fdatasync(int file) { MAY_FAIL(FSYNC, counted_file(file), int, REAL(fdatasync)(file)) }
int syncfs(int file) { MAY_FAIL(FSYNC, counted_file(file), int, REAL(syncfs)(file)) }

int rename(const char *from, const char *to) { MAY_FAIL(RENAME, counted_path(AT_FDCWD, to), int, REAL(rename)(from, to)) }
int renameat(int from, const char *old, int to, const char *new) {
    MAY_FAIL(RENAME, counted_path(to, new), int, REAL(renameat)(from, old, to, new))
}
int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    MAY_FAIL(RENAME, counted_path(to, new), int, REAL(renameat2)(from, old, to, new, flags))
}

int mkdir(const char *path, mode_t mode) { MAY_FAIL(MKDIR, counted_path(AT_FDCWD, path), int, REAL(mkdir)(path, mode)) }
int unlink(const char *path) { MAY_FAIL(UNLINK, counted_path(AT_FDCWD, path), int, REAL(unlink)(path)) }
int unlinkat(int folder, const char *path, int flags) {
    MAY_FAIL(UNLINK, counted_path(folder, path), int, REAL(unlinkat)(folder, path, flags))
}
int rmdir(const char *path) { MAY_FAIL(UNLINK, counted_path(AT_FDCWD, path), int, REAL(rmdir)(path)) }

/// To and fro, so that a later call may come before an earlier one.
static time_t jumped(time_t seconds) {
    static atomic_long calls;
    return jump == 0 ? seconds : seconds + (atomic_fetch_add(&calls, 1) % 2 == 0 ? jump : -jump);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int outcome = (int)syscall(SYS_clock_gettime, clock, time);
    if (outcome == 0 && clock == CLOCK_REALTIME) time->tv_sec = jumped(time->tv_sec);
    return outcome;
}
int gettimeofday(struct timeval *time, void *zone) {
    int outcome = (int)syscall(SYS_gettimeofday, time, zone);
    if (outcome == 0) time->tv_sec = jumped(time->tv_sec);
    return outcome;
}
time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}
