// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the firmware does: counts, and says so in its trace four times a second;
 * answers what comes by rpmsg:
 *
 *	echo TEXT	TEXT
 *	counter		how far it has counted
 *	crash		nothing, for then it executes what is no instruction
 *
 * Linux makes /dev/rpmsgN of a channel that is called rpmsg-raw (rpmsg_char).
 */
#include "r5.h"

#include "exceptions.h"

#define PERIOD_MS 250

#define CHANNEL "rpmsg-raw"
#define CHANNEL_ADDRESS 1024 /* the first that is nobody's by convention */

static u32 counter;
static u32 commands;

int main(void);
void main_exception(u32 number, u32 pc) __attribute__((noreturn));

static void count(void)
{
	static u32 last;

	if (clock_ms() - last < PERIOD_MS)
		return;
	last += PERIOD_MS;
	counter++;
	trace("%u ms: counter %u, commands %u\n", clock_ms(), counter, commands);
}

/* Whether a message begins with a word that ends there, or is followed by a space. */
static bool is_command(const struct rpmsg *message, const char *word)
{
	size_t i;

	for (i = 0; word[i]; i++)
		if (i == message->size || message->data[i] != word[i])
			return false;
	return i == message->size || message->data[i] == ' ';
}

static void answer(struct rpmsg *message, const char *text, ...)
{
	va_list args;

	va_start(args, text);
	message->size = format(message->data, sizeof(message->data), text, args);
	va_end(args);
}

static void answer_echo(struct rpmsg *message)
{
	const size_t skip = sizeof("echo ") - 1;
	size_t i;

	message->size = message->size < skip ? 0 : message->size - skip;
	for (i = 0; i < message->size; i++)
		message->data[i] = message->data[skip + i];
}

/* The message becomes its own answer. */
static void do_command(struct rpmsg *message)
{
	u32 sender = message->from;

	commands++;
	if (is_command(message, "echo"))
		answer_echo(message);
	else if (is_command(message, "counter"))
		answer(message, "%u", counter);
	else if (is_command(message, "crash"))
		__builtin_trap();
	else
		answer(message, "commands are: echo TEXT, counter, crash");
	message->from = message->to;
	message->to = sender;
	rpmsg_send(message);
}

/* None is taken before there is room for its answer. */
static void do_commands(void)
{
	static struct rpmsg message;

	while (rpmsg_has_room() && rpmsg_receive(&message))
		do_command(&message);
}

int main(void)
{
	clock_start();
	trace("core %u: started\n", core_number());
	for (;;) {
		core_relax();
		count();
		if (rpmsg_update()) {
			trace("%u ms: Linux listens, announcing " CHANNEL "\n", clock_ms());
			rpmsg_announce(CHANNEL, CHANNEL_ADDRESS);
			do_commands();
		}
		if (interrupt_take())
			do_commands();
	}
}

/**
 * main_exception() - what nothing handles: the core says so and halts
 * @number: which, as in exceptions.h
 * @pc: address of the instruction
 */
void main_exception(u32 number, u32 pc)
{
	static const char *const names[] = {
		[EXCEPTION_UNDEFINED] = "undefined instruction",
		[EXCEPTION_SUPERVISOR] = "supervisor call",
		[EXCEPTION_PREFETCH] = "prefetch abort",
		[EXCEPTION_DATA] = "data abort",
		[EXCEPTION_INTERRUPT] = "unexpected interrupt",
	};

	trace("core %u: %s at 0x%x, halted\n", core_number(),
	      number < ARRAY_SIZE(names) ? names[number] : "exception", pc);
	core_halt();
	__builtin_unreachable();
}
