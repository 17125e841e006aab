/* check.h - what the C tests share: checks that count, and a directory that goes away. */
#ifndef SYNCLINE_CHECK_H
#define SYNCLINE_CHECK_H

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PASS 0
#define FAIL 1
#define SKIP 77

static int checks_passed, checks_failed;

/* Compares two integers of any width; a failed check is printed and the test goes on. */
#define CHECK_EQ(expected, actual) \
	check_eq((int64_t)(expected), (int64_t)(actual), #actual, __FILE__, __LINE__)
#define CHECK(condition) CHECK_EQ(1, !!(condition))

static inline void check_eq(int64_t expected, int64_t actual, const char *what, const char *file,
			    int line)
{
	if (expected == actual) {
		checks_passed++;
		return;
	}
	checks_failed++;
	fprintf(stderr, "%s:%d: %s is %lld, expected %lld\n", file, line, what, (long long)actual,
		(long long)expected);
}

static inline int report(const char *name)
{
	printf("%s: %d checks passed, %d failed\n", name, checks_passed, checks_failed);
	return checks_failed == 0 ? PASS : FAIL;
}

/* Makes a directory of its own below `parent` and returns its path, or exits. */
static inline const char *scratch_directory(const char *parent)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/syncline-test-XXXXXX", parent);
	if (mkdtemp(path) == NULL) {
		perror(path);
		exit(FAIL);
	}
	return path;
}

static inline const char *in_directory(const char *directory, const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/%s", directory, name);
	return path;
}

#endif
