/* syncline_directory_faults_test.c - what calls on a held directory and on a word do with the answers
 * of the kernel that no real one gives on demand. Linked as syncline_faults_test.c is. */
#include "check.h"
#include "syncline_io.h"
#include "syscalls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

#define DIRECTORY 1000 /* no descriptors of this process */
#define OTHER 1001

static int answers[4]; /* of the next calls: 0 does it, else the errno; past the end all succeed */
static int answered, calls;
static struct timespec slept;
static uint8_t type; /* what the directory says that its entries are */
static mode_t mode;  /* what stat says */

static void given(int first, int second)
{
	answers[0] = first, answers[1] = second, answers[2] = answers[3] = 0;
	answered = calls = 0;
	type = DT_REG;
	mode = S_IFREG;
}

static int next(void)
{
	int error = answered < 4 ? answers[answered++] : 0;

	calls++;
	errno = error;
	return error ? -1 : 0;
}

static int fake_openat(int directory, const char *path, int flags, mode_t unused)
{
	(void)path, (void)unused;
	CHECK(directory == DIRECTORY || directory == AT_FDCWD);
	CHECK(flags & O_CLOEXEC);
	return next() == 0 ? OTHER : -1;
}

static int fake_close(int fd)
{
	CHECK_EQ(OTHER, fd);
	return 0;
}

static int fake_unlinkat(int directory, const char *name, int flags)
{
	CHECK_EQ(DIRECTORY, directory);
	CHECK_EQ(0, strcmp(name, "a"));
	CHECK_EQ(0, flags);
	return next();
}

static int fake_linkat(int from_directory, const char *from, int to_directory, const char *to, int flags)
{
	CHECK_EQ(DIRECTORY, from_directory);
	CHECK_EQ(OTHER, to_directory);
	CHECK_EQ(0, strcmp(from, to));
	CHECK_EQ(0, flags);
	return next();
}

static int fake_renameat(int from_directory, const char *from, int to_directory, const char *to)
{
	CHECK_EQ(DIRECTORY, from_directory);
	CHECK_EQ(DIRECTORY, to_directory);
	CHECK_EQ(0, strcmp(from, "a"));
	CHECK_EQ(0, strcmp(to, "b"));
	return next();
}

static int fake_fsync(int fd)
{
	CHECK_EQ(DIRECTORY, fd);
	return next();
}

static int fake_fstatat(int directory, const char *name, struct stat *st, int flags)
{
	(void)name;
	CHECK_EQ(DIRECTORY, directory);
	CHECK(flags == AT_SYMLINK_NOFOLLOW || flags == AT_EMPTY_PATH);
	*st = (struct stat){ .st_nlink = 3, .st_dev = 7, .st_ino = UINT64_MAX, .st_mode = mode };
	return next();
}

/* One entry a call, "first", then "second", then the end. */
static ssize_t fake_getdents(int fd, void *records, size_t length)
{
	static const char *names[] = { "first", "second" };
	static int at;
	uint8_t *record = records;
	uint16_t bytes = 32;

	CHECK_EQ(DIRECTORY, fd);
	if (next() != 0)
		return -1;
	if (at == 2) {
		at = 0;
		return 0;
	}
	CHECK(length >= bytes);
	memset(record, 0xEE, bytes);
	memcpy(record + 16, &bytes, sizeof bytes);
	record[18] = type;
	memcpy(record + 19, names[at], strlen(names[at]) + 1);
	at++;
	return bytes;
}

static int fake_mkdirat(int directory, const char *name, mode_t unused)
{
	(void)unused;
	CHECK_EQ(DIRECTORY, directory);
	CHECK_EQ(0, strcmp(name, "a"));
	return next();
}

static int fake_futex_wait(const int32_t *word, int32_t seen, const struct timespec *limit)
{
	(void)word, (void)seen;
	slept = limit == NULL ? (struct timespec){ -1, -1 } : *limit;
	return next();
}

static void each_call_on_a_name_is_made_once_in_the_held_directory(void)
{
	static const int errors[] = { 0, EIO, ENOSPC, EINTR, EEXIST, ENOENT, EXDEV };

	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
		given(errors[i], 0);
		CHECK_EQ(-errors[i], syncline_rename_at(DIRECTORY, "a", "b"));
		CHECK_EQ(1, calls);
		given(errors[i], 0);
		CHECK_EQ(-errors[i], syncline_unlink_at(DIRECTORY, "a"));
		CHECK_EQ(1, calls);
		given(errors[i], 0);
		CHECK_EQ(-errors[i], syncline_link_at(DIRECTORY, "a", OTHER));
		CHECK_EQ(1, calls);
		given(errors[i], 0);
		CHECK_EQ(-errors[i], syncline_sync_names(DIRECTORY));
		CHECK_EQ(1, calls);
		given(errors[i], 0);
		CHECK_EQ(-errors[i], syncline_make_directory_at(DIRECTORY, "a"));
		CHECK_EQ(1, calls);
		given(errors[i], 0);
		CHECK_EQ(errors[i] ? -errors[i] : 3, syncline_link_count_at(DIRECTORY, "a"));
		CHECK_EQ(1, calls);
	}
}

