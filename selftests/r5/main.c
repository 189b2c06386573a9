// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the firmware does: counts, and says so in its trace, four times a second at
 * first. It has two rpmsg channels.
 *
 * For programs, rpmsg-raw, of which Linux makes /dev/rpmsgN (rpmsg_char):
 *
 *	echo TEXT	TEXT
 *	counter		how far it has counted
 *	crash		nothing, for then it executes what is no instruction
 *	fault		nothing either: it reads where nothing is
 *
 * For people, a terminal (console.c) with the commands that "help" tells.
 */
#include "r5.h"

#include "exceptions.h"

#define PERIOD_MS 250
#define PERIOD_MIN_MS 10
#define PERIOD_MAX_MS 60000

/* Of Linux's interrupt controller, which this core has no way to. */
#define NOWHERE 0xf9000000

#define CHANNEL "rpmsg-raw"
#define CHANNEL_ADDRESS 1024 /* the first that is nobody's by convention */

static u32 period_ms = PERIOD_MS;
static u32 counter;
static u32 commands;

int main(void);
void main_exception(u32 number, const struct registers *regs) __attribute__((noreturn));

static void count(void)
{
	static u32 last;

	if (clock_ms() - last < period_ms)
		return;
	last = clock_ms();
	counter++;
	trace("%u ms: counter %u, commands %u\n", clock_ms(), counter, commands);
}

/* Whether a text begins with a word that ends there, or is followed by a space. */
static bool begins_with(const char *text, size_t size, const char *word)
{
	size_t i;

	for (i = 0; word[i]; i++)
		if (i == size || text[i] != word[i])
			return false;
	return i == size || text[i] == ' ';
}

static bool is_command(const struct rpmsg *message, const char *word)
{
	return begins_with(message->data, message->size, word);
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
	else if (is_command(message, "fault"))
		*(volatile u32 *)NOWHERE;
	else
		answer(message, "commands are: echo TEXT, counter, crash, fault");
	message->from = message->to;
	message->to = sender;
	rpmsg_send(message);
}

/* None is taken before there is room for its answer. */
static void do_commands(void)
{
	static struct rpmsg message;

	while (rpmsg_has_room() && rpmsg_receive(&message)) {
		if (message.to == CONSOLE_ADDRESS)
			console_take(&message);
		else
			do_command(&message);
	}
}

static void show_status(void)
{
	console_print("core %u, up %u ms: counter %u every %u ms, %u commands\r\n", core_number(),
		      clock_ms(), counter, period_ms, commands);
}

/* The number behind a command; 0 where there is none. */
static u32 read_number(const char *text)
{
	u32 number = 0;

	while (*text == ' ')
		text++;
	while (*text >= '0' && *text <= '9' && number <= PERIOD_MAX_MS)
		number = number * 10 + (u32)(*text++ - '0');
	return *text ? 0 : number;
}

static void set_period(const char *text)
{
	u32 ms = read_number(text);

	if (ms < PERIOD_MIN_MS || ms > PERIOD_MAX_MS)
		console_print("a period has %u to %u ms\r\n", PERIOD_MIN_MS, PERIOD_MAX_MS);
	else
		period_ms = ms;
}

/**
 * main_line() - do what was typed
 * @line: a line that is not empty
 */
void main_line(const char *line)
{
	size_t size = 0;

	while (line[size])
		size++;
	if (begins_with(line, size, "status"))
		show_status();
	else if (begins_with(line, size, "period"))
		set_period(line + sizeof("period") - 1);
	else if (begins_with(line, size, "crash"))
		__builtin_trap();
	else
		console_print("status     what it is doing\r\n"
			      "period MS  count so often\r\n"
			      "crash      execute what is no instruction\r\n");
}

int main(void)
{
	clock_start();
	trace("core %u: started\n", core_number());
	memory_look();
	for (;;) {
		core_relax();
		count();
		if (rpmsg_update()) {
			trace("%u ms: Linux listens, announcing " CHANNEL "\n", clock_ms());
			rpmsg_announce(CHANNEL, CHANNEL_ADDRESS);
			console_announce();
			do_commands();
		}
		if (interrupt_take())
			do_commands();
	}
}

/* Arm DDI 0460, 4.3, c5 and c6: what the core could not read, write or execute. */
static void say_fault(u32 number)
{
	u32 status, address;

	if (number == EXCEPTION_DATA) {
		__asm__ volatile("mrc p15, 0, %0, c5, c0, 0" : "=r"(status));
		__asm__ volatile("mrc p15, 0, %0, c6, c0, 0" : "=r"(address));
	} else if (number == EXCEPTION_PREFETCH) {
		__asm__ volatile("mrc p15, 0, %0, c5, c0, 1" : "=r"(status));
		__asm__ volatile("mrc p15, 0, %0, c6, c0, 2" : "=r"(address));
	} else {
		return;
	}
	trace("fault status 0x%x, address 0x%x\n", status, address);
}

/* A core dump has the memory; these are nowhere but here. */
static void say_registers(const struct registers *regs)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(regs->r) - 1; i += 4)
		trace("r%u: %x %x %x %x\n", i, regs->r[i], regs->r[i + 1], regs->r[i + 2],
		      regs->r[i + 3]);
	trace("r12: %x, sp: %x, lr: %x, cpsr: %x\n", regs->r[12], regs->sp, regs->lr, regs->cpsr);
}

/**
 * main_exception() - what nothing handles: the core says so and halts
 * @number: which, as in exceptions.h
 * @regs: what it was about
 */
void main_exception(u32 number, const struct registers *regs)
{
	static const char *const names[] = {
		[EXCEPTION_UNDEFINED] = "undefined instruction",
		[EXCEPTION_SUPERVISOR] = "supervisor call",
		[EXCEPTION_PREFETCH] = "prefetch abort",
		[EXCEPTION_DATA] = "data abort",
		[EXCEPTION_INTERRUPT] = "unexpected interrupt",
	};

	say_registers(regs);
	say_fault(number);
	trace("core %u: %s at 0x%x, halted\n", core_number(),
	      number < ARRAY_SIZE(names) ? names[number] : "exception", regs->pc);
	core_halt();
	__builtin_unreachable();
}
