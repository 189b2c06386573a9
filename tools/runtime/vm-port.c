// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What goes to and from the init of a secure container: its process's standard streams,
 * signals, and how it ended. Nothing that it writes is lost, and a reader that is slow
 * makes it wait, as a pipe would. Only a terminal is the console's matter.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "vm-root.h"

/* For the last of what it wrote, where it was killed. */
#define LAST_WORDS_MS 1000

/* At once: a guest that floods must not keep us busy. */
#define READS 16

const char *vm_port_name(int port)
{
	static const char *const names[VM_PORTS] = { PORT_CONTROL, PORT_IN, PORT_OUT, PORT_ERR };

	return names[port];
}

static int open_port(struct vm_ports *ports, int port)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -errno;
	ports->ours[port] = pair[0];
	ports->theirs[port] = pair[1];
	return fcntl(pair[0], F_SETFL, O_NONBLOCK) ? -errno : 0;
}

int vm_ports_open(struct vm_ports *ports, bool terminal, const uint64_t *heard)
{
	bool typed = !terminal && console_is_typed(STDIN_FILENO, false);
	int err = 0;

	*ports = (struct vm_ports){
		.terminal = terminal, .heard = heard, .messages = -1, .code = -1
	};
	for (int i = 0; i < VM_PORTS; i++)
		ports->ours[i] = ports->theirs[i] = -1;
	for (int i = 0; !err && i < VM_PORTS; i++)
		if (!terminal || i == VM_PORT_CONTROL || i == VM_PORT_OUT)
			err = open_port(ports, i);
	if (err) {
		vm_ports_close(ports);
		return err;
	}
	ports->in =
		(struct relay){ .from = typed ? STDIN_FILENO : -1, .to = ports->ours[VM_PORT_IN] };
	ports->out = (struct relay){ .from = terminal ? -1 : ports->ours[VM_PORT_OUT],
				     .to = STDOUT_FILENO };
	ports->err = (struct relay){ .from = ports->ours[VM_PORT_ERR], .to = STDERR_FILENO };
	return 0;
}

void vm_ports_given(struct vm_ports *ports)
{
	for (int i = 0; i < VM_PORTS; i++) {
		if (ports->theirs[i] >= 0)
			close(ports->theirs[i]);
		ports->theirs[i] = -1;
	}
}

static void close_ours(struct vm_ports *ports, int port)
{
	if (ports->ours[port] >= 0)
		close(ports->ours[port]);
	ports->ours[port] = -1;
}

void vm_ports_close(struct vm_ports *ports)
{
	vm_ports_given(ports);
	for (int i = 0; i < VM_PORTS; i++)
		close_ours(ports, i);
	if (ports->messages >= 0)
		close(ports->messages);
	ports->messages = -1;
}

/* the control port */

/* Whether it was told; a line goes as a whole or, where a guest does not listen, not now. */
static bool say(struct vm_ports *ports, const char *fmt, ...)
{
	char line[CONTROL_LINE_MAX];
	va_list args;
	int size;

	va_start(args, fmt);
	size = vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (ports->ours[VM_PORT_CONTROL] < 0)
		return false;
	ports->full = send(ports->ours[VM_PORT_CONTROL], line, size, MSG_NOSIGNAL) < 0;
	return !ports->full;
}

void vm_ports_signal(struct vm_ports *ports, int number)
{
	say(ports, "signal %d\n", number);
}

static void take_exit(struct vm_ports *ports, const char *text)
{
	char *at;

	ports->code = strtol(text, &at, 10) & 0xff;
	ports->expected[0] = strtoull(at, &at, 10);
	ports->expected[1] = strtoull(at, NULL, 10);
}

static void take_line(struct vm_ports *ports, const char *line)
{
	if (!strncmp(line, "exit ", 5))
		take_exit(ports, line + 5);
	else if (!strncmp(line, "error ", 6))
		snprintf(ports->error, sizeof(ports->error), "%s", line + 6);
}

static void take_lines(struct vm_ports *ports)
{
	char *end;

	while ((end = memchr(ports->line, '\n', ports->filled))) {
		size_t size = end + 1 - ports->line;

		*end = '\0';
		take_line(ports, ports->line);
		ports->filled -= size;
		memmove(ports->line, end + 1, ports->filled);
	}
	/* none that a vm-init writes is so long */
	if (ports->filled == sizeof(ports->line))
		ports->filled = 0;
}

