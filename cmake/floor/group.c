/* group.c - leader and follower: the plainest group commit.
 *
 * A thread copies its record into the open frame. If fewer than `depth` commits are in flight it
 * leads: it closes the frame, writes it durably outside the lock and wakes all who waited for it,
 * with one call. Meanwhile the next frame fills. Frames are acknowledged in order.
 *
 * Waiters of frame n sleep on word[n % SLOTS], which holds 2n, or 2n + 1 when somebody of the frame
 * must come and lead it. When n is durable its word becomes 2(n + SLOTS): so a waiter that wakes up
 * late reads another frame's number there, and knows that its own is done. */
#include "floor.h"

#include <errno.h>
#include <linux/futex.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SLOTS 8u

_Static_assert((SLOTS & (SLOTS - 1)) == 0, "frame numbers wrap around, so slots are a power of two");

struct frame {
	char *bytes;
	size_t used;
	int durable; /* and not yet acknowledged, because an older frame is not durable */
};

struct group {
	const struct settings *settings;
	int fd;
	pthread_mutex_t lock;
	pthread_cond_t changed[SLOTS];
	_Atomic uint32_t word[SLOTS];
	struct frame frames[SLOTS];
	uint32_t open;	 /* number of the frame that fills */
	uint32_t oldest; /* number of the oldest frame that is not acknowledged */
	uint32_t in_flight;
	int64_t offset;
};

static void sleep_on(struct group *group, uint32_t slot, uint32_t seen)
{
	if (group->settings->wake == WAKE_FUTEX) {
		pthread_mutex_unlock(&group->lock);
		syscall(SYS_futex, &group->word[slot], FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
		return;
	}
	while (atomic_load_explicit(&group->word[slot], memory_order_relaxed) == seen)
		pthread_cond_wait(&group->changed[slot], &group->lock);
	pthread_mutex_unlock(&group->lock);
}

static void wake(struct group *group, uint32_t slot, int how_many)
{
	if (group->settings->wake == WAKE_FUTEX)
		syscall(SYS_futex, &group->word[slot], FUTEX_WAKE_PRIVATE, how_many, NULL, NULL, 0);
	else if (how_many == 1)
		pthread_cond_signal(&group->changed[slot]);
	else
		pthread_cond_broadcast(&group->changed[slot]);
}

static void write_frame(struct group *group, uint32_t number, struct measured *mine)
{
	struct frame *frame = &group->frames[number % SLOTS];
	size_t bytes = whole_blocks(frame->used);
	int64_t offset = group->offset;

	if (offset + (int64_t)bytes > group->settings->file_bytes)
		offset = 0;
	group->offset = offset + (int64_t)bytes;
	group->open = number + 1;
	group->in_flight++;
	pthread_mutex_unlock(&group->lock);

	memset(frame->bytes + frame->used, 0, bytes - frame->used);
	file_write_durably(group->fd, group->settings, frame->bytes, bytes, offset);
	if (phase_now() == MEASURING) {
		mine->durable_writes++;
		mine->written_bytes += bytes;
	}
}

/* With the lock held; returns without it. */
static void acknowledge(struct group *group, uint32_t number)
{
	uint32_t first = group->oldest;

	group->frames[number % SLOTS].durable = 1;
	group->in_flight--;
	while (group->frames[group->oldest % SLOTS].durable) {
		struct frame *done = &group->frames[group->oldest % SLOTS];
		done->durable = 0;
		done->used = 0;
		atomic_store(&group->word[group->oldest % SLOTS], 2 * (group->oldest + SLOTS));
		group->oldest++;
	}
	uint32_t acknowledged = group->oldest;
	/* Whoever copied a record into the open frame found enough commits in flight and sleeps. */
	uint32_t open = group->open;
	int needs_leader = group->frames[open % SLOTS].used > 0;
	if (needs_leader)
		atomic_store(&group->word[open % SLOTS], 2 * open + 1);
	pthread_mutex_unlock(&group->lock);
	if (needs_leader)
		wake(group, open % SLOTS, 1);
	for (uint32_t frame = first; frame != acknowledged; frame++)
		wake(group, frame % SLOTS, INT_MAX);
}

/* Whether a word is still that of a frame: numbers wrap around, and a word has one bit less for them. */
static int is_of(uint32_t word, uint32_t number)
{
	return word / 2 == (number & (UINT32_MAX / 2));
}

/* A commit that takes long holds up acknowledgements, and their slots are not to be used again before. */
static int may_commit(const struct group *group)
{
	return group->in_flight < group->settings->depth && group->open - group->oldest < SLOTS - 1;
}

static void append(struct group *group, const char *record, struct measured *mine)
{
	size_t record_bytes = group->settings->record_bytes;
	size_t slot_bytes = RECORD_HEADER_BYTES + record_bytes;

	pthread_mutex_lock(&group->lock);
	uint32_t number = group->open;
	struct frame *frame = &group->frames[number % SLOTS];
	memcpy(frame->bytes + frame->used, &slot_bytes, RECORD_HEADER_BYTES);
	memcpy(frame->bytes + frame->used + RECORD_HEADER_BYTES, record, record_bytes);
	frame->used += slot_bytes;
	for (;;) {
		uint32_t seen = atomic_load_explicit(&group->word[number % SLOTS], memory_order_relaxed);
		if (!is_of(seen, number)) {
			pthread_mutex_unlock(&group->lock);
			return;
		}
		if (number == group->open && may_commit(group)) {
			write_frame(group, number, mine);
			pthread_mutex_lock(&group->lock);
			acknowledge(group, number);
			pthread_mutex_lock(&group->lock);
			continue;
		}
		sleep_on(group, number % SLOTS, seen);
		/* Most who wake up are done, and need no lock to see it. */
		if (!is_of(atomic_load(&group->word[number % SLOTS]), number))
			return;
		pthread_mutex_lock(&group->lock);
	}
}

static void append_records(void *context, uint32_t thread, struct measured *mine)
{
	struct group *group = context;
	char *record = malloc(group->settings->record_bytes);

	if (record == NULL)
		die("memory");
	memset(record, (int)thread + 1, group->settings->record_bytes);
	while (phase_now() != STOPPED) {
		enum phase began_in = phase_now();
		uint64_t began_nanos = now_nanos();
		append(group, record, mine);
		if (began_in != MEASURING || phase_now() != MEASURING)
			continue;
		latency_add(&mine->latencies, now_nanos() - began_nanos);
		mine->operations++;
	}
	free(record);
}

void run_group(const struct settings *settings, struct measured *measured)
{
	struct group group = { .settings = settings, .fd = file_open(settings), .lock = PTHREAD_MUTEX_INITIALIZER };
	/* Every thread has one record on its way, so a frame holds at most one of each. */
	size_t frame_bytes = settings->threads * (RECORD_HEADER_BYTES + settings->record_bytes);

	for (uint32_t i = 0; i < SLOTS; i++) {
		group.frames[i].bytes = aligned(frame_bytes);
		pthread_cond_init(&group.changed[i], NULL);
		atomic_store(&group.word[i], 2 * i);
	}
	run_threads(settings, append_records, &group, measured);
	for (uint32_t i = 0; i < SLOTS; i++)
		free(group.frames[i].bytes);
}
