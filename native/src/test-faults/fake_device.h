/* fake_device.h - a device that is an array in memory, beneath the syscall table.
 *
 * A script of faults says what each call on it does. */
#ifndef FAKE_DEVICE_H
#define FAKE_DEVICE_H

#include "check.h"
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

static void put_the_device_beneath(void)
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
}

#endif
