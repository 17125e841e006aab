/* syscalls.c - the real system calls. Calls that glibc wraps only since 2.26 or later are made
 * directly, so that the library loads wherever the kernel is new and libc is not. */
#include "syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef RWF_DSYNC
#define RWF_DSYNC 2
#endif

/* From linux/futex.h, which musl's compiler does not find. */
#define WAIT_PRIVATE 128
#define WAKE_PRIVATE 129

#define DIO_ALIGNMENT_WANTED 0x2000u /* STATX_DIOALIGN, Linux 6.1 */

/* struct statx of the kernel up to what is read here; libc's own may be older than that. */
struct statx_prefix {
	uint32_t mask;
	uint8_t skipped[148];
	uint32_t dio_memory_alignment;
	uint32_t dio_offset_alignment;
	uint8_t rest[96];
};
_Static_assert(sizeof(struct statx_prefix) == 256, "the kernel writes 256 bytes");

/* fstatat of the kernel fills libc's struct stat where the two are laid out alike. */
#if defined __x86_64__
_Static_assert(sizeof(struct stat) == 144, "the kernel writes 144 bytes");
#elif defined __aarch64__
_Static_assert(sizeof(struct stat) == 128, "the kernel writes 128 bytes");
#endif

static int real_openat(int directory, const char *path, int flags, mode_t mode)
{
	return openat(directory, path, flags, mode);
}

static ssize_t real_getdents(int fd, void *records, size_t length)
{
	return syscall(SYS_getdents64, fd, records, length);
}

/* Not libc's: glibc gave it a new symbol in 2.33. */
static int real_fstatat(int directory, const char *path, struct stat *st, int flags)
{
	return (int)syscall(SYS_newfstatat, directory, path, st, flags);
}

static ssize_t real_pwrite_dsync(int fd, const void *source, size_t length, off_t offset)
{
#ifdef SYS_pwritev2
	struct iovec part = { .iov_base = (void *)source, .iov_len = length };

	/* The offset has two halves; where long has 64 bits the first holds all of it. */
	return syscall(SYS_pwritev2, fd, &part, 1L, offset, 0L, RWF_DSYNC);
#else
	(void)fd, (void)source, (void)length, (void)offset;
	errno = ENOSYS;
	return -1;
#endif
}

/* Both 0 where the kernel does not say; -1 and EOPNOTSUPP where it says "no direct I/O". */
static int real_dio_alignment(int fd, uint32_t *memory, uint32_t *offset)
{
	*memory = *offset = 0;
#ifdef SYS_statx
	struct statx_prefix st = { 0 };

	if (syscall(SYS_statx, fd, "", 0x1000 /* AT_EMPTY_PATH */, DIO_ALIGNMENT_WANTED, &st) != 0)
		return errno == ENOSYS ? 0 : -1;
	if (!(st.mask & DIO_ALIGNMENT_WANTED))
		return 0;
	if (st.dio_offset_alignment == 0) {
		errno = EOPNOTSUPP;
		return -1;
	}
	*memory = st.dio_memory_alignment;
	*offset = st.dio_offset_alignment;
#else
	(void)fd;
#endif
	return 0;
}

/* Private: the word is shared by threads of one process only, which spares the kernel a look-up. */
static int real_futex_wait(const int32_t *word, int32_t seen, const struct timespec *limit)
{
	return (int)syscall(SYS_futex, word, WAIT_PRIVATE, seen, limit, NULL, 0);
}

static int real_futex_wake(const int32_t *word, int count)
{
	return (int)syscall(SYS_futex, word, WAKE_PRIVATE, count, NULL, NULL, 0);
}

/* Not fcntl: glibc gave it a new symbol in 2.28. */
static int real_ofd_lock(int fd, struct flock *range)
{
	return (int)syscall(SYS_fcntl, fd, 37 /* F_OFD_SETLK */, range);
}

struct syncline_syscalls syncline_sys = {
	.openat = real_openat,
	.close = close,
	.unlinkat = unlinkat,
	.linkat = linkat,
	.pread = pread,
	.pwrite = pwrite,
	.pwritev = pwritev,
	.pwrite_dsync = real_pwrite_dsync,
	.fdatasync = fdatasync,
	.fsync = fsync,
	.fallocate = fallocate,
	.ftruncate = ftruncate,
	.lseek = lseek,
	.fadvise = posix_fadvise,
	.dio_alignment = real_dio_alignment,
	.renameat = renameat,
	.getdents = real_getdents,
	.fstatat = real_fstatat,
	.mkdirat = mkdirat,
	.futex_wait = real_futex_wait,
	.futex_wake = real_futex_wake,
	.flock = flock,
	.ofd_lock = real_ofd_lock,
};
