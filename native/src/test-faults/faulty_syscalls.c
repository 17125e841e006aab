/* faulty_syscalls.c - the library with a saboteur inside.
 *
 * Linked with the sources of src/main/c into a library of its own, which speaks the same ABI: a test
 * lets Java load that one and then says, through the functions below, which system call is to go wrong
 * and how. Never part of what ships. One fault at a time; any thread may run into it. */
#include "syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))
#define PATH_BYTES 4096
#define BLOCK_BYTES ((size_t)4096)
#define SECTOR_BYTES ((size_t)512)
#define UNTOUCHED (-1)

/* In the order of dev.syncline.lab.SystemCall. */
enum call {
	OPEN, CLOSE, UNLINK, LINK, PREAD, PWRITE, PWRITEV, PWRITE_DSYNC, FDATASYNC, FSYNC, FALLOCATE,
	FTRUNCATE, LSEEK, FADVISE, DIO_ALIGNMENT, RENAME, LIST, ATTRIBUTES, CALLS
};

/* In the order of dev.syncline.lab.SystemFault.Effect. */
enum effect {
	NONE,        /* the call is made */
	FAIL,        /* an error, and nothing is done */
	FAIL_AFTER,  /* all is done, and then an error */
	FAIL_MIDWAY, /* a part of the transfer is done, and then an error */
	SHORT,       /* a part of the transfer is done, and that is said */
	HANG,        /* nothing until the fault is gone; then the call is made */
	HANG_FAIL,   /* nothing until the fault is gone or another; then an error, and nothing is done */
	FAIL_DIRECT  /* an error for an open with O_DIRECT, which has made the file all the same */
};

static struct syncline_syscalls real;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t disarmed = PTHREAD_COND_INITIALIZER;

/* All below under the mutex. Files whose path does not contain `watched` are left alone and not counted. */
static char watched[PATH_BYTES];
static char suffix[PATH_BYTES]; /* of paths that the fault strikes; empty for all */
static int64_t counts[CALLS];
static enum call target;
static enum effect effect;
static int error;
static int64_t matches, first, times, struck, held;

/* The descriptor on which a write or sync failed, in which thread, and what was written or synced through it
 * afterwards: by anybody, and by that thread, which knew. */
static int failed_fd = UNTOUCHED;
static pthread_t failed_thread;
static int64_t touched_after_failure, tried_again;

static bool path_of(int fd, char *path)
{
	char link[64];

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, path, PATH_BYTES - 1);
	path[length < 0 ? 0 : length] = 0;
	return length >= 0;
}

static bool ends_with_suffix(const char *path)
{
	size_t length = strlen(path), wanted = strlen(suffix);

	return length >= wanted && strcmp(path + length - wanted, suffix) == 0;
}

static bool writes_or_syncs(enum call call)
{
	return call == PWRITE || call == PWRITEV || call == PWRITE_DSYNC || call == FDATASYNC || call == FSYNC;
}

/* Counts the call and says what is to become of it. */
static enum effect meet(enum call call, int fd, const char *path, int flags)
{
	char own_path[PATH_BYTES];
	enum effect met = NONE;

	pthread_mutex_lock(&mutex);
	if (path == NULL) {
		path_of(fd, own_path);
		path = own_path;
	}
	if (watched[0] == 0 || strstr(path, watched) == NULL)
		goto out;
	counts[call]++;
	if (fd == failed_fd && failed_fd != UNTOUCHED) {
		touched_after_failure += writes_or_syncs(call);
		tried_again += writes_or_syncs(call) && pthread_equal(failed_thread, pthread_self());
		if (call == CLOSE)
			failed_fd = UNTOUCHED;
	}
	if (effect == NONE || call != target || !ends_with_suffix(path) || (effect == FAIL_DIRECT && !(flags & O_DIRECT)))
		goto out;
	matches++;
	if (matches < first || matches - first >= times)
		goto out;
	struck++;
	met = effect;
	if (met != SHORT && met != HANG && error != EINTR && writes_or_syncs(call)) {
		failed_fd = fd;
		failed_thread = pthread_self();
	}
	if (met == HANG || met == HANG_FAIL) {
		held++;
		while (effect == met)
			pthread_cond_wait(&disarmed, &mutex);
		held--;
		met = met == HANG ? NONE : FAIL;
	}
out:
	pthread_mutex_unlock(&mutex);
	return met;
}

/* Some of a transfer: whole blocks where there are several, else whole sectors, else nothing. */
static size_t part_of(size_t length)
{
	if (length > BLOCK_BYTES)
		return length / 2 < BLOCK_BYTES ? BLOCK_BYTES : length / 2 / BLOCK_BYTES * BLOCK_BYTES;
	return length / 2 / SECTOR_BYTES * SECTOR_BYTES;
}

