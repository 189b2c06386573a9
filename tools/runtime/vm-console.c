// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The console of a virtual machine: what the guest says goes to standard output, what
 * comes to standard input to the guest, all keys of a terminal among it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include "vm.h"

/* At once. One that floods must not keep us busy. */
#define READS 16

/* Between two looks whether a terminal has become ours, and at who reads slowly. */
#define FRONT_MS 250
#define WRITE_MS 20

enum { FILE_INPUT, FILE_LINES };

void vm_console_open(struct vm_console *console, struct output *output, bool terminal)
{
	*console = (struct vm_console){ .output = output, .code = -1 };
	typing_open(&console->typing, terminal);
}

void vm_console_add(struct vm_console *console, int fd)
{
	struct vm_line *line = &console->line[console->count++];

	*line = (struct vm_line){ .fd = fd, .exit.code = -1 };
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static int typed_to(const struct vm_console *console)
{
	return console->count ? console->line[console->spoke].fd : -1;
}

void vm_console_files(const struct vm_console *console, struct pollfd *files)
{
	int input = typed_to(console) < 0 ? -1 : typing_input(&console->typing);

	files[FILE_INPUT] = (struct pollfd){ input, POLLIN, 0 };
	for (size_t i = 0; i < VM_CONSOLES; i++) {
		const struct vm_line *line = &console->line[i];

		files[FILE_LINES + i] =
			(struct pollfd){ i < console->count ? line->fd : -1, POLLIN, 0 };
	}
	if (console->typing.size)
		files[FILE_LINES + console->spoke].events |= POLLOUT;
}

int vm_console_wait_ms(const struct vm_console *console)
{
	const struct typing *typing = &console->typing;

	if (console->output->size)
		return WRITE_MS;
	return typing->input >= 0 && (!typing->in_front || isatty(typing->input)) ? FRONT_MS : -1;
}

static void put(void *data, const char *text, size_t size)
{
	output_add(data, text, size);
}

/* Whether there may be more now. */
static bool hear(struct vm_console *console, size_t i)
{
	struct vm_line *line = &console->line[i];
	char text[4096];
	ssize_t n = line->fd < 0 ? 0 : read(line->fd, text, sizeof(text));

	if (n > 0) {
		line->heard += n;
		vm_exit_feed(&line->exit, text, n, put, console->output);
		if (line->exit.code >= 0)
			console->code = line->exit.code;
		console->spoke = i;
		return true;
	}
	if (line->fd < 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return false;
	/* a terminal has no other end between two who have it open */
	if (n < 0 && errno == EIO && isatty(line->fd))
		return false;
	close(line->fd);
	line->fd = -1;
	return false;
}

static void send_typed(struct vm_console *console)
{
	struct typing *typing = &console->typing;
	int fd = typed_to(console);
	ssize_t n = fd < 0 ? 0 : write(fd, typing->text, typing->size);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		n = typing->size;
	if (n > 0)
		typing_sent(typing, n);
}

void vm_console_look(struct vm_console *console, const struct pollfd *files)
{
	for (size_t i = 0; i < console->count; i++)
		for (int n = 0; n < READS && files[FILE_LINES + i].revents; n++)
			if (!hear(console, i))
				break;
	typing_look(&console->typing);
	/* all keys are the guest's: it shows them, and knows what they mean */
	typing_take_keys(&console->typing, console_raw_modes);
	if (files[FILE_INPUT].revents)
		typing_read(&console->typing);
	if (console->typing.size)
		send_typed(console);
	output_write(console->output);
}

void vm_console_drain(struct vm_console *console)
{
	for (size_t i = 0; i < console->count; i++) {
		while (hear(console, i))
			output_write(console->output);
		vm_exit_end(&console->line[i].exit, put, console->output);
	}
	output_finish(console->output);
}
