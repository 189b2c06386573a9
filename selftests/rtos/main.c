// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the guest does: says what it is and has, lets the engine hash, then does what the
 * words of its command line say, one after the other. README lists them.
 */
#include "rtos.h"

#include <string.h>

#define LINE 256

static bool failed; /* the engine does not work */

static void do_echo(const char *value);

/* Digits up to where the text or the word ends. */
static u32 read_number(const char *text)
{
	u32 number = 0;

	while (*text >= '0' && *text <= '9')
		number = number * 10 + (u32)(*text++ - '0');
	return number;
}

static void end(u32 code)
{
	power_off(failed && !code ? 1 : code);
}

/* Until something happens; it may be that the guest is asked to end. */
static void wait(void)
{
	sleep();
	if (!button_pressed())
		return;
	say("rtos: asked to end\n");
	end(0);
}

static void do_exit(const char *value)
{
	end(read_number(value));
}

static void do_crash(const char *value)
{
	(void)value;
	say("rtos: crashing\n");
	__asm__ volatile("udf #0");
}

static void do_reboot(const char *value)
{
	(void)value;
	say("rtos: rebooting\n");
	power_reset();
}

static void do_hang(const char *value)
{
	(void)value;
	say("rtos: hanging\n");
	power_hang();
}

/* So many, or for ever. */
static void do_ticks(const char *value)
{
	u64 first = clock_ticks(), said = 0, count = read_number(value);

	while (!count || said < count) {
		wait();
		while (said < clock_ticks() - first && (!count || said < count))
			say("tick %lu\n", ++said);
	}
}

static void do_ignore(const char *value)
{
	(void)value;
	engine_ignore(true);
}

static void do_disable(const char *value)
{
	(void)value;
	engine_ignore(false);
}

static void do_stay(const char *value)
{
	engine_stay(read_number(value));
}

static void do_mem(const char *value)
{
	struct range range;
	u32 i;

	(void)value;
	for (i = 0; tree_memory(i, &range); i++)
		say("mem 0x%lx + 0x%lx\n", range.start, range.size);
}

static const struct {
	const char *name;
	void (*run)(const char *value);
} words[] = {
	{ "crash", do_crash }, { "disable", do_disable }, { "echo", do_echo },
	{ "exit", do_exit },   { "hang", do_hang },	  { "ignore", do_ignore },
	{ "mem", do_mem },     { "reboot", do_reboot },	  { "stay", do_stay },
	{ "ticks", do_ticks },
};

/* A word, with a value behind "=" or, where it was typed, a space. */
static bool do_word(const char *text)
{
	size_t size = 0;
	u32 i;

	while (text[size] && text[size] != '=' && text[size] != ' ')
		size++;
	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i].name) == size && !strncmp(text, words[i].name, size)) {
			words[i].run(text[size] ? text + size + 1 : "");
			return true;
		}
	return false;
}

/* The next line that is typed; what is too long is cut off. */
static void read_line(char *line)
{
	size_t size = 0;
	int character;

	for (;;) {
		character = console_take();
		if (character < 0) {
			wait();
		} else if (character == '\r' || character == '\n') {
			if (size)
				break;
		} else if (size < LINE - 1) {
			line[size++] = (char)character;
		}
	}
	line[size] = '\0';
}

/* What is typed is done if it is one of the words, and comes back if not. */
static void do_echo(const char *value)
{
	char line[LINE];

	(void)value;
	say("rtos: listening\n");
	for (;;) {
		read_line(line);
		if (!do_word(line))
			say("%s\n", line);
	}
}

/* Whether one of them was known. */
static bool do_words(const char *text)
{
	bool known = false;

	while (*text) {
		known |= do_word(text);
		while (*text && *text != ' ')
			text++;
		while (*text == ' ')
			text++;
	}
	return known;
}

static void say_hello(u64 level)
{
	struct range range;
	u64 bytes = 0;
	u32 i;

	for (i = 0; tree_memory(i, &range); i++)
		bytes += range.size;
	say("rtos: entered at EL%lu, %lu MiB of memory, %u cpus, GICv%u%s\n", level, bytes >> 20,
	    tree_cpus(), gic_version(), tree_find("xen,xen") >= 0 ? ", on Xen" : "");
}

/**
 * main() - called by start.S
 * @blob: the device tree
 * @level: the exception level that the image was entered at
 */
int main(void *blob, u64 level)
{
	int chosen;
	const char *text;

	if (!tree_start(blob))
		power_hang();
	console_start();
	if (!gic_start() || !clock_start()) {
		say("rtos: no interrupt controller or no timer that it knows\n");
		power_crash();
	}
	console_listen();
	button_start();
	say_hello(level);
	failed = !engine_run();
	chosen = tree_path("/chosen");
	text = chosen < 0 ? NULL : tree_text(chosen, "bootargs");
	if (!do_words(text ? text : ""))
		do_ticks("");
	end(0);
	return 0;
}
