// SPDX-License-Identifier: GPL-2.0-or-later
/* QEMU's Machine Protocol (docs/interop/qmp-spec.txt there): one JSON object in a line. */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "vm.h"

/* As deep as its messages are at most. */
#define DEPTH_MAX 16

int qmp_send(const struct qmp *qmp, const char *command)
{
	char text[64];
	int size = snprintf(text, sizeof(text), "{\"execute\":\"%s\"}\n", command);

	/* a few bytes, which have room in the socket as long as QEMU reads it at all */
	return send(qmp->fd, text, size, MSG_NOSIGNAL | MSG_DONTWAIT) == size ? 0 : -EPIPE;
}

/* Whether there is something new. */
static bool fill(struct qmp *qmp)
{
	ssize_t n;

	if (!qmp->text)
		qmp->text = malloc(QMP_LINE_MAX + 1);
	if (!qmp->text || qmp->ended)
		return false;
	n = recv(qmp->fd, qmp->text + qmp->size, QMP_LINE_MAX - qmp->size, MSG_DONTWAIT);
	if (n > 0)
		qmp->size += n;
	/* nor does a line end that is longer than any of QEMU's */
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		qmp->ended = true;
	return n > 0;
}

static struct json_object *parse(const char *line)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *message = NULL;

	if (tokener)
		message = json_tokener_parse_ex(tokener, line, strlen(line));
	json_tokener_free(tokener);
	return message;
}

struct json_object *qmp_take(struct qmp *qmp)
{
	struct json_object *message;
	char *end;

	do {
		end = qmp->size ? memchr(qmp->text, '\n', qmp->size) : NULL;
		if (!end)
			continue;
		*end++ = '\0';
		message = parse(qmp->text);
		qmp->size -= end - qmp->text;
		memmove(qmp->text, end, qmp->size);
		if (message)
			return message;
	} while (end || fill(qmp));
	return NULL;
}

void qmp_close(struct qmp *qmp)
{
	if (qmp->fd >= 0)
		close(qmp->fd);
	free(qmp->text);
	*qmp = (struct qmp){ .fd = -1 };
}
