/* latency.c - a histogram, and what is printed of it. */
#include "floor.h"

#include <inttypes.h>
#include <stdio.h>

/* The points of the percentile curve, in hundredths of a percent of a percent: the runner's Java side prints the same. */
static const double CURVE[] = { 0, 10, 25, 50, 75, 90, 95, 98, 99, 99.5, 99.8, 99.9, 99.95, 99.98, 99.99, 99.999, 100 };

static uint32_t bucket_of(uint64_t nanos)
{
	if (nanos < BUCKETS_PER_OCTAVE)
		return (uint32_t)nanos;
	uint32_t octave = 63u - (uint32_t)__builtin_clzll(nanos) - 9u; /* 1024..2047 is octave 1 */
	if (octave >= OCTAVES)
		return OCTAVES * BUCKETS_PER_OCTAVE - 1;
	/* The highest bit is implied by the octave; the next ten choose the bucket. */
	return octave * BUCKETS_PER_OCTAVE + (uint32_t)((nanos >> (octave - 1)) - BUCKETS_PER_OCTAVE);
}

static double bucket_nanos(uint32_t bucket)
{
	uint32_t octave = bucket / BUCKETS_PER_OCTAVE;
	uint32_t within = bucket % BUCKETS_PER_OCTAVE;

	if (octave == 0)
		return within;
	return ((double)(within + BUCKETS_PER_OCTAVE) + 0.5) * (double)(1ull << (octave - 1));
}

void latency_add(struct latencies *latencies, uint64_t nanos)
{
	latencies->counts[bucket_of(nanos)]++;
	if (nanos > latencies->max_nanos)
		latencies->max_nanos = nanos;
}

void latency_merge(struct latencies *into, const struct latencies *from)
{
	for (uint32_t i = 0; i < OCTAVES * BUCKETS_PER_OCTAVE; i++)
		into->counts[i] += from->counts[i];
	if (from->max_nanos > into->max_nanos)
		into->max_nanos = from->max_nanos;
}

static uint64_t count_of(const struct latencies *latencies)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < OCTAVES * BUCKETS_PER_OCTAVE; i++)
		count += latencies->counts[i];
	return count;
}

static double micros_at(const struct latencies *latencies, double percentile)
{
	double target = (double)count_of(latencies) * percentile / 100;
	uint64_t seen = 0;

	if (percentile >= 100)
		return (double)latencies->max_nanos / 1e3;
	for (uint32_t i = 0; i < OCTAVES * BUCKETS_PER_OCTAVE; i++) {
		seen += latencies->counts[i];
		if (seen > 0 && (double)seen >= target)
			return bucket_nanos(i) / 1e3;
	}
	return (double)latencies->max_nanos / 1e3;
}

void print_json(const struct settings *settings, const struct measured *measured)
{
	const struct latencies *latencies = &measured->latencies;
	size_t points = sizeof CURVE / sizeof *CURVE;

	printf("{\"operations\":%" PRIu64 ",\"recordBytes\":%zu,\"seconds\":%.6f,\"cpuSeconds\":%.6f,", measured->operations,
	       settings->record_bytes, measured->seconds, measured->cpu_seconds);
	printf("\"durableWrites\":%" PRIu64 ",\"writtenBytes\":%" PRIu64 ",", measured->durable_writes, measured->written_bytes);
	printf("\"latency\":{\"p50\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"max\":%.3f,\"curve\":[", micros_at(latencies, 50),
	       micros_at(latencies, 99), micros_at(latencies, 99.9), micros_at(latencies, 100));
	for (size_t i = 0; i < points; i++)
		printf("%s[%g,%.3f]", i == 0 ? "" : ",", CURVE[i], micros_at(latencies, CURVE[i]));
	printf("]}}\n");
}
