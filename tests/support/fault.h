/* fault.h - makes the k-th allocation or disk call fail. Include it in the one source file of a test program.
 *
 * It defines malloc, calloc, realloc, aligned_alloc and the calls that write to a disk or open a file, for the whole program: the linker gives
 * them to shared libraries too, so LMDB's own calls fail as readily as ours. Until armed they only pass on.
 *
 *     for (long k = 1;; k++) {
 *         fault_arm(FAULT_MEMORY | FAULT_DISK, k, false);
 *         do_something();
 *         if (!fault_disarm())
 *             break;                        // nothing was left to fail: every call has had its turn
 *         check_that_the_state_is_sound();
 *     }
 *
 * Works with and without the address sanitizer of gcc. One thread only. */
#ifndef COOP_TESTS_FAULT_H
#define COOP_TESTS_FAULT_H

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FAULT_MEMORY = 1, FAULT_DISK = 2, FAULT_SHORT = 4 /* a failing write leaves half of its bytes */ };

static struct {
    unsigned kinds;
    long left;    /* calls until the failing one */
    bool for_good; /* all later ones fail too, as on a full disk */
    bool fired;
} fault;

/* What is given back to the allocator, just before, for tests that look for secrets in it. */
static void (*fault_freed)(const void *data, size_t size);

/* What reaches the disk, for tests that play a power cut. fd; offset; data NULL: a sync. */
static void (*fault_watch)(int fd, off_t offset, const void *data, size_t size);

static inline void fault_arm(unsigned kinds, long k, bool for_good)
{
    fault.left = k;
    fault.for_good = for_good;
    fault.fired = false;
    fault.kinds = kinds;
}

/* true: a call was made to fail since fault_arm. */
static inline bool fault_disarm(void)
{
    fault.kinds = 0;
    return fault.fired;
}

static bool fault_due(unsigned kind)
{
    if (!(fault.kinds & kind))
        return false;
    if (fault.left > 0)
        fault.left--;
    if (fault.left > 0 || (fault.fired && !fault.for_good))
        return false;
    fault.fired = true;
    return true;
}

#ifdef __SANITIZE_ADDRESS__
#define FAULT_REAL(name) __interceptor_##name
#else
#define FAULT_REAL(name) __libc_##name
#endif
extern void *FAULT_REAL(malloc)(size_t size);
extern void *FAULT_REAL(calloc)(size_t count, size_t size);
extern void *FAULT_REAL(realloc)(void *old, size_t size);
extern void *FAULT_REAL(memalign)(size_t alignment, size_t size);
extern void FAULT_REAL(free)(void *old);

void *malloc(size_t size)
{
    if (!fault_due(FAULT_MEMORY))
        return FAULT_REAL(malloc)(size);
    errno = ENOMEM;
    return NULL;
}

void *calloc(size_t count, size_t size)
{
    if (!fault_due(FAULT_MEMORY))
        return FAULT_REAL(calloc)(count, size);
    errno = ENOMEM;
    return NULL;
}

void free(void *old)
{
    if (old != NULL && fault_freed != NULL)
        fault_freed(old, malloc_usable_size(old));
    FAULT_REAL(free)(old);
}

/* Watched, it always moves. */
static void *fault_moved(void *old, size_t size)
{
    size_t known = malloc_usable_size(old);
    void *moved = FAULT_REAL(malloc)(size);

    if (moved == NULL)
        return NULL;
    memcpy(moved, old, known < size ? known : size);
    free(old);
    return moved;
}

void *realloc(void *old, size_t size)
{
    if (!fault_due(FAULT_MEMORY))
        return old != NULL && size > 0 && fault_freed != NULL ? fault_moved(old, size) : FAULT_REAL(realloc)(old, size);
    errno = ENOMEM;
    return NULL;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    if (!fault_due(FAULT_MEMORY))
        return FAULT_REAL(memalign)(alignment, size);
    errno = ENOMEM;
    return NULL;
}

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    if (fault_due(FAULT_MEMORY)) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, address, size, protection, flags, fd, offset);
}

/* Regular files only: the terminal of the test is not a disk. */
static bool fault_due_fd(int fd)
{
    return fault.kinds && fd > 2 && fault_due(FAULT_DISK);
}

static void fault_saw(int fd, off_t offset, const void *data, ssize_t size)
{
    if (fault_watch && size >= 0)
        fault_watch(fd, offset, data, (size_t)size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    ssize_t done;

    if (fault_due_fd(fd)) {
        if (fault.kinds & FAULT_SHORT && size > 1)
            return syscall(SYS_pwrite64, fd, data, size / 2, offset);
        errno = ENOSPC;
        return -1;
    }
    done = syscall(SYS_pwrite64, fd, data, size, offset);
    fault_saw(fd, offset, data, done);
    return done;
}

ssize_t write(int fd, const void *data, size_t size)
{
    if (fault_due_fd(fd)) {
        errno = ENOSPC;
        return -1;
    }
    return syscall(SYS_write, fd, data, size);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    off_t offset = (fault.kinds || fault_watch) && fd > 2 ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t done;

    if (fault_due_fd(fd)) {
        if (fault.kinds & FAULT_SHORT && count > 1)
            return syscall(SYS_writev, fd, parts, count / 2);
        errno = ENOSPC;
        return -1;
    }
    done = syscall(SYS_writev, fd, parts, count);
    for (int i = 0; i < count && done >= 0; i++) {
        fault_saw(fd, offset, parts[i].iov_base, (ssize_t)parts[i].iov_len);
        offset += (off_t)parts[i].iov_len;
    }
    return done;
}

ssize_t pread(int fd, void *data, size_t size, off_t offset)
{
    if (fault_due_fd(fd)) {
        errno = EIO;
        return -1;
    }
    return syscall(SYS_pread64, fd, data, size, offset);
}

#define FAULT_SYNC(name)                        \
    int name(int fd)                            \
    {                                           \
        int done;                               \
                                                \
        if (fault_due_fd(fd)) {                 \
            errno = EIO;                        \
            return -1;                          \
        }                                       \
        done = (int)syscall(SYS_##name, fd);    \
        fault_saw(fd, 0, NULL, done);           \
        return done;                            \
    }
FAULT_SYNC(fsync)
FAULT_SYNC(fdatasync)

int ftruncate(int fd, off_t size)
{
    if (fault_due_fd(fd)) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_ftruncate, fd, size);
}

int open(const char *path, int flags, ...)
{
    va_list args;
    int mode;

    va_start(args, flags);
    mode = flags & O_CREAT ? va_arg(args, int) : 0;
    va_end(args);
    if (fault_due(FAULT_DISK)) {
        errno = flags & O_CREAT ? ENOSPC : EIO;
        return -1;
    }
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int rename(const char *from, const char *to)
{
    if (fault_due(FAULT_DISK)) {
        errno = ENOSPC;
        return -1;
    }
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0u);
}

#endif