static void opening_goes_on_after_a_signal(void)
{
	given(EINTR, EINTR);
	CHECK_EQ(OTHER, syncline_open_directory("/log"));
	CHECK_EQ(3, calls);
	given(EINTR, 0);
	CHECK_EQ(OTHER, syncline_open_at(DIRECTORY, "a", 0));
	CHECK_EQ(2, calls);
	given(ENOTDIR, 0);
	CHECK_EQ(-ENOTDIR, syncline_open_directory("/log"));
	given(0, EINVAL); /* made, then refused for direct I/O: removed from the same directory */
	CHECK_EQ(-EINVAL, syncline_open_at(DIRECTORY, "a", SYNCLINE_OPEN_WRITE | SYNCLINE_OPEN_CREATE | SYNCLINE_OPEN_DIRECT));
	CHECK_EQ(3, calls);
}

static void a_file_is_known_by_all_bits_of_its_numbers(void)
{
	given(0, 0);
	CHECK_EQ(1, syncline_is_file(DIRECTORY, 7, -1));
	CHECK_EQ(0, syncline_is_file(DIRECTORY, 7, INT64_MAX));
	CHECK_EQ(0, syncline_is_file(DIRECTORY, 8, -1));
	given(EIO, 0);
	CHECK_EQ(-EIO, syncline_is_file(DIRECTORY, 7, -1));
}

static void a_listing_goes_on_until_a_name_or_the_end(void)
{
	char names[4096];

	given(EINTR, 0);
	CHECK_EQ(6, syncline_list(DIRECTORY, names, sizeof names));
	CHECK_EQ(0, strcmp("first", names));
	CHECK_EQ(7, syncline_list(DIRECTORY, names, sizeof names));
	CHECK_EQ(0, strcmp("second", names));
	CHECK_EQ(0, syncline_list(DIRECTORY, names, sizeof names));
	given(0, 0);
	type = DT_DIR;
	CHECK_EQ(0, syncline_list(DIRECTORY, names, sizeof names));
	CHECK_EQ(3, calls);
	given(EIO, 0);
	CHECK_EQ(-EIO, syncline_list(DIRECTORY, names, sizeof names));
	CHECK_EQ(-EINVAL, syncline_list(DIRECTORY, names, -1));
}

static void where_entries_have_no_type_each_is_looked_at(void)
{
	char names[4096];

	given(0, ENOENT); /* the first is gone by the time it is looked at */
	type = DT_UNKNOWN;
	CHECK_EQ(7, syncline_list(DIRECTORY, names, sizeof names));
	CHECK_EQ(0, strcmp("second", names));
	CHECK_EQ(0, syncline_list(DIRECTORY, names, sizeof names));
	given(0, 0);
	type = DT_UNKNOWN;
	mode = S_IFLNK;
	CHECK_EQ(0, syncline_list(DIRECTORY, names, sizeof names));
	given(0, EIO); /* left out, it would count as missing */
	type = DT_UNKNOWN;
	CHECK_EQ(-EIO, syncline_list(DIRECTORY, names, sizeof names));
}

static void a_sleep_has_the_limit_that_was_asked_for(void)
{
	int32_t word = 0;

	given(0, 0);
	CHECK_EQ(0, syncline_sleep_for(&word, 0, INT64_C(2500000000)));
	CHECK_EQ(2, slept.tv_sec);
	CHECK_EQ(500000000, slept.tv_nsec);
	CHECK_EQ(0, syncline_sleep_for(&word, 0, INT64_MAX));
	CHECK_EQ(INT64_MAX / 1000000000, slept.tv_sec);
	CHECK_EQ(0, syncline_sleep(&word, 0));
	CHECK_EQ(-1, slept.tv_sec);
	CHECK_EQ(-EINVAL, syncline_sleep_for(&word, 0, -1));
	CHECK_EQ(3, calls);
	given(ETIMEDOUT, EINTR);
	CHECK_EQ(-ETIMEDOUT, syncline_sleep_for(&word, 0, 1));
	CHECK_EQ(-EINTR, syncline_sleep_for(&word, 0, 1));
}

int main(void)
{
	syncline_sys = (struct syncline_syscalls){
		.openat = fake_openat,
		.close = fake_close,
		.unlinkat = fake_unlinkat,
		.linkat = fake_linkat,
		.fsync = fake_fsync,
		.renameat = fake_renameat,
		.getdents = fake_getdents,
		.fstatat = fake_fstatat,
		.mkdirat = fake_mkdirat,
		.futex_wait = fake_futex_wait,
	};
	each_call_on_a_name_is_made_once_in_the_held_directory();
	opening_goes_on_after_a_signal();
	a_file_is_known_by_all_bits_of_its_numbers();
	a_listing_goes_on_until_a_name_or_the_end();
	where_entries_have_no_type_each_is_looked_at();
	a_sleep_has_the_limit_that_was_asked_for();
	return report("syncline_directory_faults_test");
}
