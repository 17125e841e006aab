/* syncline_faults_test.c - faults that no real disk gives on demand, through the syscall table.
 *
 * Linked with the sources themselves, since the table is hidden in the library; Maven, which tests
 * the library and compiles all of src/test, does not see this directory. The "device" is an array
 * in memory; a script of faults says what each call on it does. */
#include "check.h"
#include "syncline_io.h"
#include "syscalls.h"

#include <errno.h>
#include <fcntl.h>

#define DEVICE_BYTES (1 << 20)
#define FD 1000 /* no descriptor of this process */
#define NEVER (-1)

/* What the next calls do, in order: move at most so many bytes (> 0), nothing (0), or fail (< 0).
 * Past the end of the script every call does all that it is asked. */
static int64_t script[8];
static int script_length, script_at;

static uint8_t device[DEVICE_BYTES];
static int64_t device_size;
static int write_calls, durable_calls, vector_calls, read_calls, sync_calls;
static int open_calls, close_calls, unlink_calls;
static int direct_alignment; /* transfers must be multiples of it; 0 asks nothing */
static int dsync_errno;      /* what a write with the flag says; 0 if it works */
static int sync_errno;
static struct syncline_syscalls real;

static void given(int count, const int64_t *steps)
{
	memset(device, 0xEE, sizeof device);
	memcpy(script, steps, (size_t)count * sizeof *steps);
	script_length = count;
	script_at = 0;
	device_size = direct_alignment = dsync_errno = sync_errno = 0;
	write_calls = durable_calls = vector_calls = read_calls = sync_calls = 0;
	open_calls = close_calls = unlink_calls = 0;
}

#define GIVEN(...)                                                           \
	given(sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t),          \
	      (int64_t[]){ __VA_ARGS__ })

static ssize_t fail_with(int error)
{
	errno = error;
	return -1;
}

/* How many of `length` bytes at `offset` this call moves; -1 and errno if it fails. */
static ssize_t scripted(size_t length, off_t offset)
{
	int64_t next = script_at < script_length ? script[script_at++] : (int64_t)length;

	if (next < 0)
		return fail_with((int)-next);
	if (direct_alignment && (offset % direct_alignment || length % (size_t)direct_alignment))
		return fail_with(EINVAL);
	return next < (int64_t)length ? (ssize_t)next : (ssize_t)length;
}

static ssize_t put(const void *source, size_t length, off_t offset)
{
	ssize_t n = scripted(length, offset);

	if (n > 0) {
		memcpy(device + offset, source, (size_t)n);
		device_size = offset + n > device_size ? offset + n : device_size;
	}
	return n;
}

static ssize_t fake_pwrite(int fd, const void *source, size_t length, off_t offset)
{
	CHECK_EQ(FD, fd);
	write_calls++;
	return put(source, length, offset);
}

static ssize_t fake_pwrite_dsync(int fd, const void *source, size_t length, off_t offset)
{
	CHECK_EQ(FD, fd);
	durable_calls++;
	return dsync_errno ? fail_with(dsync_errno) : put(source, length, offset);
}

static ssize_t fake_pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
	size_t length = 0;

	CHECK_EQ(FD, fd);
	vector_calls++;
	for (int i = 0; i < count; i++) {
		CHECK_EQ(0, (uintptr_t)parts[i].iov_base % 4096);
		length += parts[i].iov_len;
	}
	ssize_t n = scripted(length, offset);
	if (n > 0)
		memset(device + offset, 0, (size_t)n);
	return n;
}

static ssize_t fake_pread(int fd, void *target, size_t length, off_t offset)
{
	CHECK_EQ(FD, fd);
	read_calls++;
	if (direct_alignment && offset % direct_alignment)
		return fail_with(EINVAL);
	if (offset >= device_size)
		return 0;
	ssize_t n = scripted(length, offset);
	if (n > device_size - offset)
		n = device_size - offset;
	if (n > 0)
		memcpy(target, device + offset, (size_t)n);
	return n;
}

static int fake_sync(int fd)
{
	CHECK_EQ(FD, fd);
	sync_calls++;
	return sync_errno ? (int)fail_with(sync_errno) : 0;
}

