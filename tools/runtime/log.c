// SPDX-License-Identifier: GPL-2.0-or-later
/* Errors where engines look for them: standard error and the file of --log. */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../../lib/clean.h"
#include "runtime.h"

#define TEXT_MAX 1024

/* For a reader of standard error. */
#define WRITE_MS 1000

/* crun takes "file:PATH"; its journal and syslog are not written to. */
static int open_log(const char *log)
{
	if (!strncmp(log, "file:", 5))
		log += 5;
	else if (!strncmp(log, "journald:", 9) || !strncmp(log, "syslog:", 7))
		return -1;
	return open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644);
}

/* To be freed; its length, or -1 without memory. */
static int make_line(const struct command *command, const char *level, const char *text,
		     char **line)
{
	struct json_object *message = json_object_new_string(text);
	const char *quoted;
	char now[NOW_SIZE];
	int length;

	quoted = json_object_to_json_string_ext(message, JSON_C_TO_STRING_NOSLASHESCAPE);
	length = asprintf(line,
			  command->log_json ? "{\"level\":\"%s\",\"msg\":%s,\"time\":\"%s\"}\n" :
					      "level=%s msg=%s time=\"%s\"\n",
			  level, quoted ? quoted : "\"\"", now_text(now, NOW_RFC3339, 0));
	json_object_put(message);
	return length;
}

/* With one write: the runtime and its children append too. */
static void append_line(const struct command *command, const char *level, const char *text)
{
	int fd = open_log(command->log), length;
	char *line;

	if (fd < 0)
		return;
	length = make_line(command, level, text, &line);
	if (length >= 0) {
		if (write(fd, line, length) != length)
			fprintf(stderr, "hwcontainer-runtime: %s: %s\n", command->log,
				strerror(errno));
		free(line);
	}
	close(fd);
}

bool can_write(int fd, int timeout_ms)
{
	struct pollfd file = { .fd = fd, .events = POLLOUT };

	return poll(&file, 1, timeout_ms) > 0;
}

static void log_text(const struct command *command, const char *level, const char *fmt,
		     va_list args)
{
	char text[TEXT_MAX];

	vsnprintf(text, sizeof(text), fmt, args);
	/* parts of it are a hook's, an image's or a guest's */
	hwc_clean_text(text);
	if (command->sink >= 0) {
		talk_say(command->sink, text);
		return;
	}
	if (command->log)
		append_line(command, level, text);
	/* whoever holds hardware waits for no reader for long */
	if (!command->supervises || can_write(STDERR_FILENO, WRITE_MS))
		fprintf(stderr, "hwcontainer-runtime: %s\n", text);
}

void log_error(const struct command *command, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_text(command, "error", fmt, args);
	va_end(args);
}

void log_warning(const struct command *command, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_text(command, "warning", fmt, args);
	va_end(args);
}

int log_errno(const struct command *command, const char *what)
{
	int err = -errno;

	log_error(command, "%s: %s", what, strerror(-err));
	return err;
}

void log_debug(const struct command *command, const char *fmt, ...)
{
	va_list args;

	if (!command->debug)
		return;
	va_start(args, fmt);
	log_text(command, "debug", fmt, args);
	va_end(args);
}
