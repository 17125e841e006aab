/* run.c - threads that work until they are told to stop, and what they did while it counted. */
#include "floor.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_int phase = WARMING;

enum phase phase_now(void)
{
	return (enum phase)atomic_load_explicit(&phase, memory_order_relaxed);
}

struct worker {
	pthread_t thread;
	uint32_t number;
	work *work;
	void *context;
	struct measured *mine;
};

static void *start(void *argument)
{
	struct worker *worker = argument;

	worker->work(worker->context, worker->number, worker->mine);
	return NULL;
}

static void merge(struct measured *total, const struct measured *part)
{
	total->operations += part->operations;
	total->durable_writes += part->durable_writes;
	total->written_bytes += part->written_bytes;
	latency_merge(&total->latencies, &part->latencies);
}

void run_threads(const struct settings *settings, work *work, void *context, struct measured *total)
{
	struct worker *workers = calloc(settings->threads, sizeof *workers);

	if (workers == NULL)
		die("memory");
	for (uint32_t i = 0; i < settings->threads; i++) {
		struct worker worker = { .number = i, .work = work, .context = context, .mine = calloc(1, sizeof(struct measured)) };
		workers[i] = worker;
		if (worker.mine == NULL || pthread_create(&workers[i].thread, NULL, start, &workers[i]) != 0)
			die("thread");
	}
	sleep_seconds(settings->warmup_seconds);
	uint64_t began_nanos = now_nanos();
	double began_cpu_seconds = cpu_seconds();
	atomic_store(&phase, MEASURING);
	sleep_seconds(settings->seconds);
	atomic_store(&phase, STOPPED);
	total->seconds = (double)(now_nanos() - began_nanos) / 1e9;
	total->cpu_seconds = cpu_seconds() - began_cpu_seconds;
	for (uint32_t i = 0; i < settings->threads; i++) {
		pthread_join(workers[i].thread, NULL);
		merge(total, workers[i].mine);
		free(workers[i].mine);
	}
	free(workers);
}
