// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The accelerator that was assigned to this guest: a sha256 engine of the simulator
 * (Documentation/simulator.rst). What it is to hash is in the device tree, too, as the
 * image's own part of it says: "hwcontainer,text", and how often ("hwcontainer,repeat").
 */
#include "rtos.h"

#include "../../kernel/sim/sim-regs.h"

#define LIMIT_US 5000000
#define STATE_WORDS 8

/**
 * struct message - what is hashed
 * @text: a text
 * @length: its bytes
 * @size: bytes in all, for it is repeated
 */
struct message {
	const char *text;
	u64 length;
	u64 size;
};

static u64 engine;
static bool has_line;
static u32 line;

/* How long an interrupt is being handled. */
static bool stays;
static u64 stay_ms;

static bool finished;
static u32 result; /* the last STATUS */
static u32 commands, interrupts, early;

static u32 reg(u64 offset)
{
	return read32(engine + offset);
}

/* So that the line goes low; the engine looks at its registers some time later. */
static void take_result(void)
{
	result = reg(SIM_STATUS);
	write32(engine + SIM_STATUS, 0);
	finished = true;
}

/* Without a time for ever: it is killed like that. */
static void stay(void)
{
	u64 end = clock_us() + 1000 * stay_ms;

	stays = false;
	say("engine: in the handler of its interrupt\n");
	while (!stay_ms || clock_us() < end)
		;
	say("engine: its interrupt was handled\n");
}

/*
 * Level: kept away until the next command, or it would come again until the line is low.
 * It may not be low yet even then, which is no news of that command.
 */
static void done(void)
{
	if (stays)
		stay();
	gic_disable(line);
	if (!(reg(SIM_STATUS) & SIM_STATUS_DONE)) {
		early++;
		return;
	}
	interrupts++;
	take_result();
}

static void wait_step(void)
{
	if (has_line) {
		gic_enable(line);
		sleep();
	} else if (reg(SIM_STATUS) & SIM_STATUS_DONE) {
		take_result();
	}
}

static u32 word_of(const struct message *message, u64 at)
{
	u32 i, word = 0;

	for (i = 0; i < sizeof(word) && at + i < message->size; i++)
		word |= (u32)(u8)message->text[(at + i) % message->length] << (8 * i);
	return word;
}

static void start_command(u32 ctrl, u64 size)
{
	finished = false;
	write32(engine + SIM_STATUS, 0);
	write32(engine + SIM_LEN, (u32)size);
	write32(engine + SIM_CTRL, ctrl);
	commands++;
}

/* One command: the part of a message that begins at @at. */
static bool run_command(const struct message *message, u64 at)
{
	u64 limit = clock_us() + LIMIT_US, i, size = message->size - at;
	u32 ctrl = SIM_CTRL_START;

	if (has_line)
		ctrl |= SIM_CTRL_IRQ;
	if (!at)
		ctrl |= SIM_CTRL_INIT;
	if (size <= SIM_DATA_BYTES)
		ctrl |= SIM_CTRL_LAST;
	else
		size = SIM_DATA_BYTES;
	for (i = 0; i < size; i += sizeof(u32))
		write32(engine + SIM_DATA + i, word_of(message, at + i));
	start_command(ctrl, size);
	while (!finished && clock_us() < limit)
		wait_step();
	return finished && !(result & SIM_STATUS_ERROR);
}

static bool run_message(const struct message *message)
{
	u64 at = 0;

	do {
		if (!run_command(message, at)) {
			say("engine: %s, status 0x%x\n", finished ? "refused" : "no answer",
			    finished ? result : reg(SIM_STATUS));
			return false;
		}
		at += SIM_DATA_BYTES;
	} while (at < message->size);
	return true;
}

static void say_digest(void)
{
	char text[8 * STATE_WORDS + 1];
	u32 i;

	for (i = 0; i < 8 * STATE_WORDS; i++)
		text[i] = "0123456789abcdef"[reg(SIM_SHA256_STATE + i / 8 * 4) >> (28 - i % 8 * 4) &
					     0xf];
	text[i] = '\0';
	say("sha256 %s\n", text);
}

static bool run(const struct message *message)
{
	u64 begin = clock_us();

	if (!run_message(message))
		return false;
	say_digest();
	say("engine: %lu bytes, %u commands, %u interrupts (%u early), %lu us\n", message->size,
	    commands, interrupts, early, clock_us() - begin);
	return true;
}

/* Where it is, and that it is what the tree says. */
static bool find(int node)
{
	struct range range;

	if (!tree_reg(node, 0, &range) || range.size < SIM_REGS_BYTES) {
		say("engine: its node has no window of registers\n");
		return false;
	}
	engine = range.start;
	if (reg(SIM_ID) != SIM_ID_SHA256) {
		say("engine: at 0x%lx there is no sha256 but 0x%x\n", engine, reg(SIM_ID));
		return false;
	}
	has_line = tree_interrupt(node, 0, &line) && gic_listen(line, done);
	say("engine: sha256 at 0x%lx, ", engine);
	if (has_line)
		say("interrupt %u\n", line);
	else
		say("polled\n");
	return true;
}

/**
 * engine_run() - find the engine and let it hash what the tree says
 *
 * Return: false if there is one that does not work.
 */
bool engine_run(void)
{
	int node = tree_find("hwcontainer,sim-sha256"), app = tree_with("hwcontainer,text");
	struct message message;

	if (node < 0) {
		say("engine: none\n");
		return true;
	}
	if (!find(node))
		return false;
	message.text = app < 0 ? NULL : tree_text(app, "hwcontainer,text");
	if (!message.text || !message.text[0]) {
		say("engine: the tree names no text for it\n");
		return true;
	}
	for (message.length = 0; message.text[message.length]; message.length++)
		;
	message.size = message.length * tree_number(app, "hwcontainer,repeat", 1);
	return run(&message);
}

static bool start_another(void)
{
	if (!has_line)
		say("engine: there is none with an interrupt\n");
	else
		start_command(SIM_CTRL_START | SIM_CTRL_IRQ | SIM_CTRL_INIT | SIM_CTRL_LAST, 0);
	return has_line;
}

/**
 * engine_stay() - let the engine interrupt once more, and be long in handling it
 * @ms: how long; 0: for ever
 */
void engine_stay(u64 ms)
{
	stays = true;
	stay_ms = ms;
	if (!start_another())
		return;
	while (!finished)
		wait_step();
}

/**
 * engine_ignore() - let the engine interrupt once more, and do not handle it
 * @listen: only this processor does not look; else the controller keeps the interrupt away, too
 */
void engine_ignore(bool listen)
{
	if (!start_another())
		return;
	if (listen)
		gic_enable(line);
	while (!(reg(SIM_STATUS) & SIM_STATUS_DONE))
		;
	say("engine: its interrupt is ignored\n");
	power_hang();
}
