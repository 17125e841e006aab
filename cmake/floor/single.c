/* single.c - one durable write after the other. With more threads: each on its own, to see whether the disk overlaps them. */
#include "floor.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct single {
	const struct settings *settings;
	int fd;
	atomic_llong next_offset;
};

static int64_t claim(struct single *single, size_t bytes)
{
	int64_t slots = single->settings->file_bytes / (int64_t)bytes;

	return (int64_t)(atomic_fetch_add(&single->next_offset, 1) % slots) * (int64_t)bytes;
}

static void write_records(void *context, uint32_t thread, struct measured *mine)
{
	struct single *single = context;
	const struct settings *settings = single->settings;
	size_t slot_bytes = RECORD_HEADER_BYTES + settings->record_bytes;
	size_t write_bytes = whole_blocks(slot_bytes * settings->every);
	char *record = malloc(settings->record_bytes);
	char *frame = aligned(write_bytes);

	if (record == NULL)
		die("memory");
	memset(record, (int)thread + 1, settings->record_bytes);
	while (phase_now() != STOPPED) {
		enum phase began_in = phase_now();
		uint64_t began_nanos = now_nanos();
		for (uint32_t i = 0; i < settings->every; i++) {
			char *at = frame + i * slot_bytes;
			memcpy(at, &slot_bytes, RECORD_HEADER_BYTES);
			memcpy(at + RECORD_HEADER_BYTES, record, settings->record_bytes);
		}
		file_write_durably(single->fd, settings, frame, write_bytes, claim(single, write_bytes));
		if (began_in != MEASURING || phase_now() != MEASURING)
			continue;
		latency_add(&mine->latencies, now_nanos() - began_nanos);
		mine->operations += settings->every;
		mine->durable_writes++;
		mine->written_bytes += write_bytes;
	}
	free(record);
	free(frame);
}

void run_single(const struct settings *settings, struct measured *measured)
{
	struct single single = { .settings = settings, .fd = file_open(settings) };

	run_threads(settings, write_records, &single, measured);
}
