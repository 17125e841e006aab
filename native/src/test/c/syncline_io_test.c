/* syncline_io_test.c - the exported functions on real files.
 *
 * usage: syncline_io_test [directory]. Exits 0 if all is well, 1 on a failed check. What the file
 * system of the directory cannot do is said and not checked. */
#include "check.h"
#include "syncline_io.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#define BLOCK 4096
#define WRITE_NEW (SYNCLINE_OPEN_WRITE | SYNCLINE_OPEN_CREATE)

static const char *directory;

static uint8_t *aligned_block(int fill)
{
	static uint8_t memory[2 * BLOCK] __attribute__((aligned(BLOCK)));

	memset(memory, fill, BLOCK);
	return memory;
}

static int all_bytes_are(const uint8_t *bytes, int value, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != value)
			return 0;
	return 1;
}

static void opening_says_what_is_there(void)
{
	const char *path = in_directory(directory, "open");

	CHECK_EQ(-ENOENT, syncline_open(path, 0));
	CHECK_EQ(-EINVAL, syncline_open(path, SYNCLINE_OPEN_CREATE));
	CHECK_EQ(-EINVAL, syncline_open(path, 8));
	int32_t fd = syncline_open(path, WRITE_NEW);
	CHECK(fd >= 0);
	CHECK_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	CHECK_EQ(-EEXIST, syncline_open(path, WRITE_NEW));
	CHECK_EQ(-EEXIST, syncline_open(path, WRITE_NEW | SYNCLINE_OPEN_DIRECT));
	CHECK_EQ(0, syncline_close(fd));
	CHECK_EQ(-EBADF, syncline_close(fd));

	int32_t reader = syncline_open(path, 0);
	CHECK_EQ(-EBADF, syncline_write(reader, "x", 1, 0));
	CHECK_EQ(0, syncline_close(reader));
	CHECK_EQ(0, unlink(path));
}

static void bytes_come_back(void)
{
	const char *path = in_directory(directory, "bytes");
	uint8_t back[16] = { 0 };
	int32_t fd = syncline_open(path, WRITE_NEW);

	CHECK_EQ(5, syncline_write(fd, "hello", 5, 3));
	CHECK_EQ(5, syncline_write_durable(fd, "world", 5, 8));
	CHECK_EQ(0, syncline_sync(fd));
	CHECK_EQ(13, syncline_size(fd));
	CHECK_EQ(13, syncline_read(fd, back, sizeof back, 0));
	CHECK_EQ(0, memcmp(back, "\0\0\0helloworld", 13));
	CHECK_EQ(0, syncline_read(fd, back, sizeof back, 13));
	CHECK_EQ(0, syncline_read(fd, back, sizeof back, 1 << 20));
	CHECK_EQ(0, syncline_drop_cache(fd, 0, 0));
	CHECK_EQ(13, syncline_read(fd, back, sizeof back, 0));
	CHECK_EQ(0, syncline_truncate(fd, 4));
	CHECK_EQ(4, syncline_size(fd));
	CHECK_EQ(0, syncline_write(fd, "", 0, 0));
	CHECK_EQ(0, syncline_close(fd));
	CHECK_EQ(0, unlink(path));
}

static void nonsense_is_refused(void)
{
	const char *path = in_directory(directory, "nonsense");
	int32_t fd = syncline_open(path, WRITE_NEW);
	uint8_t byte = 0;

	CHECK_EQ(-EINVAL, syncline_write(fd, &byte, -1, 0));
	CHECK_EQ(-EINVAL, syncline_write(fd, &byte, 1, -1));
	CHECK_EQ(-EINVAL, syncline_write_durable(fd, &byte, 2, INT64_MAX - 1));
	CHECK_EQ(-EINVAL, syncline_read(fd, &byte, 1, -1));
	CHECK_EQ(-EINVAL, syncline_write_zeros(fd, -1, 0));
	CHECK_EQ(-EINVAL, syncline_truncate(fd, -1));
	CHECK_EQ(-EINVAL, syncline_reserve(fd, -1));
	CHECK_EQ(0, syncline_size(fd));
	CHECK_EQ(0, syncline_close(fd));
	CHECK_EQ(-EBADF, syncline_sync(fd));
	CHECK_EQ(-EBADF, syncline_size(fd));
	CHECK_EQ(-EBADF, syncline_drop_cache(fd, 0, 0));
	CHECK_EQ(-EBADF, syncline_offset_alignment(fd));
	CHECK_EQ(0, unlink(path));
}

