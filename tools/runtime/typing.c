// SPDX-License-Identifier: GPL-2.0-or-later
/* What is typed on standard input, for whoever in a container takes it. */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "runtime.h"

void typing_open(struct typing *typing, bool terminal)
{
	*typing = (struct typing){ .input = -1 };
	if (!console_is_typed(STDIN_FILENO, terminal))
		return;
	typing->input = STDIN_FILENO;
	typing->in_front = !isatty(STDIN_FILENO);
}

void typing_look(struct typing *typing)
{
	typing->in_front = typing->input >= 0 && console_is_in_front(typing->input);
	if (!typing->in_front)
		typing->keys = false;
}

void typing_take_keys(struct typing *typing, void (*change)(struct termios *modes))
{
	struct termios modes;

	if (typing->keys || !typing->in_front || tcgetattr(typing->input, &modes))
		return;
	if (!typing->saved)
		typing->before = modes;
	typing->saved = true;
	change(&modes);
	typing->keys = !tcsetattr(typing->input, TCSANOW, &modes);
}

int typing_input(const struct typing *typing)
{
	return typing->in_front && !typing->size ? typing->input : -1;
}

void typing_read(struct typing *typing)
{
	ssize_t n = read(typing->input, typing->text, sizeof(typing->text));

	if (n > 0)
		typing->size = n;
	else if (n == 0 ||
		 (errno != EAGAIN && errno != EINTR && console_is_in_front(typing->input)))
		typing->input = -1;
}

void typing_sent(struct typing *typing, size_t n)
{
	typing->size -= n;
	memmove(typing->text, typing->text + n, typing->size);
}

void typing_close(const struct typing *typing)
{
	if (typing->saved && console_is_in_front(STDIN_FILENO))
		tcsetattr(STDIN_FILENO, TCSANOW, &typing->before);
}
