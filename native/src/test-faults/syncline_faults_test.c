/* syncline_faults_test.c - faults that no real disk gives on demand, through the syscall table.
 *
 * Linked with the sources themselves, since the table is hidden in the library; Maven, which tests
 * the library and compiles all of src/test, does not see this directory. */
#include "fake_device.h"
#include "syncline_io.h"

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
	put_the_device_beneath();
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
