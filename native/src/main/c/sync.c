/* sync.c - making things durable. Nothing here is tried twice: see rule 6 in the header. */
#include "syncline_io.h"
#include "syscalls.h"

#include <errno.h>
#include <fcntl.h>

int32_t syncline_sync(int32_t fd)
{
	return syncline_sys.fdatasync(fd) == 0 ? 0 : -errno;
}

int32_t syncline_sync_directory(const char *path)
{
	int fd;

	do
		fd = syncline_sys.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return -errno;

	int32_t result = syncline_sys.fsync(fd) == 0 ? 0 : -errno;
	/* A descriptor that wrote nothing has nothing left to report. */
	syncline_sys.close(fd);
	return result;
}
