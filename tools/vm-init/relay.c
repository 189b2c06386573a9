// SPDX-License-Identifier: GPL-2.0-or-later
/* Bytes on their way from one file to another, neither of which anybody waits for. */
#include <errno.h>
#include <poll.h>
#include <unistd.h>
#include "relay.h"

/* At once: there are others to look after. */
#define PIECES_MAX 16

int relay_input(const struct relay *relay)
{
	return relay->size ? -1 : relay->from;
}

int relay_output(const struct relay *relay)
{
	return relay->size ? relay->to : -1;
}

/* What a file is ready for, its end included. */
static short look(int fd, short events, int timeout_ms)
{
	struct pollfd file = { .fd = fd, .events = events };

	return poll(&file, 1, timeout_ms) > 0 ? file.revents : 0;
}

static bool would_wait(void)
{
	return errno == EAGAIN || errno == EINTR;
}

/* Whether there was something. Of a terminal that nobody has open an error is the end. */
static bool take(struct relay *relay)
{
	ssize_t n;

	if (relay->from < 0 || !look(relay->from, POLLIN, 0))
		return false;
	n = read(relay->from, relay->text, sizeof(relay->text));
	if (n == 0 || (n < 0 && !would_wait()))
		relay->from = -1;
	relay->start = 0;
	relay->size = n > 0 ? n : 0;
	relay->total += relay->size;
	return n > 0;
}

/* One that has ended, such as a port whose other end was closed, takes nothing more. */
static ssize_t write_some(struct relay *relay)
{
	short ready = look(relay->to, POLLOUT, 0);
	ssize_t n = -1;

	errno = ready ? EPIPE : EAGAIN;
	if (ready & POLLOUT)
		n = write(relay->to, relay->text + relay->start, relay->size);
	return n;
}

/* Whether something went away. */
static bool give(struct relay *relay)
{
	ssize_t n = relay->to < 0 ? (ssize_t)relay->size : write_some(relay);

	if (n < 0 && would_wait())
		return false;
	if (n < 0) {
		relay->to = -1;
		n = relay->size;
	}
	relay->start += n;
	relay->size -= n;
	return true;
}

void relay_move(struct relay *relay)
{
	for (int i = 0; i < PIECES_MAX; i++)
		if (relay->size ? !give(relay) : !take(relay))
			return;
}

bool relay_drain(struct relay *relay, int timeout_ms)
{
	for (;;) {
		if (!relay->size && !take(relay))
			return true;
		if (!give(relay) && !look(relay->to, POLLOUT, timeout_ms))
			return false;
	}
}
