/* cache.c - the page cache, and what it takes to go past it. */
#include "syncline_io.h"
#include "syscalls.h"

#include <errno.h>
#include <fcntl.h>

int32_t syncline_drop_cache(int32_t fd, int64_t offset, int64_t length)
{
	return -syncline_sys.fadvise(fd, offset, length, POSIX_FADV_DONTNEED);
}

int32_t syncline_memory_alignment(int32_t fd)
{
	uint32_t memory, offset;

	return syncline_sys.dio_alignment(fd, &memory, &offset) == 0 ? (int32_t)memory : -errno;
}

int32_t syncline_offset_alignment(int32_t fd)
{
	uint32_t memory, offset;

	return syncline_sys.dio_alignment(fd, &memory, &offset) == 0 ? (int32_t)offset : -errno;
}
