/* lock.c - one owner of a directory among processes.
 *
 * Two locks, since each alone can be got round: one on a file in the directory, which excludes everybody
 * who locks that file by fcntl(2), and ends if the file is removed; and one on the directory itself,
 * which nothing takes away, but which only this library asks for. */
#include "syncline_io.h"
#include "syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#define NEW_FILE_MODE 0666 /* the umask decides */

static int32_t open_in(int directory, const char *name, int flags)
{
	int fd;

	do
		fd = syncline_sys.openat(directory, name, flags | O_CLOEXEC, NEW_FILE_MODE);
	while (fd < 0 && errno == EINTR);
	return fd < 0 ? -errno : fd;
}

static int32_t lock_now(int fd)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int result;

	do
		result = syncline_sys.ofd_lock(fd, &whole);
	while (result != 0 && errno == EINTR);
	if (result == 0)
		return 0;
	return errno == EACCES ? -EAGAIN : -errno; /* POSIX leaves open which of the two it is */
}

int32_t syncline_lock_directory(const char *path)
{
	int32_t fd = open_in(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
	int result;

	if (fd < 0)
		return fd;
	do
		result = syncline_sys.flock(fd, LOCK_EX | LOCK_NB);
	while (result != 0 && errno == EINTR);
	/* Any other error: NFS, for one, locks only what is open for writing, as no directory is. */
	if (result == 0 || errno != EWOULDBLOCK)
		return fd;
	syncline_sys.close(fd);
	return -EAGAIN;
}

int32_t syncline_lock_file(int32_t directory, const char *name)
{
	int32_t fd = open_in(directory, name, O_RDWR | O_CREAT | O_NOFOLLOW);

	if (fd < 0)
		return fd;
	int32_t result = lock_now(fd);
	if (result == 0)
		return fd;
	syncline_sys.close(fd);
	return result;
}

int32_t syncline_lock_intact(int32_t directory, int32_t file, const char *name)
{
	struct stat held, named;

	if (syncline_sys.fstatat(file, "", &held, AT_EMPTY_PATH) != 0)
		return -errno;
	if (syncline_sys.fstatat(directory, name, &named, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : -errno;
	return held.st_nlink > 0 && held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

int32_t syncline_unlock(int32_t directory, int32_t file)
{
	struct flock whole = { .l_type = F_UNLCK, .l_whence = SEEK_SET };

	/* Closing would do, were there no child that has been forked and has not called exec yet. */
	if (file >= 0) {
		syncline_sys.ofd_lock(file, &whole);
		syncline_sys.close(file);
	}
	if (directory >= 0) {
		syncline_sys.flock(directory, LOCK_UN);
		syncline_sys.close(directory);
	}
	return 0;
}
