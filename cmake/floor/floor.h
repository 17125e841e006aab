/* floor.h - how fast this disk makes bytes durable when nothing but the writing is done.
 *
 * The program keeps no log: it has no checksums, recovery or readers. It is what a log on this
 * disk is compared with: `single` is one thread with one durable write after the other, `group` is
 * the plainest group commit, `bandwidth` writes in sequence. All overwrite a zero-filled file, so
 * that no commit waits for the file system to find space. */
#ifndef FLOOR_H
#define FLOOR_H

#include <stdint.h>
#include <stddef.h>

#define BLOCK_BYTES 4096u
#define RECORD_HEADER_BYTES 8u /* a length and room for a checksum: less would not be a log */

enum durability { ODSYNC, RWF, FDATASYNC, BUFFERED };
enum wake { WAKE_FUTEX, WAKE_COND };

struct settings {
	const char *mode;
	const char *file;
	enum durability durability;
	enum wake wake;
	uint32_t threads;
	uint32_t depth;	 /* commits in flight */
	uint32_t every;	 /* records (or chunks) to one durable write */
	size_t record_bytes;
	int64_t file_bytes;
	double warmup_seconds;
	double seconds;
};

/* Counts latencies in buckets of 0.1 %: 1024 to each power of two. */
#define BUCKETS_PER_OCTAVE 1024u
#define OCTAVES 32u

struct latencies {
	uint32_t counts[OCTAVES * BUCKETS_PER_OCTAVE];
	uint64_t max_nanos;
};

/* What was measured, between the end of the warm-up and the end. */
struct measured {
	uint64_t operations;
	uint64_t durable_writes;
	uint64_t written_bytes;
	double seconds;
	double cpu_seconds;
	struct latencies latencies;
};

/* clock.c */
uint64_t now_nanos(void);
double cpu_seconds(void);
void sleep_seconds(double seconds);

/* latency.c */
void latency_add(struct latencies *latencies, uint64_t nanos);
void latency_merge(struct latencies *into, const struct latencies *from);
void print_json(const struct settings *settings, const struct measured *measured);

/* file.c: every function ends the program with a message if the system refuses. */
int file_open(const struct settings *settings);
void file_write(int fd, const void *from, size_t bytes, int64_t offset);
void file_write_durably(int fd, const struct settings *settings, const void *from, size_t bytes, int64_t offset);
void file_sync(int fd);
void *aligned(size_t bytes);
void die(const char *what);

#define EXIT_NO_DIRECT_IO 77 /* what ctest takes for skipped */

static inline size_t whole_blocks(size_t bytes)
{
	return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
}

/* run.c: starts threads, lets them warm up, measures, stops them. */
enum phase { WARMING, MEASURING, STOPPED };
enum phase phase_now(void);
typedef void work(void *context, uint32_t thread, struct measured *mine);
void run_threads(const struct settings *settings, work *work, void *context, struct measured *total);

/* single.c, group.c, bandwidth.c */
void run_single(const struct settings *settings, struct measured *measured);
void run_group(const struct settings *settings, struct measured *measured);
void run_bandwidth(const struct settings *settings, struct measured *measured);

#endif
