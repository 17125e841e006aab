/* main.c - the command line: NAME=VALUE arguments, and one line of JSON on standard output. */
#include "floor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const USAGE =
	"usage: syncline_floor mode=single|group|bandwidth file=PATH [NAME=VALUE]...\n"
	"  sync=odsync|rwf|fdatasync|buffered   how a write is made durable (odsync)\n"
	"  threads=N                            (1)\n"
	"  record=BYTES                         a record, or a chunk of bandwidth (256)\n"
	"  every=N                              records to one durable write, or chunks to one sync (1)\n"
	"  depth=N                              group: commits in flight, 1 to 4 (1)\n"
	"  wake=futex|cond                      group: how waiters wake up (futex)\n"
	"  filebytes=BYTES                      the zero-filled file, overwritten again and again (268435456)\n"
	"  warmup=SECONDS seconds=SECONDS       (0.5, 5)\n";

static void refuse(const char *what)
{
	fprintf(stderr, "%s\n%s", what, USAGE);
	exit(2);
}

static int choice(const char *value, const char *const *names, const char *what)
{
	for (int i = 0; names[i] != NULL; i++)
		if (strcmp(value, names[i]) == 0)
			return i;
	refuse(what);
	return -1;
}

static void set(struct settings *settings, const char *name, const char *value)
{
	static const char *const durabilities[] = { "odsync", "rwf", "fdatasync", "buffered", NULL };
	static const char *const wakes[] = { "futex", "cond", NULL };

	if (strcmp(name, "mode") == 0)
		settings->mode = value;
	else if (strcmp(name, "file") == 0)
		settings->file = value;
	else if (strcmp(name, "sync") == 0)
		settings->durability = (enum durability)choice(value, durabilities, "unknown sync");
	else if (strcmp(name, "wake") == 0)
		settings->wake = (enum wake)choice(value, wakes, "unknown wake");
	else if (strcmp(name, "threads") == 0)
		settings->threads = (uint32_t)strtoul(value, NULL, 10);
	else if (strcmp(name, "depth") == 0)
		settings->depth = (uint32_t)strtoul(value, NULL, 10);
	else if (strcmp(name, "every") == 0)
		settings->every = (uint32_t)strtoul(value, NULL, 10);
	else if (strcmp(name, "record") == 0)
		settings->record_bytes = (size_t)strtoull(value, NULL, 10);
	else if (strcmp(name, "filebytes") == 0)
		settings->file_bytes = strtoll(value, NULL, 10);
	else if (strcmp(name, "warmup") == 0)
		settings->warmup_seconds = strtod(value, NULL);
	else if (strcmp(name, "seconds") == 0)
		settings->seconds = strtod(value, NULL);
	else
		refuse(name);
}

static void check(const struct settings *settings)
{
	if (settings->mode == NULL || settings->file == NULL)
		refuse("mode and file are needed");
	if (settings->threads < 1 || settings->depth < 1 || settings->depth > 4 || settings->every < 1)
		refuse("threads, every and depth are 1 or more, depth 4 at most");
	if (settings->record_bytes < 1 || settings->file_bytes < (int64_t)((settings->record_bytes + BLOCK_BYTES) * settings->every))
		refuse("a record has 1 byte or more, and the file holds what is written at once");
	if (strcmp(settings->mode, "bandwidth") == 0 && settings->record_bytes % BLOCK_BYTES != 0)
		refuse("a chunk of bandwidth is a multiple of 4096 bytes");
}

int main(int argc, char **argv)
{
	static struct measured measured;
	struct settings settings = { .threads = 1, .depth = 1, .every = 1, .record_bytes = 256, .file_bytes = 256 << 20,
				     .warmup_seconds = 0.5, .seconds = 5 };

	for (int i = 1; i < argc; i++) {
		char *equals = strchr(argv[i], '=');
		if (equals == NULL)
			refuse(argv[i]);
		*equals = '\0';
		set(&settings, argv[i], equals + 1);
	}
	check(&settings);
	if (strcmp(settings.mode, "single") == 0)
		run_single(&settings, &measured);
	else if (strcmp(settings.mode, "group") == 0)
		run_group(&settings, &measured);
	else if (strcmp(settings.mode, "bandwidth") == 0)
		run_bandwidth(&settings, &measured);
	else
		refuse("unknown mode");
	unlink(settings.file);
	print_json(&settings, &measured);
	return 0;
}