static off_t fake_lseek(int fd, off_t offset, int whence)
{
	CHECK_EQ(FD, fd);
	CHECK_EQ(0, offset);
	CHECK_EQ(SEEK_END, whence);
	return device_size;
}

static int fake_fallocate(int fd, int mode, off_t offset, off_t length)
{
	CHECK_EQ(FD, fd);
	CHECK_EQ(0, mode);
	CHECK_EQ(0, offset);
	write_calls++;
	return scripted((size_t)length, offset) < 0 ? -1 : 0;
}

static int fake_ftruncate(int fd, off_t size)
{
	return fake_fallocate(fd, 0, 0, size);
}

static int fake_openat(int directory, const char *path, int flags, mode_t mode)
{
	(void)directory, (void)path, (void)mode;
	CHECK(flags & O_CLOEXEC);
	open_calls++;
	return scripted(1, 0) < 0 ? -1 : FD;
}

static int fake_close(int fd)
{
	CHECK_EQ(FD, fd);
	close_calls++;
	return scripted(1, 0) < 0 ? -1 : 0;
}

static int fake_unlinkat(int directory, const char *path, int flags)
{
	(void)directory, (void)path, (void)flags;
	unlink_calls++;
	return 0;
}

static int fake_dio_alignment(int fd, uint32_t *memory, uint32_t *offset)
{
	CHECK_EQ(FD, fd);
	*memory = 4;
	*offset = 512;
	return scripted(1, 0) < 0 ? -1 : 0;
}

static uint8_t *pattern(void)
{
	static uint8_t bytes[3 * 4096];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 7 + i / 4096);
	return bytes;
}

static void short_writes_and_signals_are_resumed(void)
{
	GIVEN(1, -EINTR, 100, -EINTR, -EINTR, 3000);
	CHECK_EQ(12288, syncline_write(FD, pattern(), 12288, 10));
	CHECK_EQ(7, write_calls);
	CHECK_EQ(0, memcmp(device + 10, pattern(), 12288));
	CHECK_EQ(0xEE, device[9]);
	CHECK_EQ(0xEE, device[10 + 12288]);

	GIVEN(1, -EINTR, 100, -EINTR, -EINTR, 3000);
	CHECK_EQ(12288, syncline_write_durable(FD, pattern(), 12288, 10));
	CHECK_EQ(7, durable_calls); /* each part with the flag: no part is only in the cache */
	CHECK_EQ(0, write_calls + sync_calls);
	CHECK_EQ(0, memcmp(device + 10, pattern(), 12288));
}

static void short_reads_are_resumed_up_to_the_end(void)
{
	uint8_t back[12288];

	GIVEN(12288);
	syncline_write(FD, pattern(), 12288, 0);
	memcpy(script, (int64_t[]){ 5, -EINTR, 4096 }, 3 * sizeof(int64_t));
	script_length = 3, script_at = 0;
	CHECK_EQ(12288, syncline_read(FD, back, sizeof back, 0));
	CHECK_EQ(0, memcmp(back, pattern(), sizeof back));
	CHECK_EQ(4, read_calls);
	CHECK_EQ(88, syncline_read(FD, back, sizeof back, 12200));
	CHECK_EQ(0, syncline_read(FD, back, sizeof back, 12288));
}

static void short_zeroing_is_resumed_from_aligned_memory(void)
{
	GIVEN(100, 70000, -EINTR, 4096);
	CHECK_EQ(500000, syncline_write_zeros(FD, 500000, 1));
	CHECK_EQ(5, vector_calls);
	CHECK_EQ(0xEE, device[0]);
	CHECK_EQ(0, device[1]);
	CHECK_EQ(0, device[500000]);
	CHECK_EQ(0xEE, device[500001]);
}

static void errors_come_back_as_they_are_and_at_once(void)
{
	static const int errors[] = { EIO, ENOSPC, EDQUOT, EFBIG, EROFS, EBADF, EINVAL, EAGAIN };

	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
		GIVEN(-errors[i]);
		CHECK_EQ(-errors[i], syncline_write(FD, pattern(), 4096, 0));
		CHECK_EQ(1, write_calls);
		GIVEN(-errors[i]);
		CHECK_EQ(-errors[i], syncline_write_zeros(FD, 4096, 0));
		CHECK_EQ(1, vector_calls);
		GIVEN(-errors[i]);
		device_size = 4096;
		CHECK_EQ(-errors[i], syncline_read(FD, pattern(), 4096, 0));
		CHECK_EQ(1, read_calls);
	}
	GIVEN(100, -ENOSPC);
	CHECK_EQ(-ENOSPC, syncline_write(FD, pattern(), 4096, 0));
	GIVEN(100, -EIO);
	CHECK_EQ(-EIO, syncline_write_durable(FD, pattern(), 4096, 0));
	CHECK_EQ(2, durable_calls);
	CHECK_EQ(0, write_calls + sync_calls);
}