static void zeros_fill_any_range(void)
{
	const char *path = in_directory(directory, "zeros");
	const int64_t length = (9 << 20) + 77; /* three system calls and an odd end */
	int32_t fd = syncline_open(path, WRITE_NEW);
	uint8_t *back = malloc((size_t)length + 2);

	memset(back, 1, (size_t)length + 2);
	CHECK_EQ(length + 2, syncline_write(fd, back, length + 2, 0));
	CHECK_EQ(length, syncline_write_zeros(fd, length, 1));
	CHECK_EQ(length + 2, syncline_read(fd, back, length + 2, 0));
	CHECK_EQ(1, back[0]);
	CHECK(all_bytes_are(back + 1, 0, (size_t)length));
	CHECK_EQ(1, back[length + 1]);
	free(back);
	CHECK_EQ(0, syncline_close(fd));
	CHECK_EQ(0, unlink(path));
}

static void direct_writes_reach_the_file(void)
{
	const char *path = in_directory(directory, "direct");
	int32_t fd = syncline_open(path, WRITE_NEW | SYNCLINE_OPEN_DIRECT);
	struct stat st;

	if (fd == -EINVAL) {
		printf("not checked: direct I/O, which this file system refuses\n");
		CHECK_EQ(-1, stat(path, &st));
		return;
	}
	CHECK(fd >= 0);
	int32_t memory = syncline_memory_alignment(fd);
	int32_t offset = syncline_offset_alignment(fd);
	printf("direct I/O: memory alignment %d, offset alignment %d\n", memory, offset);
	if (offset == -EOPNOTSUPP) /* user-mode qemu claims the answer and leaves it out */
		printf("not checked: an alignment, since the file is said to take no direct I/O\n");
	else
		CHECK(memory >= 0 && offset >= 0 && memory <= BLOCK && offset <= BLOCK);

	CHECK_EQ(BLOCK, syncline_write_durable(fd, aligned_block(7), BLOCK, BLOCK));
	CHECK_EQ(2 * BLOCK, syncline_write_zeros(fd, 2 * BLOCK, 2 * BLOCK));
	CHECK_EQ(4 * BLOCK, syncline_size(fd));
	CHECK_EQ(BLOCK, syncline_read(fd, aligned_block(1), BLOCK, BLOCK));
	CHECK(all_bytes_are(aligned_block(7), 7, BLOCK));
	CHECK_EQ(0, syncline_read(fd, aligned_block(1), BLOCK, 8 * BLOCK));

	/* A file that ends off the boundary is read to its end. */
	CHECK_EQ(0, syncline_truncate(fd, BLOCK + 100));
	CHECK_EQ(100, syncline_read(fd, aligned_block(1), BLOCK, BLOCK));
	CHECK_EQ(0, syncline_close(fd));
	CHECK_EQ(0, unlink(path));
}

static void reserved_space_is_zeros_and_on_the_device(void)
{
	const char *path = in_directory(directory, "reserve");
	int32_t fd = syncline_open(path, WRITE_NEW);
	uint8_t *back = aligned_block(1);
	struct stat st;

	CHECK_EQ(0, syncline_reserve(fd, 0));
	CHECK_EQ(1, syncline_write(fd, "x", 1, 0));
	int32_t result = syncline_reserve(fd, 1 << 20);
	if (result == -EOPNOTSUPP) {
		printf("not checked: reserving space, which this file system cannot\n");
	} else {
		CHECK_EQ(0, result);
		CHECK_EQ(1 << 20, syncline_size(fd));
		CHECK_EQ(0, stat(path, &st));
		CHECK(st.st_blocks * 512 >= 1 << 20);
		CHECK_EQ(BLOCK, syncline_read(fd, back, BLOCK, 0));
		CHECK_EQ('x', back[0]);
		CHECK(all_bytes_are(back + 1, 0, BLOCK - 1));
	}
	CHECK_EQ(0, syncline_close(fd));
	CHECK_EQ(0, unlink(path));
}

