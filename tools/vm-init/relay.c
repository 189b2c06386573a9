// SPDX-License-Identifier: GPL-2.0-or-later
/* Bytes on their way from one file to another, neither of which anybody waits for. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include "vm-init.h"

short relay_wants_input(const struct relay *relay)
{
	return relay->from >= 0 && !relay->size ? POLLIN : 0;
}

short relay_wants_output(const struct relay *relay)
{
	return relay->to >= 0 && relay->size ? POLLOUT : 0;
}

static bool would_wait(void)
{
	return errno == EAGAIN || errno == EINTR;
}

/* Whether there was something. A terminal that nobody has open any more is an end, too. */
static bool take(struct relay *relay)
{
	ssize_t n = read(relay->from, relay->text, sizeof(relay->text));

	relay->start = 0;
	relay->size = n > 0 ? n : 0;
	relay->total += relay->size;
	if (n == 0 || (n < 0 && !would_wait()))
		relay->from = -1;
	return n > 0;
}

/* Whether it is all gone. What nobody wants is gone, as what is written to a closed pipe. */
static bool give(struct relay *relay)
{
	ssize_t n = -1;

	if (relay->to >= 0)
		n = write(relay->to, relay->text + relay->start, relay->size);
	if (n < 0 && relay->to >= 0 && would_wait())
		return false;
	if (n < 0) {
		relay->to = -1;
		n = relay->size;
	}
	relay->start += n;
	relay->size -= n;
	return !relay->size;
}

void relay_move(struct relay *relay)
{
	/* bounded, for there are others to look after */
	for (int i = 0; i < 16; i++) {
		if (relay->size && !give(relay))
			return;
		if (relay->from < 0 || !take(relay))
			return;
	}
}

void relay_drain(struct relay *relay)
{
	struct pollfd file = { .events = POLLOUT };

	for (;;) {
		if (!relay->size && (relay->from < 0 || !take(relay)))
			return;
		if (give(relay))
			continue;
		file.fd = relay->to;
		poll(&file, 1, -1);
	}
}
