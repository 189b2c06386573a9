/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes on their way from one file to another. The runtime has it at its end of the
 * machine, and vm-init in there.
 */
#ifndef HWC_VM_RELAY_H
#define HWC_VM_RELAY_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct relay - one way
 * @from: -1 when nothing more comes
 * @to: -1 when nobody wants it any more: then it is lost
 * @total: bytes that were read
 * @start: of those in @text that were not written yet
 * @size: of them
 * @text: so much goes into a pipe without waiting where there is room at all
 *
 * Files that make their readers and writers wait may be ends, too.
 */
struct relay {
	int from;
	int to;
	uint64_t total;
	size_t start;
	size_t size;
	char text[PIPE_BUF];
};

/* The files to wait for now, or -1. */
int relay_input(const struct relay *relay);
int relay_output(const struct relay *relay);
/* Passes on what it can, without waiting. */
void relay_move(struct relay *relay);
/* The same for so long; whether all that was there is gone. -1: until it is. */
bool relay_drain(struct relay *relay, int timeout_ms);

#endif