static void names_are_linked_and_directories_synced(void)
{
	char second[PATH_MAX];
	const char *first;
	struct stat st;

	snprintf(second, sizeof second, "%s", in_directory(directory, "second"));
	first = in_directory(directory, "first");
	CHECK_EQ(-ENOENT, syncline_link(first, second));
	CHECK_EQ(0, syncline_close(syncline_open(first, WRITE_NEW)));
	CHECK_EQ(0, syncline_link(first, second));
	CHECK_EQ(-EEXIST, syncline_link(first, second));
	CHECK_EQ(0, stat(first, &st));
	CHECK_EQ(2, st.st_nlink);
	CHECK_EQ(0, syncline_sync_directory(directory));
	CHECK_EQ(-ENOTDIR, syncline_sync_directory(first));
	CHECK_EQ(0, unlink(first));
	CHECK_EQ(0, unlink(second));
	CHECK_EQ(-ENOENT, syncline_sync_directory(first));
}

#define WRITERS 8
#define WRITES_EACH 50

struct writer {
	int32_t fd;
	int number;
	int failures;
};

static void *write_own_blocks(void *argument)
{
	struct writer *writer = argument;
	uint8_t block[64];

	memset(block, writer->number, sizeof block);
	for (int i = 0; i < WRITES_EACH; i++) {
		int64_t offset = (int64_t)(i * WRITERS + writer->number) * (int64_t)sizeof block;
		if (syncline_write_durable(writer->fd, block, sizeof block, offset) != sizeof block)
			writer->failures++;
	}
	return NULL;
}

static void nothing_to_do(int signal)
{
	(void)signal;
}

/* A timer keeps signalling meanwhile: no transfer may be cut short by it. */
static void threads_write_side_by_side_under_signals(void)
{
	const char *path = in_directory(directory, "threads");
	struct itimerval often = { { 0, 500 }, { 0, 500 } }, never = { { 0, 0 }, { 0, 0 } };
	struct sigaction action = { .sa_handler = nothing_to_do };
	struct writer writers[WRITERS];
	pthread_t threads[WRITERS];
	int32_t fd = syncline_open(path, WRITE_NEW);
	uint8_t block[64];

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < WRITERS; i++) {
		writers[i] = (struct writer){ fd, i, 0 };
		CHECK_EQ(0, pthread_create(&threads[i], NULL, write_own_blocks, &writers[i]));
	}
	for (int i = 0; i < WRITERS; i++) {
		CHECK_EQ(0, pthread_join(threads[i], NULL));
		CHECK_EQ(0, writers[i].failures);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	for (int i = 0; i < WRITERS * WRITES_EACH; i++) {
		CHECK_EQ(64, syncline_read(fd, block, sizeof block, i * 64));
		CHECK(all_bytes_are(block, i % WRITERS, sizeof block));
	}
	CHECK_EQ(0, syncline_close(fd));
	CHECK_EQ(0, unlink(path));
}

static int32_t word;

static void *sleep_until_it_changes(void *unused)
{
	while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) == 0) {
		int32_t result = syncline_sleep(&word, 0);
		CHECK(result == 0 || result == -EAGAIN || result == -EINTR);
	}
	return unused;
}

static void one_call_wakes_all_who_sleep(void)
{
	pthread_t threads[WRITERS];
	int woken = 0;

	CHECK_EQ(0, syncline_wake_all(&word));
	CHECK_EQ(-EAGAIN, syncline_sleep(&word, 1));
	for (int i = 0; i < WRITERS; i++)
		CHECK_EQ(0, pthread_create(&threads[i], NULL, sleep_until_it_changes, NULL));
	/* Until all of them sleep at once: before the word has changed, waking them makes them come back. */
	while ((woken = syncline_wake_all(&word)) < WRITERS)
		CHECK(woken >= 0);
	CHECK_EQ(WRITERS, woken);
	__atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
	syncline_wake_all(&word);
	for (int i = 0; i < WRITERS; i++)
		CHECK_EQ(0, pthread_join(threads[i], NULL));
}

