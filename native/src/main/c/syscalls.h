/* syscalls.h - every system call the library makes, replaceable by tests that inject faults. */
#ifndef SYNCLINE_SYSCALLS_H
#define SYNCLINE_SYSCALLS_H

#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

_Static_assert(sizeof(off_t) == 8, "offsets have 64 bits");
_Static_assert(sizeof(void *) == 8, "Java passes addresses as 64-bit integers");

/* Each member behaves as the libc function of its name: -1 and errno on failure. */
struct syncline_syscalls {
	int (*openat)(int directory, const char *path, int flags, mode_t mode);
	int (*close)(int fd);
	int (*unlinkat)(int directory, const char *path, int flags);
	int (*linkat)(int from_directory, const char *from, int to_directory, const char *to,
		      int flags);
	ssize_t (*pread)(int fd, void *target, size_t length, off_t offset);
	ssize_t (*pwrite)(int fd, const void *source, size_t length, off_t offset);
	ssize_t (*pwritev)(int fd, const struct iovec *parts, int count, off_t offset);
	ssize_t (*pwrite_dsync)(int fd, const void *source, size_t length, off_t offset);
	int (*fdatasync)(int fd);
	int (*fsync)(int fd);
	int (*fallocate)(int fd, int mode, off_t offset, off_t length);
	int (*ftruncate)(int fd, off_t size);
	off_t (*lseek)(int fd, off_t offset, int whence);
	int (*fadvise)(int fd, off_t offset, off_t length, int advice); /* but: errno is returned */
	int (*dio_alignment)(int fd, uint32_t *memory, uint32_t *offset);
	int (*renameat)(int from_directory, const char *from, int to_directory, const char *to);
	ssize_t (*getdents)(int fd, void *records, size_t length);
	int (*fstatat)(int directory, const char *path, struct stat *st, int flags);
	int (*mkdirat)(int directory, const char *path, mode_t mode);
	int (*futex_wait)(const int32_t *word, int32_t seen, const struct timespec *limit);
	int (*futex_wake)(const int32_t *word, int count);
	int (*flock)(int fd, int operation);
	int (*ofd_lock)(int fd, struct flock *range); /* F_OFD_SETLK */
};

/* Written by tests before they start threads, by nobody else. Not exported. */
extern struct syncline_syscalls syncline_sys;

#endif
