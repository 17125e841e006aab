/* slow_disk.c - preloaded, makes whatever waits for the disk wait longer: a benchmark's disk of any latency, for C and Java alike.
 *
 *   LD_PRELOAD=libsyncline_slow_disk.so SYNCLINE_DISK_DELAY_US=300 program
 *
 * fsync, fdatasync, msync(MS_SYNC), writes with RWF_DSYNC, and writes to descriptors opened with O_DSYNC return that much later.
 * The calls of several threads overlap, as on a disk with a queue.  io_submit and io_uring go round it. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define SHOWN __attribute__((visibility("default")))
#define NEXT(name) __extension__({ \
	static __typeof__(&name) next; \
	if (!next) \
		next = (__typeof__(&name))dlsym(RTLD_NEXT, #name); \
	next; })

static struct timespec delay;

__attribute__((constructor)) static void read_delay(void)
{
	const char *text = getenv("SYNCLINE_DISK_DELAY_US");
	long microseconds = text ? strtol(text, NULL, 10) : 0;

	delay.tv_sec = microseconds / 1000000;
	delay.tv_nsec = microseconds % 1000000 * 1000;
}

static long late(long result)
{
	static __thread int precise;
	int error = errno;
	struct timespec left = delay;

	/* The kernel may be 50 us late otherwise: man 2 PR_SET_TIMERSLACK. */
	if (!precise)
		precise = prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL) == 0;
	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
		;
	errno = error;
	return result;
}

static int is_durable(int fd)
{
	int error = errno;
	int flags = fcntl(fd, F_GETFL);

	errno = error;
	return flags != -1 && (flags & O_DSYNC) != 0;
}

SHOWN int fsync(int fd)
{
	return (int)late(NEXT(fsync)(fd));
}

SHOWN int fdatasync(int fd)
{
	return (int)late(NEXT(fdatasync)(fd));
}

SHOWN int msync(void *start, size_t length, int flags)
{
	int result = NEXT(msync)(start, length, flags);

	return flags & MS_SYNC ? (int)late(result) : result;
}

SHOWN ssize_t write(int fd, const void *from, size_t length)
{
	ssize_t result = NEXT(write)(fd, from, length);

	return is_durable(fd) ? late(result) : result;
}

SHOWN ssize_t pwrite(int fd, const void *from, size_t length, off_t offset)
{
	ssize_t result = NEXT(pwrite)(fd, from, length, offset);

	return is_durable(fd) ? late(result) : result;
}

SHOWN ssize_t pwrite64(int fd, const void *from, size_t length, off_t offset)
{
	return pwrite(fd, from, length, offset);
}

SHOWN ssize_t pwritev2(int fd, const struct iovec *parts, int count, off_t offset, int flags)
{
	ssize_t result = NEXT(pwritev2)(fd, parts, count, offset, flags);

	return flags & RWF_DSYNC || is_durable(fd) ? late(result) : result;
}

/* For who calls the kernel by number. */
SHOWN long syscall(long number, ...)
{
	long argument[6];
	va_list rest;

	va_start(rest, number);
	for (int i = 0; i < 6; i++)
		argument[i] = va_arg(rest, long);
	va_end(rest);
	long result = NEXT(syscall)(number, argument[0], argument[1], argument[2], argument[3], argument[4], argument[5]);

	/* pwritev2 by number: fd, parts, count, the offset in two halves, flags. */
	int durable = (number == SYS_pwritev2 && (argument[5] & RWF_DSYNC)) || number == SYS_fdatasync || number == SYS_fsync;

	return durable ? late(result) : result;
}
