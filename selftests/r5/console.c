// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A terminal by rpmsg, of which Linux makes /dev/ttyRPMSGn (rpmsg_tty): a prompt, lines
 * that are shown as they are typed, backspace. Where to send to is known when something
 * has come.
 */
#include "r5.h"

#define CHANNEL "rpmsg-tty"
#define PROMPT "r5> "
#define LINE 64

#define BACKSPACE '\b'
#define DELETE 0x7f

static char line[LINE];
static size_t length;
static char before; /* the last character */
static struct rpmsg out;

static void flush(void)
{
	if (out.size)
		rpmsg_send(&out);
	out.size = 0;
}

static void put(const char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (out.size == RPMSG_PAYLOAD)
			flush();
		out.data[out.size++] = text[i];
	}
}

/**
 * console_print() - print what is the answer to a line
 * @text: as for format()
 */
void console_print(const char *text, ...)
{
	char buffer[128];
	va_list args;
	size_t size;

	va_start(args, text);
	size = format(buffer, sizeof(buffer), text, args);
	va_end(args);
	put(buffer, size);
}

static void end_line(void)
{
	line[length] = '\0';
	console_print("\r\n");
	if (length)
		main_line(line);
	length = 0;
	console_print(PROMPT);
}

static void erase(void)
{
	if (!length)
		return;
	length--;
	console_print("\b \b");
}

static void append(char character)
{
	line[length++] = character;
	put(&character, 1);
}

static void take(char character)
{
	if (character == '\n' && before == '\r')
		return;
	if (character == '\r' || character == '\n')
		end_line();
	else if (character == BACKSPACE || character == DELETE)
		erase();
	else if (character >= ' ' && length < LINE - 1)
		append(character);
}

/**
 * console_announce() - tell Linux that there is a terminal
 *
 * Return: whether there was room for that.
 */
bool console_announce(void)
{
	length = 0;
	return rpmsg_announce(CHANNEL, CONSOLE_ADDRESS);
}

/**
 * console_take() - what has been typed
 * @message: a message to CONSOLE_ADDRESS; there is room for an answer
 */
void console_take(const struct rpmsg *message)
{
	size_t i;

	out.from = message->to;
	out.to = message->from;
	for (i = 0; i < message->size; i++) {
		take(message->data[i]);
		before = message->data[i];
	}
	flush();
}
