/* syncline_lock_faults_test.c - locks on kernels and file systems that refuse, are interrupted, or fail. */
#include "check.h"
#include "syncline_io.h"
#include "syscalls.h"

#include <errno.h>
#include <sys/file.h>

#define DIRECTORY 70
#define FILE_FD 71
#define OTHER_INODE 9

/* What the next calls return, a negated errno for a failure; 0 when there are no more. */
static int opens[4], locks[4], flocks[4], stats[4];
static int opened, locked, flocked, statted, closed;
static ino_t named_inode;
static nlink_t links;

#define GIVEN(results, ...)                                             \
	do {                                                            \
		opened = locked = flocked = statted = closed = 0;       \
		memset(opens, 0, sizeof opens);                         \
		memset(locks, 0, sizeof locks);                         \
		memset(flocks, 0, sizeof flocks);                       \
		memset(stats, 0, sizeof stats);                         \
		memcpy(results, (int[4]){ __VA_ARGS__ }, sizeof results); \
	} while (0)

static int returned(const int *results, int *calls)
{
	int result = results[(*calls)++];

	if (result >= 0)
		return result;
	errno = -result;
	return -1;
}

static int fake_openat(int directory, const char *name, int flags, mode_t mode)
{
	(void)name, (void)mode;
	CHECK(flags & O_CLOEXEC);
	int fd = returned(opens, &opened);
	return fd != 0 ? fd : directory == AT_FDCWD ? DIRECTORY : FILE_FD;
}

static int fake_flock(int fd, int operation)
{
	CHECK_EQ(DIRECTORY, fd);
	CHECK(operation == (LOCK_EX | LOCK_NB) || operation == LOCK_UN);
	return returned(flocks, &flocked);
}

static int fake_ofd_lock(int fd, struct flock *range)
{
	CHECK_EQ(FILE_FD, fd);
	CHECK_EQ(0, range->l_start);
	CHECK_EQ(0, range->l_len);
	CHECK_EQ(0, range->l_pid); /* or the kernel refuses */
	return returned(locks, &locked);
}

static int fake_fstatat(int directory, const char *name, struct stat *status, int flags)
{
	(void)flags;
	*status = (struct stat){ .st_ino = *name ? named_inode : 1, .st_nlink = links };
	CHECK_EQ(*name ? DIRECTORY : FILE_FD, directory);
	return returned(stats, &statted);
}

static int fake_close(int fd)
{
	CHECK(fd == DIRECTORY || fd == FILE_FD);
	closed++;
	return 0;
}

static void a_directory_is_locked_or_somebody_elses(void)
{
	GIVEN(opens, -EINTR, 0);
	CHECK_EQ(DIRECTORY, syncline_lock_directory("d"));
	CHECK_EQ(2, opened);
	CHECK_EQ(1, flocked);
	GIVEN(opens, -ENOTDIR);
	CHECK_EQ(-ENOTDIR, syncline_lock_directory("d"));
	CHECK_EQ(0, flocked + closed);
	GIVEN(flocks, -EINTR, -EWOULDBLOCK);
	CHECK_EQ(-EAGAIN, syncline_lock_directory("d"));
	CHECK_EQ(2, flocked);
	CHECK_EQ(1, closed);
}

static void a_file_system_without_locks_of_directories_leaves_the_file(void)
{
	const int refusals[] = { -EBADF, -EINVAL, -ENOLCK, -EOPNOTSUPP, -ENOSYS };

	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		GIVEN(flocks, refusals[i]);
		CHECK_EQ(DIRECTORY, syncline_lock_directory("d"));
		CHECK_EQ(0, closed);
	}
}

static void a_file_is_locked_or_closed_again(void)
{
	GIVEN(locks, -EINTR, 0);
	CHECK_EQ(FILE_FD, syncline_lock_file(DIRECTORY, "f"));
	CHECK_EQ(2, locked);
	CHECK_EQ(0, closed);
	GIVEN(locks, -EAGAIN);
	CHECK_EQ(-EAGAIN, syncline_lock_file(DIRECTORY, "f"));
	CHECK_EQ(1, closed);
	GIVEN(locks, -EACCES);
	CHECK_EQ(-EAGAIN, syncline_lock_file(DIRECTORY, "f"));
	GIVEN(locks, -EINVAL);
	CHECK_EQ(-EINVAL, syncline_lock_file(DIRECTORY, "f"));
	CHECK_EQ(1, closed);
	GIVEN(opens, -EACCES);
	CHECK_EQ(-EACCES, syncline_lock_file(DIRECTORY, "f"));
	CHECK_EQ(0, locked + closed);
}

static void a_file_that_is_gone_or_another_is_told_from_one_that_cannot_be_seen(void)
{
	named_inode = 1;
	links = 1;
	GIVEN(stats, 0);
	CHECK_EQ(1, syncline_lock_intact(DIRECTORY, FILE_FD, "f"));
	GIVEN(stats, 0, -ENOENT);
	CHECK_EQ(0, syncline_lock_intact(DIRECTORY, FILE_FD, "f"));
	GIVEN(stats, 0, -EIO);
	CHECK_EQ(-EIO, syncline_lock_intact(DIRECTORY, FILE_FD, "f"));
	GIVEN(stats, -EIO);
	CHECK_EQ(-EIO, syncline_lock_intact(DIRECTORY, FILE_FD, "f"));
	named_inode = OTHER_INODE;
	GIVEN(stats, 0);
	CHECK_EQ(0, syncline_lock_intact(DIRECTORY, FILE_FD, "f"));
	named_inode = 1;
	links = 0;
	CHECK_EQ(0, syncline_lock_intact(DIRECTORY, FILE_FD, "f"));
}

static void what_is_not_held_is_not_given_up(void)
{
	GIVEN(locks, -EIO);
	CHECK_EQ(0, syncline_unlock(DIRECTORY, FILE_FD));
	CHECK_EQ(2, closed);
	GIVEN(locks, 0);
	CHECK_EQ(0, syncline_unlock(DIRECTORY, -EAGAIN));
	CHECK_EQ(0, locked);
	CHECK_EQ(1, closed);
}

int main(void)
{
	syncline_sys = (struct syncline_syscalls){
		.close = fake_close,
		.openat = fake_openat,
		.flock = fake_flock,
		.ofd_lock = fake_ofd_lock,
		.fstatat = fake_fstatat,
	};
	a_directory_is_locked_or_somebody_elses();
	a_file_system_without_locks_of_directories_leaves_the_file();
	a_file_is_locked_or_closed_again();
	a_file_that_is_gone_or_another_is_told_from_one_that_cannot_be_seen();
	what_is_not_held_is_not_given_up();
	return report("syncline_lock_faults_test");
}
