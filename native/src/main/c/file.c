/* file.c - descriptors, names, sizes and space. */
#include "syncline_io.h"
#include "syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define KNOWN_FLAGS (SYNCLINE_OPEN_WRITE | SYNCLINE_OPEN_CREATE | SYNCLINE_OPEN_DIRECT)
#define NEW_FILE_MODE 0666 /* the umask decides, as for any file that Java creates */

int32_t syncline_abi_version(void)
{
	return SYNCLINE_ABI_VERSION;
}

/* open(2) on a slow file system can be interrupted; nothing was opened then. */
static int open_file(int directory, const char *path, int flags)
{
	int fd;

	do
		fd = syncline_sys.openat(directory, path, flags | O_CLOEXEC, NEW_FILE_MODE);
	while (fd < 0 && errno == EINTR);
	return fd < 0 ? -errno : fd;
}

/* A file system that refuses O_DIRECT does so after it has made the file. Creating first and
 * opening for direct I/O second tells for certain whether the file to remove is ours. */
static int create_direct(int directory, const char *path)
{
	int created = open_file(directory, path, O_RDWR | O_CREAT | O_EXCL);
	if (created < 0)
		return created;

	int fd = open_file(directory, path, O_RDWR | O_DIRECT);
	syncline_sys.close(created);
	if (fd < 0)
		syncline_sys.unlinkat(directory, path, 0);
	return fd;
}

int32_t syncline_open(const char *path, int32_t flags)
{
	return syncline_open_at(AT_FDCWD, path, flags);
}

int32_t syncline_open_at(int32_t directory, const char *path, int32_t flags)
{
	int write = flags & SYNCLINE_OPEN_WRITE;
	int create = flags & SYNCLINE_OPEN_CREATE;
	int direct = flags & SYNCLINE_OPEN_DIRECT;

	if ((flags & ~KNOWN_FLAGS) || (create && !write))
		return -EINVAL;
	if (create && direct)
		return create_direct(directory, path);
	return open_file(directory, path,
			 (write ? O_RDWR : O_RDONLY) | (create ? O_CREAT | O_EXCL : 0) |
				 (direct ? O_DIRECT : 0));
}

int32_t syncline_close(int32_t fd)
{
	return syncline_sys.close(fd) == 0 ? 0 : -errno;
}

int32_t syncline_link(const char *from, const char *to)
{
	return syncline_sys.linkat(AT_FDCWD, from, AT_FDCWD, to, 0) == 0 ? 0 : -errno;
}

int64_t syncline_size(int32_t fd)
{
	/* Not fstat: glibc gave it a new symbol in 2.33. The file position is used by nobody. */
	off_t size = syncline_sys.lseek(fd, 0, SEEK_END);

	return size < 0 ? -errno : size;
}

int32_t syncline_truncate(int32_t fd, int64_t size)
{
	int result;

	do
		result = syncline_sys.ftruncate(fd, size);
	while (result != 0 && errno == EINTR);
	return result == 0 ? 0 : -errno;
}

int32_t syncline_reserve(int32_t fd, int64_t size)
{
	int result;

	if (size == 0)
		return 0; /* which fallocate calls invalid */
	do
		result = syncline_sys.fallocate(fd, 0, 0, size);
	while (result != 0 && errno == EINTR);
	return result == 0 ? 0 : -errno;
}
