/* sync.c - making things durable. Nothing here is tried twice: see rule 6 in the header. */
#include "syncline_io.h"
#include "syscalls.h"

#include <errno.h>

int32_t syncline_sync(int32_t fd)
{
	return syncline_sys.fdatasync(fd) == 0 ? 0 : -errno;
}

int32_t syncline_sync_names(int32_t directory)
{
	return syncline_sys.fsync(directory) == 0 ? 0 : -errno;
}

int32_t syncline_sync_directory(const char *path)
{
	int fd = syncline_open_directory(path);

	if (fd < 0)
		return fd;
	int32_t result = syncline_sync_names(fd);
	/* A descriptor that wrote nothing has nothing left to report. */
	syncline_sys.close(fd);
	return result;
}
