// SPDX-License-Identifier: GPL-2.0-or-later
/* A terminal that is drawn on. What was on it comes back with the program's end. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "hwctl.h"

/* The other screen and no cursor, as terminals have them since the VT100's heirs. */
#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"

static struct termios before;
static bool is_open;
/* Signals are taken only where they are waited for. */
static sigset_t waiting_mask;
static volatile sig_atomic_t to_end, to_stop, to_enter;

static void on_signal(int number)
{
	if (number == SIGTSTP)
		to_stop = 1;
	else if (number == SIGCONT)
		to_enter = 1;
	else if (number != SIGWINCH)
		to_end = 1;
}

static void take_signals(void)
{
	static const int numbers[] = {
		SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH
	};
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		sigaction(numbers[i], &action, NULL);
		sigaddset(&blocked, numbers[i]);
	}
	sigprocmask(SIG_BLOCK, &blocked, &waiting_mask);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		sigdelset(&waiting_mask, numbers[i]);
}

/* Keys come at once and are not shown; those that are signals stay so. */
static void enter(void)
{
	struct termios raw = before;

	raw.c_lflag &= ~(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	fputs(ENTER, stdout);
	fflush(stdout);
	is_open = true;
}

void screen_close(void)
{
	if (!is_open)
		return;
	is_open = false;
	fputs(LEAVE, stdout);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
}

int screen_open(void)
{
	if (!isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &before))
		return -ENOTTY;
	take_signals();
	atexit(screen_close);
	enter();
	return 0;
}

void screen_size(size_t *rows, size_t *columns)
{
	struct winsize size = { 0 };

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	*rows = size.ws_row ? size.ws_row : 24;
	*columns = size.ws_col ? size.ws_col : 80;
}

/* The last row says what there is no room for. */
void screen_draw(const char *lines)
{
	size_t rows, columns, left = 0;

	screen_size(&rows, &columns);
	for (const char *at = lines; *at; at++)
		left += *at == '\n';
	fputs("\033[H", stdout);
	for (size_t row = 1; *lines && row <= rows; row++, left--) {
		size_t len = strcspn(lines, "\n");

		if (row == rows && left > 1)
			printf("%.*s\033[K", (int)columns, "... more than there is room for");
		else
			printf("%.*s\033[K%s", (int)len, lines, row == rows ? "" : "\n");
		lines += len + (lines[len] == '\n');
	}
	fputs("\033[J", stdout);
	fflush(stdout);
}

/* The shell sees its terminal as it was meanwhile. */
static void stop(void)
{
	screen_close();
	to_stop = 0;
	raise(SIGSTOP);
	to_enter = 1;
}

static int key_pressed(void)
{
	char key;

	return read(STDIN_FILENO, &key, 1) == 1 ? (unsigned char)key : -EINTR;
}

int screen_wait(int fd, int ms)
{
	const struct timespec timeout = { ms / 1000, ms % 1000 * 1000000L };
	struct pollfd files[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
	};
	int ready = ppoll(files, ARRAY_SIZE(files), &timeout, &waiting_mask);

	if (to_stop)
		stop();
	if (to_enter) {
		to_enter = 0;
		enter();
	}
	if (to_end || ferror(stdout))
		return -EINTR;
	return ready > 0 && files[0].revents ? key_pressed() : 0;
}
