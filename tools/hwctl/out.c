// SPDX-License-Identifier: GPL-2.0-or-later
/* Text for people: tables, fields, colours on a terminal. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
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

/* Names come from images and device trees: no control characters to a terminal. */
static void make_harmless(char *cell)
{
	for (; *cell; cell++)
		if ((unsigned char)*cell < ' ' || *cell == 0x7f)
			*cell = '?';
}

static void put(enum color color, const char *cell)
{
	const char *on = escape(color);

	printf("%s%s%s", on, cell, *on ? "\033[0m" : "");
}

void table_cell(struct table *t, enum color color, char *cell)
{
	t->cells = need(reallocarray(t->cells, t->count + 1, sizeof(*t->cells)));
	t->colors = need(reallocarray(t->colors, t->count + 1, sizeof(*t->colors)));
	make_harmless(cell);
	t->cells[t->count] = cell;
	t->colors[t->count] = color;
	t->count++;
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

static void print_cell(const struct table *t, size_t i, size_t width)
{
	bool last = rest_is_empty(t, i);

	if (*t->cells[i] || !last)
		put(t->colors[i], t->cells[i]);
	if (!last)
		printf("%*s", (int)(width - strlen(t->cells[i]) + GAP), "");
	if (i % t->columns == t->columns - 1)
		putchar('\n');
}

void table_print(struct table *t)
{
	size_t *widths = need(calloc(t->columns, sizeof(*widths)));

	for (size_t i = 0; i < t->columns; i++)
		widths[i] = column_width(t, i);
	for (size_t i = 0; i < t->count; i++)
		print_cell(t, i, widths[i % t->columns]);
	for (size_t i = 0; i < t->count; i++)
		free(t->cells[i]);
	free(t->cells);
	free(t->colors);
	free(widths);
}

void field(const char *name, enum color color, char *value)
{
	make_harmless(value);
	if (*value) {
		printf("%-*s", FIELD_WIDTH, name);
		put(color, value);
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
