// SPDX-License-Identifier: GPL-2.0-or-later
/* Packets between a domain's keeper and the container's process, which carry files, too. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "vm-xen.h"

/* Room for the files of one packet. */
union control {
	struct cmsghdr head;
	char room[CMSG_SPACE(XL_FILES_MAX * sizeof(int))];
};

/* Those that there are; @which says which they are. */
static size_t add_files(struct msghdr *message, union control *control, const int *files, size_t n,
			char *which)
{
	int there[XL_FILES_MAX];
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		if (files[i] < 0)
			continue;
		which[count] = '0' + i;
		there[count++] = files[i];
	}
	if (!count)
		return 0;
	message->msg_control = control;
	message->msg_controllen = CMSG_SPACE(count * sizeof(int));
	control->head = (struct cmsghdr){ .cmsg_len = CMSG_LEN(count * sizeof(int)),
					  .cmsg_level = SOL_SOCKET,
					  .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&control->head), there, count * sizeof(int));
	return count;
}

/* And behind it which files there are; returns their length. */
static size_t put_text(char *packet, const char *text, const char *which, size_t count)
{
	size_t room = KEEPER_PACKET - 1 - count, length = strnlen(text ? text : "", room);

	if (length)
		memcpy(packet, text, length);
	memcpy(packet + length, which, count);
	return length + count;
}

int keeper_send(int socket, char kind, const char *text, const int *files, size_t n)
{
	char packet[KEEPER_PACKET];
	struct iovec data = { .iov_base = packet };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };
	union control control = { 0 };
	char which[XL_FILES_MAX];
	size_t count;

	packet[0] = kind;
	count = add_files(&message, &control, files, n, which);
	data.iov_len = 1 + put_text(packet + 1, text, which, count);
	return sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Each goes where the end of the text says; more than that are nobody's. */
static void take_files(struct msghdr *message, struct keeper_packet *packet)
{
	struct cmsghdr *head = CMSG_FIRSTHDR(message);
	size_t n = 0, length = strlen(packet->text);
	char *which;
	int fd;

	if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS)
		n = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	which = packet->text + (length > n ? length - n : 0);
	for (size_t i = 0; i < n; i++) {
		size_t number = which + i < packet->text + length ? which[i] - '0' : XL_FILES_MAX;

		memcpy(&fd, CMSG_DATA(head) + i * sizeof(fd), sizeof(fd));
		if (number < XL_FILES_MAX && packet->files[number] < 0)
			packet->files[number] = fd;
		else
			close(fd);
	}
	if (n)
		*which = '\0';
}

int keeper_receive(int socket, struct keeper_packet *packet, int timeout_ms)
{
	struct iovec data[] = { { &packet->kind, 1 }, { packet->text, KEEPER_PACKET - 1 } };
	union control control;
	struct msghdr message = { .msg_iov = data,
				  .msg_iovlen = 2,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	struct pollfd file = { socket, POLLIN, 0 };
	ssize_t size;

	packet->kind = 0;
	for (size_t i = 0; i < XL_FILES_MAX; i++)
		packet->files[i] = -1;
	if (!poll(&file, 1, timeout_ms))
		return -ETIMEDOUT;
	size = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return -EAGAIN;
	if (size <= 0)
		return -ECONNRESET;
	packet->text[size - 1] = '\0';
	take_files(&message, packet);
	return 0;
}

bool keeper_is_answer(const struct keeper_packet *packet, char request)
{
	return (packet->kind == KEEPER_DONE || packet->kind == KEEPER_NOT_DONE) &&
	       packet->text[0] == request;
}

void keeper_close(const struct keeper_packet *packet)
{
	for (size_t i = 0; i < XL_FILES_MAX; i++)
		if (packet->files[i] >= 0)
			close(packet->files[i]);
}
