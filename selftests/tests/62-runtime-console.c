// SPDX-License-Identifier: GPL-2.0-or-later
/* A firmware container with a terminal, whose other end an engine gets by a socket. */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "cores.h"

#define BUNDLE "/tmp/console-bundle"
#define SOCKET "/tmp/console-socket"
#define RUNTIME "hwcontainer-runtime --root /tmp/console-root "

FIXTURE(console)
{
	int listener;
};

static void write_config(void)
{
	int fd = open(BUNDLE "/config.json", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (dprintf(fd,
		    "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"rootfs\"},"
		    "\"process\":{\"terminal\":true,\"args\":[\"/rpu.elf\"],\"cwd\":\"/\"},"
		    "\"annotations\":{\"remoteproc.name\":\"%s\"},\"linux\":{}}",
		    hwc_test_core()->name) < 0)
		abort();
	close(fd);
}

FIXTURE_SETUP(console)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = SOCKET };
	char command[128];

	ASSERT_EQ(0, hwc_test_core_load());
	ASSERT_EQ(0, hwc_test_run("mkdir -p " BUNDLE "/rootfs"));
	snprintf(command, sizeof(command), "cp %s " BUNDLE "/rootfs/rpu.elf",
		 hwc_test_core()->firmware);
	ASSERT_EQ(0, hwc_test_run(command));
	write_config();
	self->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ASSERT_EQ(0, bind(self->listener, (struct sockaddr *)&address, sizeof(address)));
	ASSERT_EQ(0, listen(self->listener, 1));
}

FIXTURE_TEARDOWN(console)
{
	EXPECT_EQ(0, hwc_test_run(RUNTIME "delete --force c1"));
	close(self->listener);
	EXPECT_EQ(0, hwc_test_core_unload());
	EXPECT_EQ(0, hwc_test_run("rm -r " BUNDLE " " SOCKET " /tmp/console-root"));
}

/* The file that comes with a message, and the message. */
static int receive_file(int sock, char *text, size_t room)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec data = { text, room - 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t size = recvmsg(sock, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int fd;

	if (size < 0 || !header || header->cmsg_type != SCM_RIGHTS)
		return -1;
	text[size] = '\0';
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

TEST_F(console, is_handed_over)
{
	char name[64], first[64], text[256] = "";
	struct pollfd file = { .events = POLLIN };
	size_t size = 0;
	ssize_t n;
	int sock;

	ASSERT_EQ(0, hwc_test_run(RUNTIME "create -b " BUNDLE " --console-socket " SOCKET " c1"));
	sock = accept(self->listener, NULL, NULL);
	ASSERT_LE(0, sock);
	file.fd = receive_file(sock, name, sizeof(name));
	ASSERT_LE(0, file.fd);
	EXPECT_EQ(0, strncmp("/dev/pts/", name, 9)) TH_LOG("%s", name);
	close(sock);

	/* the core's words arrive there, and nothing before */
	EXPECT_EQ(0, poll(&file, 1, 0));
	ASSERT_EQ(0, hwc_test_run(RUNTIME "start c1"));
	while (!strchr(text, '\n')) {
		ASSERT_EQ(1, poll(&file, 1, HWC_TEST_WAIT_MS));
		n = read(file.fd, text + size, sizeof(text) - 1 - size);
		ASSERT_LT(0, n);
		size += n;
	}
	snprintf(first, sizeof(first), "%s\r\n", hwc_test_core()->says);
	EXPECT_EQ(0, strncmp(first, text, strlen(first))) TH_LOG("%s", text);

	/* and the end of it with the container */
	EXPECT_EQ(0, hwc_test_run(RUNTIME "kill c1 KILL"));
	while ((n = read(file.fd, text, sizeof(text))) > 0)
		;
	EXPECT_EQ(EIO, errno);
	close(file.fd);
}

TEST_F(console, nobody_takes_it)
{
	EXPECT_NE(0, hwc_test_run(RUNTIME "create -b " BUNDLE
					  " --console-socket /nowhere c1 2>/tmp/console-err"));
	EXPECT_STREQ("hwcontainer-runtime: --console-socket /nowhere: No such file or directory\n",
		     hwc_test_read("/tmp/console-err"));
	unlink("/tmp/console-err");
	EXPECT_NE(0, access("/tmp/console-root/c1", F_OK));
}

TEST_HARNESS_MAIN
