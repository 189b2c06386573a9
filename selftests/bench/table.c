// SPDX-License-Identifier: GPL-2.0-or-later
/* The table: a line for each figure as soon as it is known, JSON in the end. */
#include <stdarg.h>
#include "bench.h"

#define ROWS_MAX 64

static struct bench_row rows[ROWS_MAX];
static size_t n_rows;

static double ratio(const struct bench_row *row)
{
	return row->baseline ? (double)row->value / row->baseline : 0;
}

static bool exceeded(const struct bench_row *row)
{
	return row->bound && ratio(row) > row->bound;
}

void bench_title(void)
{
	printf("%-46s %13s %13s %7s %7s\n", "", "instructions", "baseline", "ratio", "bound");
	fflush(stdout);
}

static void show(const struct bench_row *row)
{
	printf("%-46s %13llu", row->name, (unsigned long long)row->value);
	if (row->baseline)
		printf(" %13llu %7.3f", (unsigned long long)row->baseline, ratio(row));
	if (row->bound)
		printf(" %7.2f  %s", row->bound, exceeded(row) ? "EXCEEDED" : "ok");
	printf("\n");
	fflush(stdout);
	/* whoever carries the line out of the guest does so now */
	usleep(50000);
}

void bench_row(uint64_t value, uint64_t baseline, double bound, const char *fmt, ...)
{
	struct bench_row *row = &rows[n_rows++];
	va_list args;

	if (n_rows > ROWS_MAX)
		errx(EXIT_FAILURE, "the table has more than %d lines", ROWS_MAX);
	va_start(args, fmt);
	vsnprintf(row->name, sizeof(row->name), fmt, args);
	va_end(args);
	row->value = value;
	row->baseline = baseline;
	row->bound = bound;
	show(row);
}

/* Names are ours and hold nothing that JSON would want escaped. */
static void write_row(FILE *file, const struct bench_row *row)
{
	fprintf(file, "  {\"name\": \"%s\", \"instructions\": %llu", row->name,
		(unsigned long long)row->value);
	if (row->baseline)
		fprintf(file, ", \"baseline\": %llu, \"ratio\": %.4f",
			(unsigned long long)row->baseline, ratio(row));
	else
		fprintf(file, ", \"baseline\": null, \"ratio\": null");
	if (row->bound)
		fprintf(file, ", \"bound\": %.2f}", row->bound);
	else
		fprintf(file, ", \"bound\": null}");
}

static void write_json(const char *path)
{
	FILE *file = fopen(path, "we");

	if (!file)
		err(EXIT_FAILURE, "%s", path);
	fprintf(file, "[\n");
	for (size_t i = 0; i < n_rows; i++) {
		write_row(file, &rows[i]);
		fprintf(file, "%s\n", i + 1 < n_rows ? "," : "");
	}
	fprintf(file, "]\n");
	if (fclose(file))
		err(EXIT_FAILURE, "%s", path);
}

/**
 * bench_finish() - write the figures to a file and say the verdict
 * @json: the file
 *
 * Return: how many bounds are exceeded.
 */
int bench_finish(const char *json)
{
	int bounds = 0, over = 0;

	write_json(json);
	for (size_t i = 0; i < n_rows; i++) {
		bounds += rows[i].bound != 0;
		over += exceeded(&rows[i]);
	}
	if (over)
		printf("bench: %d of %d bounds exceeded\n", over, bounds);
	else
		printf("bench: all %d bounds kept\n", bounds);
	return over;
}
