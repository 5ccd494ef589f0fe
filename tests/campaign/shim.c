/* Ends the process, tears a write, or fills the disk at a chosen call that changes files. Preloaded by faults.py. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <unistd.h>

enum { KILL = 1, TEAR = 2, FULL = 3 };
static long left = -1, seen = 0;
static int mode = 0;

void fault_arm(long calls, int how) { left = calls; mode = how; seen = 0; }
long fault_seen(void) { return seen; }

/* Whether this call is hit; KILL never comes back. */
static int hit(void) {
    if (left < 0) return 0;
    seen++;
    if (seen < left) return 0;
    if (mode == KILL) _exit(137);
    return mode == FULL || seen == left;
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__) = 0; \
    if (!real) real = (type (*)(__VA_ARGS__)) dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *data, size_t size) {
    REAL(ssize_t, write, int, const void *, size_t);
    if (fd > 2 && hit()) {
        if (mode == FULL) { errno = ENOSPC; return -1; }
        real(fd, data, size / 2);
        _exit(137);
    }
    return real(fd, data, size);
}

#define PWRITE(name, offset_type) \
    ssize_t name(int fd, const void *data, size_t size, offset_type offset) { \
        REAL(ssize_t, name, int, const void *, size_t, offset_type); \
        if (hit()) { \
            if (mode == FULL) { errno = ENOSPC; return -1; } \
            real(fd, data, size / 2, offset); \
            _exit(137); \
        } \
        return real(fd, data, size, offset); \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

/* A full disk still lets files be synced, shortened, renamed and removed. */
#define PLAIN(type, name, parameters, arguments, ...) \
    type name parameters { \
        REAL(type, name, __VA_ARGS__); \
        if (mode != FULL && hit()) _exit(137); \
        return real arguments; \
    }
PLAIN(int, fsync, (int fd), (fd), int)
PLAIN(int, fdatasync, (int fd), (fd), int)
PLAIN(int, ftruncate, (int fd, off_t size), (fd, size), int, off_t)
PLAIN(int, ftruncate64, (int fd, off64_t size), (fd, size), int, off64_t)
PLAIN(int, rename, (const char *from, const char *to), (from, to), const char *, const char *)
PLAIN(int, unlink, (const char *path), (path), const char *)
PLAIN(int, unlinkat, (int at, const char *path, int flags), (at, path, flags), int, const char *, int)
PLAIN(int, chmod, (const char *path, mode_t how), (path, how), const char *, mode_t)
PLAIN(int, fchmod, (int fd, mode_t how), (fd, how), int, mode_t)

static int is_full(void) { return mode == FULL && left >= 0 && seen >= left; }

#define SPACE(name, type, first) \
    int name(first where, struct type *found) { \
        REAL(int, name, first, struct type *); \
        int done = real(where, found); \
        if (!done && is_full()) found->f_bavail = found->f_bfree = 0; \
        return done; \
    }
SPACE(statvfs, statvfs, const char *)
SPACE(statvfs64, statvfs64, const char *)
SPACE(fstatvfs, statvfs, int)
SPACE(fstatvfs64, statvfs64, int)

int mkdir(const char *path, mode_t how) {
    REAL(int, mkdir, const char *, mode_t);
    if (hit()) {
        if (mode == FULL) { errno = ENOSPC; return -1; }
        _exit(137);
    }
    return real(path, how);
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(int, name, const char *, int, mode_t); \
        va_list rest; \
        va_start(rest, flags); \
        mode_t how = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        if (flags & O_CREAT && hit()) { \
            if (mode == FULL && access(path, F_OK) != 0) { errno = ENOSPC; return -1; } \
            if (mode != FULL) _exit(137); \
        } \
        return real(path, flags, how); \
    }
OPEN(open)
OPEN(open64)
