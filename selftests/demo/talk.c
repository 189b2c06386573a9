// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program of the remote processor demonstration's second container: sends
 * each argument to the endpoint that it was given, as a message, and prints the answer.
 */
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Longest message that mainline's rpmsg takes. */
#define MESSAGE_MAX 496
#define ANSWER_MS 10000

static void talk(int fd, const char *text)
{
	struct pollfd file = { .fd = fd, .events = POLLIN };
	char answer[MESSAGE_MAX];
	ssize_t size;

	if (write(fd, text, strlen(text)) < 0)
		err(EXIT_FAILURE, "%s: write", text);
	if (poll(&file, 1, ANSWER_MS) != 1)
		errx(EXIT_FAILURE, "%s: no answer in %d ms", text, ANSWER_MS);
	size = read(fd, answer, sizeof(answer));
	if (size < 0)
		err(EXIT_FAILURE, "%s: read", text);
	printf("%-32s -> %.*s\n", text, (int)size, answer);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int fd;

	if (argc < 3)
		errx(EXIT_FAILURE, "usage: talk DEVICE TEXT...");
	fd = open(argv[1], O_RDWR | O_CLOEXEC);
	if (fd < 0)
		err(EXIT_FAILURE, "%s", argv[1]);
	for (argv += 2; *argv; argv++)
		talk(fd, *argv);
	return EXIT_SUCCESS;
}
