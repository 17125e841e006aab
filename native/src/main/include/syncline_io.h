/*
 * syncline_io.h - what Syncline asks of Linux and Java cannot: space reserved on the device, a
 * write and its flush in one call, alignment from the kernel, the true errno, many threads woken by
 * one call.
 *
 * Conventions, the same for every function:
 *   1. The result is >= 0, or a negated errno. `errno` itself is no part of the interface.
 *   2. Arguments are fixed-width integers and addresses; a path is a NUL-terminated byte string.
 *   3. Nothing is allocated and nothing is remembered between calls.
 *   4. Every function may be called from any thread. Writes to one file may overlap in time as long
 *      as their ranges do not. A descriptor must not be closed while a call uses it.
 *   5. A transfer resumes after short counts and signals. On error any part may have been moved.
 *   6. A flush that failed is never repeated: the kernel may have dropped the pages, so that a
 *      second, successful flush would prove nothing.
 *
 * On a descriptor opened with SYNCLINE_OPEN_DIRECT the caller aligns addresses, offsets and
 * lengths; a request that the kernel finds misaligned is -EINVAL.
 *
 * Symbols are added and never changed: see ABI.md.
 */
#ifndef SYNCLINE_IO_H
#define SYNCLINE_IO_H

#include <stdint.h>

#define SYNCLINE_API __attribute__((visibility("default")))

#define SYNCLINE_ABI_VERSION 3

/* Flags of syncline_open. Without WRITE the file is opened to read. */
#define SYNCLINE_OPEN_WRITE 1  /* to read and write */
#define SYNCLINE_OPEN_CREATE 2 /* the file must not exist; needs WRITE */
#define SYNCLINE_OPEN_DIRECT 4 /* past the page cache */

/* Returns SYNCLINE_ABI_VERSION of the library that was loaded. Call it first, and nothing else on a
 * mismatch. */
SYNCLINE_API int32_t syncline_abi_version(void);

/* Opens a file; returns its descriptor, which no child process inherits.
 * -EEXIST if CREATE finds the name taken, -ENOENT if there is no file, -EINVAL if the file system
 * refuses direct I/O or a flag is unknown. A CREATE that fails leaves no file of its own behind. */
SYNCLINE_API int32_t syncline_open(const char *path, int32_t flags);

/* Closes a descriptor; returns 0. The descriptor is gone even on error (also on -EINTR): never call
 * it twice, another thread may own the number by then. */
SYNCLINE_API int32_t syncline_close(int32_t fd);

/* Reads into `target` until `length` bytes are there or the file ends; returns the bytes read. */
SYNCLINE_API int64_t syncline_read(int32_t fd, void *target, int64_t length, int64_t offset);

/* Writes all `length` bytes at `offset`; returns `length`. Durable only after syncline_sync.
 * -EIO also if the kernel took a part that leaves a direct write misaligned. */
SYNCLINE_API int64_t syncline_write(int32_t fd, const void *source, int64_t length, int64_t offset);

/* Writes all `length` bytes at `offset` and returns `length` when they are on stable storage with
 * all metadata needed to read them back: one system call (RWF_DSYNC), or a write and an fdatasync
 * where the kernel or the file system has no such flag. Vouches for these bytes only. */
SYNCLINE_API int64_t syncline_write_durable(int32_t fd, const void *source, int64_t length,
					    int64_t offset);

/* Writes `length` zeros at `offset`, extending the file where needed; returns `length`. */
SYNCLINE_API int64_t syncline_write_zeros(int32_t fd, int64_t length, int64_t offset);

/* Makes earlier writes, truncations and growth of the file durable (fdatasync); returns 0. */
SYNCLINE_API int32_t syncline_sync(int32_t fd);

/* Makes the names in a directory durable; returns 0. -ENOTDIR if the path is something else. */
SYNCLINE_API int32_t syncline_sync_directory(const char *path);

/* Reserves device blocks for bytes 0 up to `size` and makes the file at least that long; returns 0.
 * Existing bytes stay, new ones read as zeros. -EOPNOTSUPP where the file system cannot: nothing is
 * emulated. -ENOSPC or -EDQUOT if there is no room; a part may stay reserved then. */
SYNCLINE_API int32_t syncline_reserve(int32_t fd, int64_t size);

/* Cuts or extends the file to `size` bytes; returns 0. Durable after syncline_sync. */
SYNCLINE_API int32_t syncline_truncate(int32_t fd, int64_t size);

/* Returns the size of the file in bytes. */
SYNCLINE_API int64_t syncline_size(int32_t fd);

/* Drops the clean cached pages of a range, so that the next read comes from the device; `length` 0
 * means up to the end. Returns 0. Dirty pages stay: sync first. */
SYNCLINE_API int32_t syncline_drop_cache(int32_t fd, int64_t offset, int64_t length);