/* Whether there may be more. */
static bool hear(struct vm_ports *ports)
{
	ssize_t n;

	if (ports->ours[VM_PORT_CONTROL] < 0)
		return false;
	n = recv(ports->ours[VM_PORT_CONTROL], ports->line + ports->filled,
		 sizeof(ports->line) - ports->filled, MSG_DONTWAIT);
	if (n > 0) {
		ports->filled += n;
		take_lines(ports);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		close_ours(ports, VM_PORT_CONTROL);
	}
	return n > 0;
}

/* the console */

static void end_message(struct vm_ports *ports)
{
	static const char mark[] = "Kernel panic";
	const char *at;

	ports->message[ports->message_size] = '\0';
	ports->message_size = 0;
	at = strstr(ports->message, mark);
	if (at && !*ports->panic)
		strcpy(ports->panic, at);
	/* an init that has no port for it */
	at = strstr(ports->message, CONSOLE_MARK);
	if (at)
		take_line(ports, at + strlen(CONSOLE_MARK));
}

static void take_messages(struct vm_ports *ports, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\n' || ports->message_size == sizeof(ports->message) - 1)
			end_message(ports);
		if (text[i] != '\n' && text[i] != '\r')
			ports->message[ports->message_size++] = text[i];
	}
}

/* Nothing of it is kept but why the guest cannot go on. Whether there may be more. */
static bool hear_console(struct vm_ports *ports)
{
	char text[1024];
	ssize_t n;

	if (ports->messages < 0)
		return false;
	n = recv(ports->messages, text, sizeof(text), MSG_DONTWAIT);
	if (n > 0) {
		take_messages(ports, text, n);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		close(ports->messages);
		ports->messages = -1;
	}
	return n > 0;
}

/* standard streams */

static void tell_end(struct vm_ports *ports)
{
	if (ports->terminal || ports->told_end || ports->in.from >= 0 || ports->in.size)
		return;
	ports->told_end = say(ports, "eof %llu\n", (unsigned long long)ports->in.total);
}

/* What nobody reads any more the process is not to write any more, either. */
static void end_output(struct vm_ports *ports, struct relay *relay, int port)
{
	if (relay->from < 0 || relay->to >= 0)
		return;
	relay->from = -1;
	close_ours(ports, port);
}

static void tell_size(struct vm_ports *ports)
{
	struct winsize size;

	if (!ports->terminal || ioctl(STDIN_FILENO, TIOCGWINSZ, &size))
		return;
	if (size.ws_row == ports->rows && size.ws_col == ports->columns)
		return;
	if (!say(ports, "size %u %u\n", size.ws_row, size.ws_col))
		return;
	ports->rows = size.ws_row;
	ports->columns = size.ws_col;
}

static bool has_all(const struct relay *relay, uint64_t expected)
{
	return !relay->size && (relay->from < 0 || relay->total >= expected);
}

/* The guest ends when all that its process wrote is here. */
static void tell_off(struct vm_ports *ports)
{
	if (ports->code < 0 || ports->off)
		return;
	if (ports->terminal ? *ports->heard < ports->expected[0] :
			      !has_all(&ports->out, ports->expected[0]) ||
				      !has_all(&ports->err, ports->expected[1]))
		return;
	ports->off = say(ports, "off\n");
}

void vm_ports_files(const struct vm_ports *ports, struct pollfd *files)
{
	const int wanted[VM_PORTS_FILES][2] = {
		{ ports->ours[VM_PORT_CONTROL], ports->full ? POLLIN | POLLOUT : POLLIN },
		{ relay_input(&ports->in), POLLIN },
		{ relay_output(&ports->in), POLLOUT },
		{ relay_input(&ports->out), POLLIN },
		{ relay_output(&ports->out), POLLOUT },
		{ relay_input(&ports->err), POLLIN },
		{ relay_output(&ports->err), POLLOUT },
		{ ports->messages, POLLIN },
	};

	for (int i = 0; i < VM_PORTS_FILES; i++)
		files[i] = (struct pollfd){ wanted[i][0], wanted[i][1], 0 };
}

void vm_ports_look(struct vm_ports *ports)
{
	ports->full = false;
	for (int i = 0; i < READS && hear(ports); i++)
		;
	for (int i = 0; i < READS && hear_console(ports); i++)
		;
	relay_move(&ports->in);
	relay_move(&ports->out);
	relay_move(&ports->err);
	end_output(ports, &ports->out, VM_PORT_OUT);
	end_output(ports, &ports->err, VM_PORT_ERR);
	tell_end(ports);
	tell_size(ports);
	tell_off(ports);
}

void vm_ports_drain(struct vm_ports *ports)
{
	while (hear(ports) || hear_console(ports))
		;
	relay_drain(&ports->out, LAST_WORDS_MS);
	relay_drain(&ports->err, LAST_WORDS_MS);
}
