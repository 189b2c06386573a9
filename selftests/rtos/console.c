// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The serial port that the tree names: a PL011, or what SBSA calls the generic one
 * (Arm DEN 0029, appendix B), which is the same with fewer registers and is what Xen
 * gives to its guests. Arm DDI 0183 has the registers.
 */
#include "rtos.h"

#define UART_DR 0x00
#define UART_FR 0x18
#define UART_FR_BUSY 0x08
#define UART_FR_NOTHING 0x10
#define UART_FR_FULL 0x20
#define UART_CR 0x30
#define UART_CR_ON 0x301 /* RXE, TXE, UARTEN */
#define UART_IMSC 0x38
#define UART_ICR 0x44
#define UART_RECEIVED 0x50 /* something, or nothing more for a while */

static u64 uart;
static int uart_node;

static bool listening;

/* What has been typed: a ring. */
static u8 typed[256];
static u32 typed_end;
static u32 typed_begin;

static int find_uart(void)
{
	int chosen = tree_path("/chosen"), node = -1;
	const char *path = chosen < 0 ? NULL : tree_text(chosen, "stdout-path");

	if (path)
		node = tree_path(path);
	if (node < 0)
		node = tree_find("arm,sbsa-uart");
	if (node < 0)
		node = tree_find("arm,pl011");
	return node;
}

/**
 * console_start() - find the console
 *
 * Return: whether there is one. What is said without one is lost.
 */
bool console_start(void)
{
	struct range range;

	uart_node = find_uart();
	if (uart_node < 0 || !tree_reg(uart_node, 0, &range))
		return false;
	uart = range.start;
	if (!tree_is(uart_node, "arm,sbsa-uart"))
		write32(uart + UART_CR, UART_CR_ON);
	return true;
}

/*
 * What there is no room for is lost, as in every such device. The interrupt is taken back
 * first: of what comes afterwards there has to be another.
 */
static void receive(void)
{
	u32 next;

	write32(uart + UART_ICR, UART_RECEIVED);
	while (!(read32(uart + UART_FR) & UART_FR_NOTHING)) {
		next = (typed_end + 1) % sizeof(typed);
		typed[typed_end] = (u8)read32(uart + UART_DR);
		if (next != typed_begin)
			typed_end = next;
	}
}

/**
 * console_listen() - let an interrupt say that something was typed
 */
void console_listen(void)
{
	u32 interrupt;

	if (!uart || !tree_interrupt(uart_node, 0, &interrupt))
		return;
	write32(uart + UART_IMSC, UART_RECEIVED);
	listening = gic_listen(interrupt, receive);
}

/**
 * console_take() - the next character that was typed
 *
 * Return: -1 if there is none.
 */
int console_take(void)
{
	u8 character;

	if (uart && !listening)
		receive();
	if (typed_begin == typed_end)
		return -1;
	character = typed[typed_begin];
	typed_begin = (typed_begin + 1) % sizeof(typed);
	return character;
}

static void put(u8 character)
{
	while (read32(uart + UART_FR) & UART_FR_FULL)
		;
	write32(uart + UART_DR, character);
}

/**
 * console_flush() - wait until all of it is out
 */
void console_flush(void)
{
	while (uart && read32(uart + UART_FR) & UART_FR_BUSY)
		;
}

/**
 * say() - print, with the ends of lines that a terminal wants
 * @text: as for format(); up to 1023 characters
 */
void say(const char *text, ...)
{
	char line[1024];
	const char *at;
	va_list args;

	if (!uart)
		return;
	va_start(args, text);
	format(line, sizeof(line), text, args);
	va_end(args);
	for (at = line; *at; at++) {
		if (*at == '\n')
			put('\r');
		put(*at);
	}
}