/* What direct I/O on this file wants addresses, and offsets and lengths, to be multiples of, in
 * bytes. 0 where the kernel does not say (before Linux 6.1, and some file systems): find out by
 * trying. -EOPNOTSUPP where it says that the file takes no direct I/O. */
SYNCLINE_API int32_t syncline_memory_alignment(int32_t fd);
SYNCLINE_API int32_t syncline_offset_alignment(int32_t fd);

/* Gives the file `from` the second name `to`; returns 0. -EEXIST if the name is taken; -EXDEV,
 * -EPERM, -EMLINK or -EOPNOTSUPP where this file cannot have another name there. */
SYNCLINE_API int32_t syncline_link(const char *from, const char *to);

/* Sleeps while the aligned 32-bit `word`, which other threads of this process change, has the value
 * `seen`, until syncline_wake_all. Returns 0 when woken, which may be for no reason; -EAGAIN if the
 * word has another value, -EINTR after a signal: look at the word again in every case. */
SYNCLINE_API int32_t syncline_sleep(const int32_t *word, int32_t seen);

/* The same for at most `timeout_ns` nanoseconds: -ETIMEDOUT if nothing came until then, -EINVAL if
 * the time is negative. */
SYNCLINE_API int32_t syncline_sleep_for(const int32_t *word, int32_t seen, int64_t timeout_ns);

/* Wakes every thread that sleeps on `word`, with one system call however many they are; returns how
 * many. Change the word first. */
SYNCLINE_API int32_t syncline_wake_all(const int32_t *word);

/* Opens a directory to hold it: what the functions below do with the descriptor happens in that
 * directory, wherever it was moved and whatever its path leads to by then. Returns the descriptor;
 * -ENOTDIR if the path is something else. */
SYNCLINE_API int32_t syncline_open_directory(const char *path);

/* The same with a name in a held directory; ".." is the directory that it lies in. */
SYNCLINE_API int32_t syncline_open_directory_at(int32_t directory, const char *name);

/* Makes a directory in a held directory; returns 0. -EEXIST if the name is taken. */
SYNCLINE_API int32_t syncline_make_directory_at(int32_t directory, const char *name);

/* As syncline_open, with a name in a held directory. The name "." without flags gives a descriptor
 * to list the directory with. */
SYNCLINE_API int32_t syncline_open_at(int32_t directory, const char *name, int32_t flags);

/* Renames within a held directory, replacing `to` in one step if it exists; returns 0. */
SYNCLINE_API int32_t syncline_rename_at(int32_t directory, const char *from, const char *to);

/* Removes a file's name; returns 0. */
SYNCLINE_API int32_t syncline_unlink_at(int32_t directory, const char *name);

/* Gives a file the same name in the held directory `target`; returns 0 or what syncline_link does. */
SYNCLINE_API int32_t syncline_link_at(int32_t directory, const char *name, int32_t target);

/* Returns how many names a file has; a symbolic link is not followed. */
SYNCLINE_API int32_t syncline_link_count_at(int32_t directory, const char *name);

/* Returns 1 if the open file or directory has these numbers, as stat(2) gives them, else 0. */
SYNCLINE_API int32_t syncline_is_file(int32_t fd, int64_t device, int64_t inode);

/* Fills `target` with the next names of plain files, each ended by a NUL; returns the bytes filled, 0
 * when there are no more. The descriptor is one of its own for each listing. `length` is 4096 at
 * least, or -EINVAL may come: an entry must fit with what the kernel tells of it. */
SYNCLINE_API int64_t syncline_list(int32_t fd, void *target, int64_t length);

/* Makes the names in a held directory durable (fsync); returns 0. */
SYNCLINE_API int32_t syncline_sync_names(int32_t directory);

/* Opens a directory and locks it (flock); returns its descriptor, whose lock outlives everything but
 * syncline_unlock and the process: no other descriptor that is closed and no name that is removed
 * takes it away. -EAGAIN if another descriptor has it. Where the file system cannot lock a directory
 * the descriptor comes back all the same, for syncline_lock_file. */
SYNCLINE_API int32_t syncline_lock_directory(const char *path);

/* Opens the file `name` in `directory`, creates it if need be, and locks the whole of it for the open
 * file description; returns the descriptor. Excludes fcntl locks too, those of this process included.
 * -EAGAIN if somebody else has a lock on it, -EINVAL if the kernel has no such locks (before Linux
 * 3.15), -ELOOP if the name is a symbolic link. */
SYNCLINE_API int32_t syncline_lock_file(int32_t directory, const char *name);

/* Returns 1 if `name` in `directory` is the file that is open as `file`, 0 if it was removed or is
 * another file now. */
SYNCLINE_API int32_t syncline_lock_intact(int32_t directory, int32_t file, const char *name);

/* Gives up the locks of both descriptors, also where a forked child still shares them, and closes
 * them; a negative one is left out. Returns 0. */
SYNCLINE_API int32_t syncline_unlock(int32_t directory, int32_t file);

#endif