static void a_device_that_takes_nothing_is_an_error(void)
{
	GIVEN(100, 0);
	CHECK_EQ(-EIO, syncline_write(FD, pattern(), 4096, 0));
	GIVEN(0);
	CHECK_EQ(-EIO, syncline_write_durable(FD, pattern(), 4096, 0));
	GIVEN(0);
	CHECK_EQ(-EIO, syncline_write_zeros(FD, 4096, 0));
}

static void a_part_that_ends_off_the_boundary_is_an_error_of_the_device(void)
{
	GIVEN(512);
	direct_alignment = 512;
	CHECK_EQ(4096, syncline_write_durable(FD, pattern(), 4096, 0));
	CHECK_EQ(2, durable_calls);
	GIVEN(100);
	direct_alignment = 512;
	CHECK_EQ(-EIO, syncline_write(FD, pattern(), 4096, 0));
	GIVEN(100);
	direct_alignment = 512;
	CHECK_EQ(-EIO, syncline_write_durable(FD, pattern(), 4096, 0));
	CHECK_EQ(0, write_calls + sync_calls);
	GIVEN(100);
	direct_alignment = 512;
	CHECK_EQ(-EIO, syncline_write_zeros(FD, 4096, 0));
	/* but a request that was misaligned from the start is the caller's */
	GIVEN(4096);
	direct_alignment = 512;
	CHECK_EQ(-EINVAL, syncline_write_durable(FD, pattern(), 100, 0));
}

static void a_direct_read_ends_with_the_file_even_off_the_boundary(void)
{
	uint8_t back[4096];

	GIVEN(NEVER);
	script_length = 0;
	direct_alignment = 512;
	device_size = 1124;
	CHECK_EQ(1124, syncline_read(FD, back, sizeof back, 0));
	/* A short count elsewhere is not the end, and must not be taken for it. */
	GIVEN(100);
	direct_alignment = 512;
	device_size = 4096;
	CHECK_EQ(-EIO, syncline_read(FD, back, sizeof back, 0));
}

static void without_the_flag_a_durable_write_is_a_write_and_a_sync(void)
{
	static const int refusals[] = { EOPNOTSUPP, ENOSYS, EINVAL };

	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		GIVEN(100);
		dsync_errno = refusals[i];
		CHECK_EQ(4096, syncline_write_durable(FD, pattern(), 4096, 0));
		CHECK_EQ(1, durable_calls);
		CHECK_EQ(2, write_calls);
		CHECK_EQ(1, sync_calls);
		CHECK_EQ(0, memcmp(device, pattern(), 4096));

		GIVEN(4096);
		dsync_errno = refusals[i];
		sync_errno = EIO;
		CHECK_EQ(-EIO, syncline_write_durable(FD, pattern(), 4096, 0));
		CHECK_EQ(1, sync_calls);

		GIVEN(-ENOSPC);
		dsync_errno = refusals[i];
		CHECK_EQ(-ENOSPC, syncline_write_durable(FD, pattern(), 4096, 0));
		CHECK_EQ(0, sync_calls); /* nothing to vouch for */
	}
	/* Nothing is remembered: the next call asks for the flag again. */
	GIVEN(4096);
	CHECK_EQ(4096, syncline_write_durable(FD, pattern(), 4096, 0));
	CHECK_EQ(0, write_calls + sync_calls);
}

static void a_failed_sync_is_never_repeated(void)
{
	static const int errors[] = { EIO, EINTR, ENOSPC, EDQUOT };

	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
		GIVEN(1);
		sync_errno = errors[i];
		CHECK_EQ(-errors[i], syncline_sync(FD));
		CHECK_EQ(1, sync_calls);
		CHECK_EQ(-errors[i], syncline_sync_directory("/directory"));
		CHECK_EQ(2, sync_calls);
		CHECK_EQ(1, open_calls);
		CHECK_EQ(1, close_calls);
	}
}

