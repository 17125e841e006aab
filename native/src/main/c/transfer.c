/* transfer.c - moving bytes: one loop, and the single steps that it repeats. */
#include "syncline_io.h"
#include "syscalls.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#define ZERO_BLOCK_BYTES (64 * 1024)
#define ZERO_PARTS 64 /* 4 MiB of zeros in one system call */

/* As large as a block of any file system, so that each part of a gathered write is aligned. */
static const uint8_t zero_block[ZERO_BLOCK_BYTES] __attribute__((aligned(4096)));

/* What is left of a transfer after `moved` bytes of it. */
struct rest {
	int fd;
	void *memory;
	size_t length;
	off_t offset;
	uint64_t moved;
};

/* Moves some of the rest: as read(2) and write(2), -1 and errno on failure. */
typedef ssize_t (*step)(const struct rest *rest);

/* Repeats `once` until all is moved or it moves nothing; returns the bytes moved or -errno.
 *
 * A part that a direct transfer moved need not end on an alignment boundary, and the kernel then
 * refuses the remainder. The request itself was good, so the caller must not hear EINVAL, which is
 * how it learns that it asked for something wrong. */
static int64_t transfer(step once, int fd, void *memory, int64_t length, int64_t offset)
{
	if (length < 0 || offset < 0 || length > INT64_MAX - offset)
		return -EINVAL;

	struct rest rest = { fd, memory, (size_t)length, offset, 0 };
	while (rest.length > 0) {
		ssize_t n = once(&rest);
		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EINVAL && rest.moved > 0 ? -EIO : -errno;
		rest.memory = (char *)rest.memory + n;
		rest.length -= (size_t)n;
		rest.offset += n;
		rest.moved += (uint64_t)n;
	}
	return (int64_t)rest.moved;
}

/* A device that takes nothing and reports nothing would make a writer wait for ever. */
static int64_t all_or_error(int64_t moved, int64_t length)
{
	return moved < 0 || moved == length ? moved : -EIO;
}

static ssize_t read_step(const struct rest *rest)
{
	ssize_t n = syncline_sys.pread(rest->fd, rest->memory, rest->length, rest->offset);

	/* Where a file ends off the boundary, some file systems refuse the next direct read rather
	 * than report the end. */
	if (n < 0 && errno == EINVAL && rest->moved > 0) {
		bool at_end = syncline_size(rest->fd) == rest->offset;
		errno = EINVAL;
		return at_end ? 0 : -1;
	}
	return n;
}

static ssize_t write_step(const struct rest *rest)
{
	return syncline_sys.pwrite(rest->fd, rest->memory, rest->length, rest->offset);
}

static ssize_t durable_step(const struct rest *rest)
{
	return syncline_sys.pwrite_dsync(rest->fd, rest->memory, rest->length, rest->offset);
}

/* Starts at the first zero each time, so that memory is aligned after any short count. */
static ssize_t zero_step(const struct rest *rest)
{
	struct iovec parts[ZERO_PARTS];
	size_t left = rest->length;
	int count = 0;

	while (left > 0 && count < ZERO_PARTS) {
		size_t length = left < ZERO_BLOCK_BYTES ? left : ZERO_BLOCK_BYTES;
		parts[count++] = (struct iovec){ (void *)zero_block, length };
		left -= length;
	}
	return syncline_sys.pwritev(rest->fd, parts, count, rest->offset);
}

int64_t syncline_read(int32_t fd, void *target, int64_t length, int64_t offset)
{
	return transfer(read_step, fd, target, length, offset);
}

int64_t syncline_write(int32_t fd, const void *source, int64_t length, int64_t offset)
{
	return all_or_error(transfer(write_step, fd, (void *)source, length, offset), length);
}

/* EINVAL is what file systems without the flag say, and also what a misaligned request gets; the
 * plain write tells the two apart. All bytes are written again, so it does not matter how many the
 * refused attempt had moved. */
static bool may_lack_dsync_flag(int64_t result)
{
	return result == -EOPNOTSUPP || result == -ENOSYS || result == -EINVAL;
}

int64_t syncline_write_durable(int32_t fd, const void *source, int64_t length, int64_t offset)
{
	int64_t moved = transfer(durable_step, fd, (void *)source, length, offset);

	if (!may_lack_dsync_flag(moved))
		return all_or_error(moved, length);
	moved = syncline_write(fd, source, length, offset);
	if (moved < 0)
		return moved;
	int32_t synced = syncline_sync(fd);
	return synced < 0 ? synced : moved;
}

int64_t syncline_write_zeros(int32_t fd, int64_t length, int64_t offset)
{
	/* The step ignores the address; a valid one keeps the loop's arithmetic on it defined. */
	return all_or_error(transfer(zero_step, fd, (void *)zero_block, length, offset), length);
}