static int failed(void)
{
	errno = error;
	return -1;
}

/* Makes `call` as the effect wants it, where all or nothing can be done. */
#define WHOLE(met, call)                                                                                                       \
	do {                                                                                                                   \
		enum effect e = (met);                                                                                         \
		if (e == FAIL || e == FAIL_MIDWAY)                                                                             \
			return failed();                                                                                       \
		__typeof__(call) result = (call);                                                                              \
		return e == FAIL_AFTER ? failed() : result;                                                                    \
	} while (0)

/* The same for a transfer of `length` bytes, which the call refers to by the name `some`. */
#define TRANSFER(met, length, call)                                                                                            \
	do {                                                                                                                   \
		enum effect e = (met);                                                                                         \
		size_t some = e == SHORT || e == FAIL_MIDWAY ? part_of(length) : (length);                                     \
		if (e == FAIL)                                                                                                 \
			return failed();                                                                                       \
		if (e == SHORT && some == 0)                                                                                   \
			some = (length);                                                                                       \
		ssize_t result = some == 0 ? 0 : (call);                                                                       \
		return e == FAIL_AFTER || e == FAIL_MIDWAY ? failed() : result;                                                \
	} while (0)

/* Meets a call on a name in a directory, which is where it is by now. */
static enum effect meet_name(enum call call, int directory, const char *name, int flags)
{
	char path[PATH_BYTES];

	if (directory == AT_FDCWD || name[0] == '/')
		return meet(call, UNTOUCHED, name, flags);
	path_of(directory, path);
	if (name[0] != 0 && strcmp(name, ".") != 0) {
		size_t length = strlen(path);
		snprintf(path + length, sizeof path - length, "/%s", name);
	}
	return meet(call, UNTOUCHED, path, flags);
}

static int faulty_openat(int directory, const char *path, int flags, mode_t mode)
{
	enum effect met = meet_name(OPEN, directory, path, flags);

	if (met == NONE)
		return real.openat(directory, path, flags, mode);
	if (met != FAIL) { /* the call may have made the file before it failed */
		int fd = real.openat(directory, path, flags, mode);
		if (fd >= 0)
			real.close(fd);
	}
	return failed();
}

/* Linux lets a descriptor go whatever it answers. */
static int faulty_close(int fd)
{
	enum effect met = meet(CLOSE, fd, NULL, 0);
	int result = real.close(fd);

	return met == NONE ? result : failed();
}

static int faulty_unlinkat(int directory, const char *path, int flags)
{
	WHOLE(meet_name(UNLINK, directory, path, 0), real.unlinkat(directory, path, flags));
}

static int faulty_linkat(int from_directory, const char *from, int to_directory, const char *to, int flags)
{
	WHOLE(meet_name(LINK, from_directory, from, 0), real.linkat(from_directory, from, to_directory, to, flags));
}

static int faulty_renameat(int from_directory, const char *from, int to_directory, const char *to)
{
	WHOLE(meet_name(RENAME, from_directory, from, 0), real.renameat(from_directory, from, to_directory, to));
}

static ssize_t faulty_getdents(int fd, void *records, size_t length)
{
	WHOLE(meet(LIST, fd, NULL, 0), real.getdents(fd, records, length));
}

static int faulty_fstatat(int directory, const char *path, struct stat *st, int flags)
{
	WHOLE(meet_name(ATTRIBUTES, directory, path, 0), real.fstatat(directory, path, st, flags));
}

static ssize_t faulty_pread(int fd, void *into, size_t length, off_t offset)
{
	TRANSFER(meet(PREAD, fd, NULL, 0), length, real.pread(fd, into, some, offset));
}

static ssize_t faulty_pwrite(int fd, const void *source, size_t length, off_t offset)
{
	TRANSFER(meet(PWRITE, fd, NULL, 0), length, real.pwrite(fd, source, some, offset));
}

static ssize_t faulty_pwrite_dsync(int fd, const void *source, size_t length, off_t offset)
{
	TRANSFER(meet(PWRITE_DSYNC, fd, NULL, 0), length, real.pwrite_dsync(fd, source, some, offset));
}

/* A part is the first of the memory pieces, shortened like any other transfer. */
static ssize_t faulty_pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
	enum effect met = meet(PWRITEV, fd, NULL, 0);

	if (met == FAIL)
		return failed();
	if (met == SHORT || met == FAIL_MIDWAY) {
		size_t some = part_of(parts[0].iov_len);
		ssize_t result = some == 0 ? 0 : real.pwrite(fd, parts[0].iov_base, some, offset);
		return met == FAIL_MIDWAY ? failed() : result;
	}
	ssize_t result = real.pwritev(fd, parts, count, offset);
	return met == FAIL_AFTER ? failed() : result;
}

