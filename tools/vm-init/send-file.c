// SPDX-License-Identifier: GPL-2.0-or-later
/* An open file goes to another process, beside a text. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include "send-file.h"

int send_file(int sock, int file, const char *text, size_t size)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec data = { (char *)text, size };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &file, sizeof(int));
	return sendmsg(sock, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}
