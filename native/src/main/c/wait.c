/* wait.c - threads that sleep until a word in memory changes: futex(2). */
#include "syncline_io.h"
#include "syscalls.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>

#define NANOS_PER_SECOND INT64_C(1000000000)

int32_t syncline_sleep(const int32_t *word, int32_t seen)
{
	return syncline_sys.futex_wait(word, seen, NULL) == 0 ? 0 : -errno;
}

int32_t syncline_sleep_for(const int32_t *word, int32_t seen, int64_t timeout_ns)
{
	struct timespec limit = { timeout_ns / NANOS_PER_SECOND, timeout_ns % NANOS_PER_SECOND };

	if (timeout_ns < 0)
		return -EINVAL;
	return syncline_sys.futex_wait(word, seen, &limit) == 0 ? 0 : -errno;
}

int32_t syncline_wake_all(const int32_t *word)
{
	int woken = syncline_sys.futex_wake(word, INT_MAX);

	return woken >= 0 ? woken : -errno;
}