static int faulty_fdatasync(int fd)
{
	WHOLE(meet(FDATASYNC, fd, NULL, 0), real.fdatasync(fd));
}

static int faulty_fsync(int fd)
{
	WHOLE(meet(FSYNC, fd, NULL, 0), real.fsync(fd));
}

static int faulty_fallocate(int fd, int mode, off_t offset, off_t length)
{
	WHOLE(meet(FALLOCATE, fd, NULL, 0), real.fallocate(fd, mode, offset, length));
}

static int faulty_ftruncate(int fd, off_t size)
{
	WHOLE(meet(FTRUNCATE, fd, NULL, 0), real.ftruncate(fd, size));
}

static off_t faulty_lseek(int fd, off_t offset, int whence)
{
	WHOLE(meet(LSEEK, fd, NULL, 0), real.lseek(fd, offset, whence));
}

static int faulty_fadvise(int fd, off_t offset, off_t length, int advice)
{
	return meet(FADVISE, fd, NULL, 0) == NONE ? real.fadvise(fd, offset, length, advice) : error;
}

static int faulty_dio_alignment(int fd, uint32_t *memory, uint32_t *offset)
{
	WHOLE(meet(DIO_ALIGNMENT, fd, NULL, 0), real.dio_alignment(fd, memory, offset));
}

__attribute__((constructor)) static void move_in(void)
{
	real = syncline_sys;
	syncline_sys = (struct syncline_syscalls){
		.openat = faulty_openat,
		.close = faulty_close,
		.unlinkat = faulty_unlinkat,
		.linkat = faulty_linkat,
		.pread = faulty_pread,
		.pwrite = faulty_pwrite,
		.pwritev = faulty_pwritev,
		.pwrite_dsync = faulty_pwrite_dsync,
		.fdatasync = faulty_fdatasync,
		.fsync = faulty_fsync,
		.fallocate = faulty_fallocate,
		.ftruncate = faulty_ftruncate,
		.lseek = faulty_lseek,
		.fadvise = faulty_fadvise,
		.dio_alignment = faulty_dio_alignment,
		.renameat = faulty_renameat,
		.getdents = faulty_getdents,
		.fstatat = faulty_fstatat,
		.mkdirat = real.mkdirat,
		/* Nothing is told of what these return: a sleeper looks at its word again. */
		.futex_wait = real.futex_wait,
		.futex_wake = real.futex_wake,
		/* Locks keep no bytes; what they do on errors is tested in C. */
		.flock = real.flock,
		.ofd_lock = real.ofd_lock,
	};
}

/* Lets held calls go, forgets the fault, and counts from 0 what happens to paths that contain `part`. */
EXPORTED void syncline_fault_watch(const char *part)
{
	pthread_mutex_lock(&mutex);
	snprintf(watched, sizeof watched, "%s", part);
	memset(counts, 0, sizeof counts);
	effect = NONE;
	struck = touched_after_failure = tried_again = 0;
	failed_fd = UNTOUCHED;
	pthread_cond_broadcast(&disarmed);
	pthread_mutex_unlock(&mutex);
}

/* From the `nth` match on, for `how_often` of them. */
EXPORTED void syncline_fault_arm(int32_t call, int32_t what, int32_t number, int64_t nth, int64_t how_often, const char *ends_in)
{
	pthread_mutex_lock(&mutex);
	snprintf(suffix, sizeof suffix, "%s", ends_in);
	target = (enum call)call;
	effect = (enum effect)what;
	error = number;
	first = nth;
	times = how_often;
	matches = struck = 0;
	pthread_cond_broadcast(&disarmed);
	pthread_mutex_unlock(&mutex);
}

EXPORTED void syncline_fault_disarm(void)
{
	pthread_mutex_lock(&mutex);
	effect = NONE;
	pthread_cond_broadcast(&disarmed);
	pthread_mutex_unlock(&mutex);
}

static int64_t read_under_mutex(const int64_t *value)
{
	pthread_mutex_lock(&mutex);
	int64_t result = *value;
	pthread_mutex_unlock(&mutex);
	return result;
}

EXPORTED int64_t syncline_fault_count(int32_t call)
{
	return read_under_mutex(&counts[call]);
}

EXPORTED int64_t syncline_fault_struck(void)
{
	return read_under_mutex(&struck);
}

EXPORTED int64_t syncline_fault_held(void)
{
	return read_under_mutex(&held);
}

EXPORTED int64_t syncline_fault_touched_after_failure(void)
{
	return read_under_mutex(&touched_after_failure);
}

EXPORTED int64_t syncline_fault_tried_again(void)
{
	return read_under_mutex(&tried_again);
}