static void a_close_is_never_repeated(void)
{
	GIVEN(-EINTR);
	CHECK_EQ(-EINTR, syncline_close(FD));
	CHECK_EQ(1, close_calls);
}

static void opening_survives_signals_and_cleans_up(void)
{
	const int32_t new_direct =
		SYNCLINE_OPEN_WRITE | SYNCLINE_OPEN_CREATE | SYNCLINE_OPEN_DIRECT;

	GIVEN(-EINTR, 1);
	CHECK_EQ(FD, syncline_open("/file", 0));
	CHECK_EQ(2, open_calls);
	GIVEN(1, -EINVAL); /* made, then refused for direct I/O */
	CHECK_EQ(-EINVAL, syncline_open("/file", new_direct));
	CHECK_EQ(1, close_calls);
	CHECK_EQ(1, unlink_calls);
	GIVEN(-EEXIST); /* another's file */
	CHECK_EQ(-EEXIST, syncline_open("/file", new_direct));
	CHECK_EQ(0, close_calls);
	CHECK_EQ(0, unlink_calls);
	GIVEN(1, 1, 1);
	CHECK_EQ(FD, syncline_open("/file", new_direct));
	CHECK_EQ(1, close_calls);
	CHECK_EQ(0, unlink_calls);
}

static void space_and_size_survive_signals_and_emulate_nothing(void)
{
	GIVEN(-EINTR, -EINTR, 1);
	CHECK_EQ(0, syncline_reserve(FD, 4096));
	CHECK_EQ(3, write_calls);
	GIVEN(-EOPNOTSUPP);
	CHECK_EQ(-EOPNOTSUPP, syncline_reserve(FD, 4096));
	CHECK_EQ(1, write_calls);
	GIVEN(-ENOSPC);
	CHECK_EQ(-ENOSPC, syncline_reserve(FD, 4096));
	GIVEN(-EINTR, 1);
	CHECK_EQ(0, syncline_truncate(FD, 4096));
	GIVEN(-EFBIG);
	CHECK_EQ(-EFBIG, syncline_truncate(FD, 4096));
}

static void alignment_is_told_or_refused(void)
{
	GIVEN(1, 1, -EOPNOTSUPP, -EOPNOTSUPP);
	CHECK_EQ(4, syncline_memory_alignment(FD));
	CHECK_EQ(512, syncline_offset_alignment(FD));
	CHECK_EQ(-EOPNOTSUPP, syncline_memory_alignment(FD));
	CHECK_EQ(-EOPNOTSUPP, syncline_offset_alignment(FD));
}

int main(void)
{
	real = syncline_sys;
	syncline_sys = (struct syncline_syscalls){
		.openat = fake_openat,
		.close = fake_close,
		.unlinkat = fake_unlinkat,
		.linkat = real.linkat,
		.pread = fake_pread,
		.pwrite = fake_pwrite,
		.pwritev = fake_pwritev,
		.pwrite_dsync = fake_pwrite_dsync,
		.fdatasync = fake_sync,
		.fsync = fake_sync,
		.fallocate = fake_fallocate,
		.ftruncate = fake_ftruncate,
		.lseek = fake_lseek,
		.fadvise = real.fadvise,
		.dio_alignment = fake_dio_alignment,
	};
	short_writes_and_signals_are_resumed();
	short_reads_are_resumed_up_to_the_end();
	short_zeroing_is_resumed_from_aligned_memory();
	errors_come_back_as_they_are_and_at_once();
	a_device_that_takes_nothing_is_an_error();
	a_part_that_ends_off_the_boundary_is_an_error_of_the_device();
	a_direct_read_ends_with_the_file_even_off_the_boundary();
	without_the_flag_a_durable_write_is_a_write_and_a_sync();
	a_failed_sync_is_never_repeated();
	a_close_is_never_repeated();
	opening_survives_signals_and_cleans_up();
	space_and_size_survive_signals_and_emulate_nothing();
	alignment_is_told_or_refused();
	return report("syncline_faults_test");
}
