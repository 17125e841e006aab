/* syncline_directory_test.c - a held directory on a real file system, and sleeps that end by themselves.
 *
 * usage: syncline_directory_test [directory]. Exits 0 if all is well, 1 on a failed check. */
#include "check.h"
#include "syncline_io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define WRITE_NEW (SYNCLINE_OPEN_WRITE | SYNCLINE_OPEN_CREATE)

static const char *parent;

static void in_parent(char *path, const char *name)
{
	snprintf(path, PATH_MAX, "%s/%s", parent, name);
}

static int exists(const char *directory, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s/%s", parent, directory, name);
	return lstat(path, &st) == 0;
}

static void a_held_directory_stays_what_it_is_when_its_path_leads_elsewhere(void)
{
	char log[PATH_MAX], away[PATH_MAX];
	struct stat st;

	in_parent(log, "log");
	in_parent(away, "away");
	CHECK_EQ(-ENOENT, syncline_open_directory(log));
	CHECK_EQ(0, mkdir(log, 0700));
	int32_t held = syncline_open_directory(log);
	CHECK(held >= 0);
	CHECK_EQ(FD_CLOEXEC, fcntl(held, F_GETFD));
	CHECK_EQ(0, stat(log, &st));
	CHECK_EQ(1, syncline_is_file(held, (int64_t)st.st_dev, (int64_t)st.st_ino));

	CHECK_EQ(0, rename(log, away));
	CHECK_EQ(0, mkdir(log, 0700));
	CHECK_EQ(0, stat(log, &st));
	CHECK_EQ(0, syncline_is_file(held, (int64_t)st.st_dev, (int64_t)st.st_ino));
	int32_t other = syncline_open_directory(log);
	int32_t fd = syncline_open_at(held, "a", WRITE_NEW);
	CHECK_EQ(1, syncline_write_durable(fd, "x", 1, 0));
	CHECK_EQ(0, syncline_close(fd));
	CHECK_EQ(-EEXIST, syncline_open_at(held, "a", WRITE_NEW));
	CHECK(exists("away", "a") && !exists("log", "a"));

	CHECK_EQ(1, syncline_link_count_at(held, "a"));
	CHECK_EQ(0, syncline_link_at(held, "a", other));
	CHECK_EQ(-EEXIST, syncline_link_at(held, "a", other));
	CHECK_EQ(2, syncline_link_count_at(held, "a"));
	CHECK_EQ(0, syncline_rename_at(held, "a", "b"));
	CHECK_EQ(-ENOENT, syncline_rename_at(held, "a", "b"));
	CHECK_EQ(-ENOENT, syncline_link_count_at(held, "a"));
	CHECK(exists("away", "b") && exists("log", "a") && !exists("log", "b"));
	CHECK_EQ(0, syncline_sync_names(held));
	CHECK_EQ(0, syncline_unlink_at(held, "b"));
	CHECK_EQ(-ENOENT, syncline_unlink_at(held, "b"));
	CHECK(!exists("away", "b") && exists("log", "a"));
	CHECK_EQ(0, syncline_unlink_at(other, "a"));

	CHECK_EQ(0, syncline_make_directory_at(held, "child"));
	CHECK_EQ(-EEXIST, syncline_make_directory_at(held, "child"));
	CHECK(exists("away", "child") && !exists("log", "child"));
	int32_t child = syncline_open_directory_at(held, "child");
	CHECK_EQ(FD_CLOEXEC, fcntl(child, F_GETFD));
	int32_t above = syncline_open_directory_at(child, "..");
	CHECK_EQ(0, syncline_sync_names(above));
	CHECK_EQ(-ENOENT, syncline_open_directory_at(held, "none"));
	CHECK_EQ(0, syncline_close(above));
	CHECK_EQ(0, syncline_close(child));
	CHECK_EQ(0, unlinkat(held, "child", AT_REMOVEDIR));
	CHECK_EQ(0, syncline_close(held));
	CHECK_EQ(0, syncline_close(other));
	CHECK_EQ(0, rmdir(log));
	CHECK_EQ(0, rmdir(away));
}

#define FILES 2000

static void a_listing_has_every_plain_file_once_and_nothing_else(void)
{
	static int seen[FILES];
	char path[PATH_MAX], name[32], names[4096];
	int32_t held = syncline_open_directory(parent);
	int64_t bytes;
	int number, others = 0;

	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof name, "file-%d", i);
		CHECK_EQ(0, syncline_close(syncline_open_at(held, name, WRITE_NEW)));
	}
	in_parent(path, "directory");
	CHECK_EQ(0, mkdir(path, 0700));
	in_parent(path, "link");
	CHECK_EQ(0, symlink("file-1", path));
	for (int round = 0; round < 2; round++) {
		int32_t stream = syncline_open_at(held, ".", 0);
		while ((bytes = syncline_list(stream, names, sizeof names)) > 0)
			for (char *at = names; at < names + bytes; at += strlen(at) + 1) {
				if (sscanf(at, "file-%d", &number) == 1 && number >= 0 && number < FILES)
					seen[number]++;
				else
					others++;
			}
		CHECK_EQ(0, bytes);
		CHECK_EQ(0, syncline_close(stream));
	}
	CHECK_EQ(0, others);
	for (int i = 0; i < FILES; i++) {
		CHECK_EQ(2, seen[i]);
		snprintf(name, sizeof name, "file-%d", i);
		CHECK_EQ(0, syncline_unlink_at(held, name));
	}
	CHECK_EQ(1, syncline_link_count_at(held, "link")); /* of the link itself */
	CHECK_EQ(0, syncline_unlink_at(held, "link"));
	in_parent(path, "directory");
	CHECK_EQ(0, rmdir(path));
	CHECK_EQ(0, syncline_close(held));
	CHECK_EQ(-EBADF, syncline_list(held, names, sizeof names));
	CHECK_EQ(-EBADF, syncline_sync_names(held));
}

static void a_sleep_ends_by_itself(void)
{
	int32_t word = 0;

	CHECK_EQ(-EAGAIN, syncline_sleep_for(&word, 1, INT64_MAX));
	CHECK_EQ(-ETIMEDOUT, syncline_sleep_for(&word, 0, 0));
	CHECK_EQ(-ETIMEDOUT, syncline_sleep_for(&word, 0, 1000000));
	CHECK_EQ(-EINVAL, syncline_sleep_for(&word, 0, -1));
}

int main(int argc, char **argv)
{
	parent = scratch_directory(argc > 1 ? argv[1] : ".");
	a_held_directory_stays_what_it_is_when_its_path_leads_elsewhere();
	a_listing_has_every_plain_file_once_and_nothing_else();
	a_sleep_ends_by_itself();
	CHECK_EQ(0, rmdir(parent)); /* nothing is left behind */
	return report("syncline_directory_test");
}
