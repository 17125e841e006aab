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

#define SYNCLINE_ABI_VERSION 2

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

/* Wakes every thread that sleeps on `word`, with one system call however many they are; returns how
 * many. Change the word first. */
SYNCLINE_API int32_t syncline_wake_all(const int32_t *word);

#endif
