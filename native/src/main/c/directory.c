/* directory.c - a directory held open, and its names. Whatever becomes of the path that it was opened
 * by, these go on in the directory itself. */
#include "syncline_io.h"
#include "syscalls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>

#define NEW_DIRECTORY_MODE 0777 /* the umask decides, as for any directory that Java creates */

int32_t syncline_open_directory(const char *path)
{
	return syncline_open_directory_at(AT_FDCWD, path);
}

int32_t syncline_open_directory_at(int32_t directory, const char *name)
{
	int fd;

	do
		fd = syncline_sys.openat(directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	while (fd < 0 && errno == EINTR);
	return fd < 0 ? -errno : fd;
}

int32_t syncline_make_directory_at(int32_t directory, const char *name)
{
	return syncline_sys.mkdirat(directory, name, NEW_DIRECTORY_MODE) == 0 ? 0 : -errno;
}

int32_t syncline_rename_at(int32_t directory, const char *from, const char *to)
{
	return syncline_sys.renameat(directory, from, directory, to) == 0 ? 0 : -errno;
}

int32_t syncline_unlink_at(int32_t directory, const char *name)
{
	return syncline_sys.unlinkat(directory, name, 0) == 0 ? 0 : -errno;
}

int32_t syncline_link_at(int32_t directory, const char *name, int32_t target)
{
	return syncline_sys.linkat(directory, name, target, name, 0) == 0 ? 0 : -errno;
}

int32_t syncline_link_count_at(int32_t directory, const char *name)
{
	struct stat st;

	if (syncline_sys.fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -errno;
	return st.st_nlink < INT32_MAX ? (int32_t)st.st_nlink : INT32_MAX;
}

int32_t syncline_is_file(int32_t fd, int64_t device, int64_t inode)
{
	struct stat st;

	if (syncline_sys.fstatat(fd, "", &st, AT_EMPTY_PATH) != 0)
		return -errno;
	return (int64_t)st.st_dev == device && (int64_t)st.st_ino == inode;
}

/* One entry as getdents64 writes it, followed by its name and a NUL. */
struct entry {
	uint64_t inode;
	int64_t offset;
	uint16_t length;
	uint8_t type;
};

#define NAME_OFFSET 19 /* where the name begins; the struct itself ends padded */

/* Whether the name is that of a plain file: 1 or 0, or -errno if nobody can say. A file that is gone
 * by now is none. */
static int is_plain(int fd, const char *name, uint8_t type)
{
	struct stat st;

	if (type != DT_UNKNOWN)
		return type == DT_REG;
	if (syncline_sys.fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : -errno;
	return S_ISREG(st.st_mode);
}

/* Moves the names of plain files to the front of the records that they lie in, which are longer than
 * their names; returns the bytes that they take or -errno. */
static int64_t keep_names(int fd, char *records, size_t length)
{
	struct entry entry;
	size_t kept = 0;

	for (size_t at = 0; at < length; at += entry.length) {
		memcpy(&entry, records + at, NAME_OFFSET);
		const char *name = records + at + NAME_OFFSET;
		int plain = is_plain(fd, name, entry.type);
		if (plain < 0)
			return plain;
		if (plain) {
			size_t bytes = strlen(name) + 1;
			memmove(records + kept, name, bytes);
			kept += bytes;
		}
	}
	return (int64_t)kept;
}

int64_t syncline_list(int32_t fd, void *target, int64_t length)
{
	int64_t kept = 0;

	if (length < 0)
		return -EINVAL;
	while (kept == 0) {
		ssize_t n = syncline_sys.getdents(fd, target, (size_t)length);
		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		kept = keep_names(fd, target, (size_t)n);
	}
	return kept;
}
