/* wait.c - threads that sleep until a word in memory changes: futex(2). */
#include "syncline_io.h"
#include "syscalls.h"

#include <errno.h>
#include <limits.h>

int32_t syncline_sleep(const int32_t *word, int32_t seen)
{
	return syncline_sys.futex_wait(word, seen) == 0 ? 0 : -errno;
}

int32_t syncline_wake_all(const int32_t *word)
{
	int woken = syncline_sys.futex_wake(word, INT_MAX);

	return woken >= 0 ? woken : -errno;
}
