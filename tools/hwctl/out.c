// SPDX-License-Identifier: GPL-2.0-or-later
/* Text for people: tables, fields, colours on a terminal. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../../lib/clean.h"
#include "hwctl.h"

/* Width of the names before fields. */
#define FIELD_WIDTH 12

/* Between columns. */
#define GAP 2

void *need(void *memory)
{
	if (!memory) {
		say("out of memory");
		exit(REFUSED);
	}
	return memory;
}

char *text(const char *fmt, ...)
{
	char *made = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&made, fmt, args) < 0)
		made = NULL;
	va_end(args);
	return need(made);
}

static bool use_colors(void)
{
	static int colors = -1;

	if (colors < 0)
		colors = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	return colors;
}

static const char *escape(enum color color)
{
	static const char *const escapes[] = {
		[PLAIN] = "",	    [GOOD] = "\033[32m", [BUSY] = "\033[33m",
		[BAD] = "\033[31m", [HEAD] = "\033[1m",
	};

	return use_colors() ? escapes[color] : "";
}

/* At most @len bytes of it. */
static void put(FILE *out, enum color color, const char *cell, size_t len)
{
	const char *on = escape(color);

	fprintf(out, "%s%.*s%s", on, (int)len, cell, *on ? "\033[0m" : "");
}

void table_cell(struct table *t, enum color color, char *cell)
{
	t->cells = need(reallocarray(t->cells, t->count + 1, sizeof(*t->cells)));
	t->colors = need(reallocarray(t->colors, t->count + 1, sizeof(*t->colors)));
	/* names come from images and device trees */
	hwc_clean_text(cell);
	t->cells[t->count] = cell;
	t->colors[t->count] = color;
	t->count++;
}

void table_heads(struct table *t, const char *const *heads, size_t n)
{
	t->columns = n;
	for (size_t i = 0; i < n; i++)
		table_cell(t, HEAD, text("%s", heads[i]));
}

static size_t column_width(const struct table *t, size_t column)
{
	size_t width = 0;

	for (size_t i = column; i < t->count; i += t->columns)
		if (strlen(t->cells[i]) > width)
			width = strlen(t->cells[i]);
	return width;
}

/* Nothing behind the last cell of a row that has something in it. */
static bool rest_is_empty(const struct table *t, size_t i)
{
	for (i++; i % t->columns; i++)
		if (*t->cells[i])
			return false;
	return true;
}

/* How much of @len still fits into a row that has @used. */
static size_t room(const struct table *t, size_t used, size_t len)
{
	size_t left = used < t->width ? t->width - used : 0;

	return t->width && left < len ? left : len;
}

static void print_row(const struct table *t, FILE *out, size_t i, const size_t *widths)
{
	size_t used = 0;

	for (size_t column = 0; column < t->columns; column++, i++) {
		size_t len = strlen(t->cells[i]);
		bool last = rest_is_empty(t, i);

		if (len && room(t, used, len))
			put(out, t->colors[i], t->cells[i], room(t, used, len));
		if (last)
			break;
		used += room(t, used, len);
		len = widths[column] - len + GAP;
		fprintf(out, "%*s", (int)room(t, used, len), "");
		used += room(t, used, len);
	}
	fputc('\n', out);
}

void table_write(struct table *t, FILE *out)
{
	size_t *widths = need(calloc(t->columns, sizeof(*widths)));

	for (size_t i = 0; i < t->columns; i++)
		widths[i] = column_width(t, i);
	for (size_t i = 0; i < t->count; i += t->columns)
		print_row(t, out, i, widths);
	for (size_t i = 0; i < t->count; i++)
		free(t->cells[i]);
	free(t->cells);
	free(t->colors);
	free(widths);
}

void table_print(struct table *t)
{
	table_write(t, stdout);
}

void field(const char *name, enum color color, char *value)
{
	hwc_clean_text(value);
	if (*value) {
		printf("%-*s ", FIELD_WIDTH - 1, name);
		put(stdout, color, value, strlen(value));
		putchar('\n');
	}
	free(value);
}

char *digest_text(const uint8_t *digest)
{
	char hex[2 * HWCONTAINER_DIGEST_LEN + 1] = "";

	if (!digest)
		return text("%s", "");
	for (int i = 0; i < HWCONTAINER_DIGEST_LEN; i++)
		sprintf(hex + 2 * i, "%02x", digest[i]);
	return text("sha256:%s", hex);
}

char *age_text(uint64_t ns)
{
	uint64_t s = ns / 1000000000, m = s / 60, h = m / 60;

	if (h >= 24)
		return text("%" PRIu64 "d%02uh", h / 24, (unsigned int)(h % 24));
	if (h)
		return text("%" PRIu64 "h%02um", h, (unsigned int)(m % 60));
	if (m)
		return text("%" PRIu64 "m%02us", m, (unsigned int)(s % 60));
	return text("%" PRIu64 "s", s);
}

/* "signer:HEX" as the lists of groups have it, or "". */
char *signer_text(const uint8_t *id, size_t size)
{
	char hex[2 * HWCONTAINER_SIGNER_MAX + 1] = "";

	if (!id)
		return text("%s", "");
	for (size_t i = 0; i < size; i++)
		sprintf(hex + 2 * i, "%02x", id[i]);
	return text("signer:%s", hex);
}

enum color resource_color(enum hwcontainer_resource_state state)
{
	switch (state) {
	case HWCONTAINER_RESOURCE_STATE_FREE:
	case HWCONTAINER_RESOURCE_STATE_WARM:
		return GOOD;
	case HWCONTAINER_RESOURCE_STATE_CLAIMED:
		return BUSY;
	case HWCONTAINER_RESOURCE_STATE_FAILED:
		return BAD;
	default:
		return PLAIN;
	}
}

enum color claim_color(enum hwcontainer_claim_state state)
{
	switch (state) {
	case HWCONTAINER_CLAIM_STATE_READY:
		return GOOD;
	case HWCONTAINER_CLAIM_STATE_FAILED:
		return BAD;
	case HWCONTAINER_CLAIM_STATE_RELEASED:
		return PLAIN;
	default:
		return BUSY;
	}
}

char *word(const char *name, unsigned int number)
{
	return name ? text("%s", name) : text("%u", number);
}
