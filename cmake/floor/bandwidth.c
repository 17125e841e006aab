/* bandwidth.c - chunks in sequence, synced every so many: what bulk loading is compared with. */
#include "floor.h"

#include <stdatomic.h>
#include <stdlib.h>

struct bandwidth {
	const struct settings *settings;
	int fd;
	atomic_llong chunks;
};

static void write_chunks(void *context, uint32_t thread, struct measured *mine)
{
	struct bandwidth *bandwidth = context;
	const struct settings *settings = bandwidth->settings;
	int64_t chunks = settings->file_bytes / (int64_t)settings->record_bytes;
	char *chunk = aligned(settings->record_bytes);

	(void)thread;
	while (phase_now() != STOPPED) {
		enum phase began_in = phase_now();
		uint64_t began_nanos = now_nanos();
		int64_t number = atomic_fetch_add(&bandwidth->chunks, 1);
		file_write(bandwidth->fd, chunk, settings->record_bytes, number % chunks * (int64_t)settings->record_bytes);
		int syncs = (number + 1) % settings->every == 0;
		if (syncs)
			file_sync(bandwidth->fd);
		if (began_in != MEASURING || phase_now() != MEASURING)
			continue;
		latency_add(&mine->latencies, now_nanos() - began_nanos);
		mine->operations++;
		mine->durable_writes += (uint64_t)syncs;
		mine->written_bytes += settings->record_bytes;
	}
	free(chunk);
}

void run_bandwidth(const struct settings *settings, struct measured *measured)
{
	struct settings plain = *settings;

	plain.durability = FDATASYNC; /* opens with O_DIRECT alone; the sync is a call of its own */
	struct bandwidth bandwidth = { .settings = &plain, .fd = file_open(&plain) };
	run_threads(&plain, write_chunks, &bandwidth, measured);
}
