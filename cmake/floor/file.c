/* file.c - the zero-filled file, and writing durably into it. */
#include "floor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILL_BYTES (1u << 20)

void die(const char *what)
{
	perror(what);
	exit(1);
}

void *aligned(size_t bytes)
{
	void *memory;

	if (posix_memalign(&memory, BLOCK_BYTES, whole_blocks(bytes)) != 0)
		die("memory");
	memset(memory, 0, whole_blocks(bytes));
	return memory;
}

/* Every block is written once and synced: fallocate alone would leave a conversion to each commit. */
static void zero_fill(const struct settings *settings)
{
	int fd = open(settings->file, O_RDWR | O_CREAT | O_DIRECT | O_CLOEXEC, 0666);
	void *zeros = aligned(FILL_BYTES);

	if (fd < 0 && errno == EINVAL) {
		fprintf(stderr, "%s: the file system refuses O_DIRECT\n", settings->file);
		exit(EXIT_NO_DIRECT_IO);
	}
	if (fd < 0)
		die(settings->file);
	for (int64_t offset = 0; offset < settings->file_bytes; offset += FILL_BYTES)
		file_write(fd, zeros, FILL_BYTES, offset);
	if (fsync(fd) != 0)
		die("fsync");
	close(fd);
	free(zeros);
}

int file_open(const struct settings *settings)
{
	int flags = O_RDWR | O_CLOEXEC;

	zero_fill(settings);
	if (settings->durability != BUFFERED)
		flags |= O_DIRECT;
	if (settings->durability == ODSYNC)
		flags |= O_DSYNC;
	int fd = open(settings->file, flags);
	if (fd < 0)
		die(settings->file);
	return fd;
}

void file_write(int fd, const void *from, size_t bytes, int64_t offset)
{
	while (bytes > 0) {
		ssize_t written = pwrite(fd, from, bytes, offset);
		if (written <= 0)
			die("pwrite");
		from = (const char *)from + written;
		bytes -= (size_t)written;
		offset += written;
	}
}

static void write_rwf_dsync(int fd, const void *from, size_t bytes, int64_t offset)
{
	while (bytes > 0) {
		struct iovec vector = { (void *)(uintptr_t)from, bytes };
		ssize_t written = pwritev2(fd, &vector, 1, offset, RWF_DSYNC);
		if (written <= 0)
			die("pwritev2");
		from = (const char *)from + written;
		bytes -= (size_t)written;
		offset += written;
	}
}

void file_write_durably(int fd, const struct settings *settings, const void *from, size_t bytes, int64_t offset)
{
	if (settings->durability == RWF) {
		write_rwf_dsync(fd, from, bytes, offset);
		return;
	}
	file_write(fd, from, bytes, offset);
	if (settings->durability != ODSYNC)
		file_sync(fd);
}

void file_sync(int fd)
{
	if (fdatasync(fd) != 0)
		die("fdatasync");
}