/* What another process gets that asks for a fcntl lock on a byte of the file. */
static int another_process_may_lock(const char *path)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		struct flock byte = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 7, .l_len = 1 };
		int fd = open(path, O_RDWR);
		_exit(fcntl(fd, F_SETLK, &byte) == 0);
	}
	CHECK_EQ(child, waitpid(child, &status, 0));
	return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

static void a_lock_outlives_other_descriptors_and_names(void)
{
	const char *path = in_directory(directory, "lock");
	int32_t held = syncline_lock_directory(directory);
	int32_t file = syncline_lock_file(held, "lock");

	CHECK(held >= 0);
	CHECK(file >= 0);
	CHECK_EQ(FD_CLOEXEC, fcntl(held, F_GETFD));
	CHECK_EQ(FD_CLOEXEC, fcntl(file, F_GETFD));
	CHECK_EQ(-EAGAIN, syncline_lock_directory(directory));
	CHECK_EQ(-EAGAIN, syncline_lock_file(held, "lock"));
	CHECK_EQ(0, close(open(path, O_RDWR)));
	CHECK(!another_process_may_lock(path));
	CHECK_EQ(1, syncline_lock_intact(held, file, "lock"));

	CHECK_EQ(0, unlink(path));
	CHECK_EQ(0, syncline_lock_intact(held, file, "lock"));
	CHECK_EQ(0, close(open(path, O_RDWR | O_CREAT, 0666)));
	CHECK_EQ(0, syncline_lock_intact(held, file, "lock"));
	CHECK_EQ(-EAGAIN, syncline_lock_directory(directory));
	CHECK_EQ(-EBADF, syncline_lock_intact(held, -1, "lock"));
	CHECK_EQ(0, syncline_unlock(held, file));
	CHECK_EQ(-EBADF, syncline_close(held));
	CHECK_EQ(-EBADF, syncline_close(file));
	CHECK_EQ(0, unlink(path));
}

static void an_unlocked_directory_is_free_though_a_child_shares_the_descriptors(void)
{
	const char *path = in_directory(directory, "lock");
	int32_t held = syncline_lock_directory(directory);
	int32_t file = syncline_lock_file(held, "lock");
	int ends[2];
	char byte;

	CHECK_EQ(0, pipe(ends));
	pid_t child = fork();
	if (child == 0) {
		close(ends[1]);
		_exit(read(ends[0], &byte, 1) != 0);
	}
	CHECK_EQ(0, syncline_unlock(held, file));
	held = syncline_lock_directory(directory);
	CHECK(held >= 0);
	CHECK(another_process_may_lock(path));
	CHECK_EQ(0, syncline_unlock(held, -1));
	close(ends[1]);
	CHECK_EQ(child, waitpid(child, NULL, 0));
	close(ends[0]);
	CHECK_EQ(-ENOENT, syncline_lock_directory(in_directory(directory, "missing")));
	CHECK_EQ(0, unlink(in_directory(directory, "lock")));
}

int main(int argc, char **argv)
{
	directory = scratch_directory(argc > 1 ? argv[1] : ".");
	CHECK_EQ(SYNCLINE_ABI_VERSION, syncline_abi_version());
	opening_says_what_is_there();
	bytes_come_back();
	nonsense_is_refused();
	zeros_fill_any_range();
	direct_writes_reach_the_file();
	reserved_space_is_zeros_and_on_the_device();
	names_are_linked_and_directories_synced();
	threads_write_side_by_side_under_signals();
	one_call_wakes_all_who_sleep();
	a_lock_outlives_other_descriptors_and_names();
	an_unlocked_directory_is_free_though_a_child_shares_the_descriptors();
	CHECK_EQ(0, rmdir(directory)); /* nothing is left behind */
	return report("syncline_io_test");
}
