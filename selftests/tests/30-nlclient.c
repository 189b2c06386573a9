// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A second netlink client, on libnl, that knows nothing but the spec: what goes
 * over the wire is tested by something that is not our library. Then everything
 * that a client must not send: each gets an errno and a sentence and changes
 * nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <kselftest_harness.h>
#include <linux/hwcontainer.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TOYS 4
#define TOY_KNOBS "/sys/kernel/debug/hwcontainer-toy/"
#define NO_SUCH_FD 9999
#define WAIT_MS 20000

/* Room for the largest message there is. */
#define ROOM (512 * 1024)

/**
 * struct answer - what came back for one request
 * @err: 0 or -errno of the acknowledgement; 1 when there was none
 * @sentence: what it said
 * @replies: messages before it
 * @payload: attributes of the last one
 * @size: bytes of those
 */
struct answer {
	int err;
	char sentence[256];
	unsigned int replies;
	uint8_t payload[65536];
	size_t size;
};

FIXTURE(nl)
{
	struct nl_sock *sock;
	int family;
	struct answer *got;
};

static struct nl_sock *connect_genl(void)
{
	struct nl_sock *sock = nl_socket_alloc();
	int one = 1;

	if (!sock || genl_connect(sock))
		return NULL;
	nl_socket_disable_auto_ack(sock);
	nl_socket_set_buffer_size(sock, ROOM, ROOM);
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	return sock;
}

/* The attributes behind an acknowledgement. */
static void take_sentence(struct answer *got, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *ack = nlmsg_data(nlh);
	const struct nlattr *text;

	got->err = ack->error;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	text = nla_find((void *)(ack + 1), nlmsg_datalen(nlh) - sizeof(*ack), NLMSGERR_ATTR_MSG);
	if (text)
		snprintf(got->sentence, sizeof(got->sentence), "%s", (char *)nla_data(text));
}

static void take_reply(struct answer *got, const struct nlmsghdr *nlh)
{
	size_t size = nlmsg_datalen(nlh) - GENL_HDRLEN;

	got->replies++;
	if (size > sizeof(got->payload))
		return;
	memcpy(got->payload, (char *)nlmsg_data(nlh) + GENL_HDRLEN, size);
	got->size = size;
}

/* Whether that was the last message. */
static bool take_message(struct answer *got, const struct nlmsghdr *nlh)
{
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		take_sentence(got, nlh);
		return true;
	case NLMSG_DONE:
		got->err = 0;
		return true;
	default:
		take_reply(got, nlh);
		return false;
	}
}

static bool take_datagram(struct nl_sock *sock, struct answer *got)
{
	struct sockaddr_nl from;
	unsigned char *data = NULL;
	bool last = false;
	struct nlmsghdr *nlh;
	int left = nl_recv(sock, &from, &data, NULL);

	for (nlh = (void *)data; left > 0 && nlmsg_ok(nlh, left); nlh = nlmsg_next(nlh, &left))
		last = take_message(got, nlh) || last;
	free(data);
	return last;
}

/* Sends @size bytes as they are; answers are there at once or never. */
static void exchange(struct nl_sock *sock, const void *data, size_t size, struct answer *got)
{
	struct pollfd file = { .fd = nl_socket_get_fd(sock), .events = POLLIN };
	struct nlmsghdr *nlh = (void *)data;

	nlh->nlmsg_pid = nl_socket_get_local_port(sock);
	nlh->nlmsg_seq = nl_socket_use_seq(sock);
	*got->sentence = '\0';
	got->replies = 0;
	got->size = 0;
	got->err = 1;
	if (nl_sendto(sock, (void *)data, size) < 0)
		return;
	while (poll(&file, 1, 200) > 0)
		if (take_datagram(sock, got))
			return;
}

static void talk(FIXTURE_DATA(nl) * self, struct nl_msg *msg)
{
	exchange(self->sock, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len, self->got);
	nlmsg_free(msg);
}

static struct nl_msg *message(FIXTURE_DATA(nl) * self, uint8_t cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(ROOM);

	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, self->family, 0,
				 NLM_F_REQUEST | flags, cmd, HWCONTAINER_FAMILY_VERSION))
		abort();
	return msg;
}

static struct nl_msg *request(FIXTURE_DATA(nl) * self, uint8_t cmd)
{
	return message(self, cmd, NLM_F_ACK);
}

static const struct nlattr *reply_attr(const struct answer *got, int type)
{
	return nla_find((void *)got->payload, got->size, type);
}

static uint32_t reply_u32(const struct answer *got, int type)
{
	const struct nlattr *attr = reply_attr(got, type);

	return attr && nla_len(attr) == sizeof(uint32_t) ? nla_get_u32((void *)attr) : UINT32_MAX;
}

/* Like the spec's type uint: four or eight bytes. */
static uint64_t attr_uint(const struct nlattr *attr)
{
	return nla_len(attr) == 8 ? nla_get_u64((void *)attr) : nla_get_u32((void *)attr);
}

static void put_wish(struct nl_msg *msg, const char *name, int image)
{
	struct nlattr *nest = nla_nest_start(msg, HWCONTAINER_A_TXN_REQUEST | NLA_F_NESTED);

	NLA_PUT_STRING(msg, HWCONTAINER_A_REQUEST_RESOURCE, name);
	if (image >= 0)
		NLA_PUT_S32(msg, HWCONTAINER_A_REQUEST_IMAGE_FD, image);
	nla_nest_end(msg, nest);
	return;
nla_put_failure:
	abort();
}

static struct nl_msg *wish(FIXTURE_DATA(nl) * self, const char *name)
{
	struct nl_msg *msg = request(self, HWCONTAINER_CMD_CLAIM_NEW);

	put_wish(msg, name, -1);
	return msg;
}

static struct nl_msg *about_claim(FIXTURE_DATA(nl) * self, uint8_t cmd, uint32_t id)
{
	struct nl_msg *msg = request(self, cmd);

	nla_put_u32(msg,
		    cmd == HWCONTAINER_CMD_CLAIM_GET ? HWCONTAINER_A_CLAIM_ID :
						       HWCONTAINER_A_TXN_CLAIM_ID,
		    id);
	return msg;
}

/* Number of the claim that the last answer granted first. */
static uint32_t granted(const struct answer *got)
{
	const struct nlattr *grant = reply_attr(got, HWCONTAINER_A_TXN_GRANT);
	const struct nlattr *id;

	if (!grant)
		return 0;
	id = nla_find(nla_data(grant), nla_len(grant), HWCONTAINER_A_GRANT_ID);
	return id ? nla_get_u32((void *)id) : 0;
}

/* How many objects a dump shows, or -errno. */
static int count(FIXTURE_DATA(nl) * self, uint8_t cmd)
{
	talk(self, message(self, cmd, NLM_F_DUMP));
	return self->got->err ? -abs(self->got->err) : (int)self->got->replies;
}

static bool wait_claim(FIXTURE_DATA(nl) * self, uint32_t id, uint32_t state)
{
	for (int ms = 0; ms < WAIT_MS; ms += 5) {
		talk(self, about_claim(self, HWCONTAINER_CMD_CLAIM_GET, id));
		if (state ? reply_u32(self->got, HWCONTAINER_A_CLAIM_STATE) == state :
			    self->got->err == -ENOENT)
			return true;
		usleep(5000);
	}
	return false;
}

static int new_claim(FIXTURE_DATA(nl) * self, const char *name)
{
	talk(self, wish(self, name));
	return self->got->err ? self->got->err : (int)granted(self->got);
}

static bool end_claim(FIXTURE_DATA(nl) * self, uint32_t id)
{
	talk(self, about_claim(self, HWCONTAINER_CMD_CLAIM_DEL, id));
	return !self->got->err && wait_claim(self, id, 0);
}

static uint32_t in_use(FIXTURE_DATA(nl) * self, const char *name)
{
	struct nl_msg *msg = request(self, HWCONTAINER_CMD_RESOURCE_GET);

	nla_put_string(msg, HWCONTAINER_A_RESOURCE_NAME, name);
	talk(self, msg);
	return reply_u32(self->got, HWCONTAINER_A_RESOURCE_IN_USE);
}

/* No claim, and no toy that is held. */
static bool is_untouched(FIXTURE_DATA(nl) * self)
{
	char name[8];

	for (int i = 0; i < TOYS; i++) {
		snprintf(name, sizeof(name), "toy%d", i);
		if (in_use(self, name))
			return false;
	}
	return count(self, HWCONTAINER_CMD_CLAIM_GET) == 0;
}

static int pidfd_open(pid_t pid)
{
	return syscall(SYS_pidfd_open, pid, 0);
}

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (!pid) {
		for (;;)
			pause();
	}
	return pid;
}

static void end_process(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

FIXTURE_SETUP(nl)
{
	ASSERT_EQ(0, system("modprobe hwcontainer-toy count=4"));
	self->sock = connect_genl();
	ASSERT_NE(NULL, self->sock);
	self->family = genl_ctrl_resolve(self->sock, HWCONTAINER_FAMILY_NAME);
	ASSERT_LT(0, self->family);
	self->got = calloc(1, sizeof(*self->got));
	ASSERT_NE(NULL, self->got);
	ASSERT_TRUE(is_untouched(self));
}

FIXTURE_TEARDOWN(nl)
{
	EXPECT_TRUE(is_untouched(self));
	free(self->got);
	nl_socket_free(self->sock);
	EXPECT_EQ(0, system("rmmod hwcontainer-toy"));
}

TEST_F(nl, family_is_as_the_spec_says)
{
	ASSERT_LT(0, genl_ctrl_resolve_grp(self->sock, HWCONTAINER_FAMILY_NAME,
					   HWCONTAINER_MCGRP_EVENTS));
}

TEST_F(nl, noop_does_nothing)
{
	talk(self, request(self, HWCONTAINER_CMD_NOOP));
	EXPECT_EQ(0, self->got->err);
	EXPECT_EQ(0, self->got->replies);
	EXPECT_STREQ("", self->got->sentence);
}

TEST_F(nl, info_names_version_and_kinds)
{
	const struct nlattr *attr;
	bool toy = false;
	int left;

	talk(self, request(self, HWCONTAINER_CMD_INFO_GET));
	ASSERT_EQ(0, self->got->err);
	ASSERT_EQ(1, self->got->replies);
	ASSERT_NE(NULL, reply_attr(self->got, HWCONTAINER_A_INFO_VERSION));
	nla_for_each_attr(attr, (struct nlattr *)self->got->payload, (int)self->got->size, left)
		if (nla_type(attr) == HWCONTAINER_A_INFO_KIND && !strcmp(nla_data(attr), "toy"))
			toy = true;
	EXPECT_TRUE(toy);
}

TEST_F(nl, resource_by_name_and_by_number_is_the_same)
{
	struct nl_msg *msg = request(self, HWCONTAINER_CMD_RESOURCE_GET);
	uint8_t before[4096];
	size_t size;

	nla_put_string(msg, HWCONTAINER_A_RESOURCE_NAME, "toy2");
	talk(self, msg);
	ASSERT_EQ(0, self->got->err);
	EXPECT_STREQ("toy2", nla_data(reply_attr(self->got, HWCONTAINER_A_RESOURCE_NAME)));
	EXPECT_STREQ("toy", nla_data(reply_attr(self->got, HWCONTAINER_A_RESOURCE_KIND)));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE,
		  reply_u32(self->got, HWCONTAINER_A_RESOURCE_STATE));
	EXPECT_EQ(1, reply_u32(self->got, HWCONTAINER_A_RESOURCE_CAPACITY));
	EXPECT_EQ(0, reply_u32(self->got, HWCONTAINER_A_RESOURCE_IN_USE));
	size = self->got->size;
	ASSERT_GE(sizeof(before), size);
	memcpy(before, self->got->payload, size);

	msg = request(self, HWCONTAINER_CMD_RESOURCE_GET);
	nla_put_u32(msg, HWCONTAINER_A_RESOURCE_ID,
		    reply_u32(self->got, HWCONTAINER_A_RESOURCE_ID));
	talk(self, msg);
	ASSERT_EQ(0, self->got->err);
	ASSERT_EQ(size, self->got->size);
	EXPECT_EQ(0, memcmp(before, self->got->payload, size));
}

TEST_F(nl, dump_shows_every_resource)
{
	EXPECT_LE(TOYS, count(self, HWCONTAINER_CMD_RESOURCE_GET));
}

TEST_F(nl, claim_goes_through_its_life)
{
	const struct nlattr *attr;
	uint64_t last = 0;
	int left, id;

	id = new_claim(self, "toy0");
	ASSERT_LT(0, id) TH_LOG("%s", self->got->sentence);
	ASSERT_TRUE(wait_claim(self, id, HWCONTAINER_CLAIM_STATE_READY));
	EXPECT_EQ(id, reply_u32(self->got, HWCONTAINER_A_CLAIM_ID));
	EXPECT_STREQ("toy0", nla_data(reply_attr(self->got, HWCONTAINER_A_CLAIM_RESOURCE)));
	EXPECT_EQ(HWCONTAINER_HOLDER_NOBODY, reply_u32(self->got, HWCONTAINER_A_CLAIM_HOLDER));
	EXPECT_EQ(NULL, reply_attr(self->got, HWCONTAINER_A_CLAIM_ERROR));
	/* stages are stamped in their order */
	nla_for_each_attr(attr, (struct nlattr *)self->got->payload, (int)self->got->size, left) {
		const struct nlattr *time;

		if (nla_type(attr) != HWCONTAINER_A_CLAIM_TIMING)
			continue;
		time = nla_find(nla_data(attr), nla_len(attr), HWCONTAINER_A_TIMING_TIME);
		ASSERT_NE(NULL, time);
		EXPECT_LT(last, attr_uint(time));
		last = attr_uint(time);
	}
	EXPECT_LT(0, last);
	EXPECT_EQ(1, in_use(self, "toy0"));
	EXPECT_EQ(id, reply_u32(self->got, HWCONTAINER_A_RESOURCE_CLAIM_ID));
	EXPECT_EQ(1, count(self, HWCONTAINER_CMD_CLAIM_GET));

	EXPECT_EQ(-EBUSY, new_claim(self, "toy0"));
	EXPECT_NE(NULL, strstr(self->got->sentence, "toy0")) TH_LOG("%s", self->got->sentence);
	EXPECT_TRUE(end_claim(self, id));
	EXPECT_EQ(-ENOENT, self->got->err);
}

TEST_F(nl, batch_is_granted_in_order)
{
	struct nl_msg *msg = request(self, HWCONTAINER_CMD_CLAIM_NEW);
	uint32_t ids[TOYS], n = 0;
	const struct nlattr *attr;
	char name[8];
	int left;

	for (int i = 0; i < TOYS; i++) {
		snprintf(name, sizeof(name), "toy%d", TOYS - 1 - i);
		put_wish(msg, name, -1);
	}
	talk(self, msg);
	ASSERT_EQ(0, self->got->err) TH_LOG("%s", self->got->sentence);
	nla_for_each_attr(attr, (struct nlattr *)self->got->payload, (int)self->got->size, left) {
		ASSERT_EQ(HWCONTAINER_A_TXN_GRANT, nla_type(attr));
		ASSERT_GT(TOYS, n);
		ids[n++] = nla_get_u32(
			nla_find(nla_data(attr), nla_len(attr), HWCONTAINER_A_GRANT_ID));
	}
	ASSERT_EQ(TOYS, n);
	for (int i = 0; i < TOYS; i++) {
		snprintf(name, sizeof(name), "toy%d", TOYS - 1 - i);
		ASSERT_TRUE(wait_claim(self, ids[i], HWCONTAINER_CLAIM_STATE_READY));
		EXPECT_STREQ(name, nla_data(reply_attr(self->got, HWCONTAINER_A_CLAIM_RESOURCE)));
	}
	msg = request(self, HWCONTAINER_CMD_CLAIM_DEL);
	for (int i = 0; i < TOYS; i++)
		nla_put_u32(msg, HWCONTAINER_A_TXN_CLAIM_ID, ids[i]);
	talk(self, msg);
	EXPECT_EQ(0, self->got->err);
	for (int i = 0; i < TOYS; i++)
		EXPECT_TRUE(wait_claim(self, ids[i], 0));
}

TEST_F(nl, batch_is_granted_whole_or_not_at_all)
{
	struct nl_msg *msg = request(self, HWCONTAINER_CMD_CLAIM_NEW);

	put_wish(msg, "toy0", -1);
	put_wish(msg, "toy1", -1);
	put_wish(msg, "no-such-toy", -1);
	talk(self, msg);
	EXPECT_EQ(-ENOENT, self->got->err);
	EXPECT_STREQ("there is no resource no-such-toy", self->got->sentence);
	EXPECT_TRUE(is_untouched(self));
}

TEST_F(nl, batch_is_deleted_whole_or_not_at_all)
{
	int id = new_claim(self, "toy0");
	struct nl_msg *msg;

	ASSERT_LT(0, id);
	msg = about_claim(self, HWCONTAINER_CMD_CLAIM_DEL, id);
	nla_put_u32(msg, HWCONTAINER_A_TXN_CLAIM_ID, id + 1000);
	talk(self, msg);
	EXPECT_EQ(-ENOENT, self->got->err);
	EXPECT_NE('\0', *self->got->sentence);
	EXPECT_TRUE(wait_claim(self, id, HWCONTAINER_CLAIM_STATE_READY));
	EXPECT_TRUE(end_claim(self, id));
}

TEST_F(nl, claim_ends_with_its_file)
{
	int file = open("/dev/hwcontainer", O_RDWR | O_CLOEXEC);
	struct nl_msg *msg = wish(self, "toy1");
	int id;

	ASSERT_LE(0, file);
	nla_put_s32(msg, HWCONTAINER_A_TXN_HOLDER_FILE, file);
	nla_put_string(msg, HWCONTAINER_A_TXN_CONTAINER, "3f2a");
	talk(self, msg);
	ASSERT_EQ(0, self->got->err) TH_LOG("%s", self->got->sentence);
	id = granted(self->got);
	ASSERT_TRUE(wait_claim(self, id, HWCONTAINER_CLAIM_STATE_READY));
	EXPECT_EQ(HWCONTAINER_HOLDER_FILE, reply_u32(self->got, HWCONTAINER_A_CLAIM_HOLDER));
	EXPECT_STREQ("3f2a", nla_data(reply_attr(self->got, HWCONTAINER_A_CLAIM_CONTAINER)));
	close(file);
	EXPECT_TRUE(wait_claim(self, id, 0));
}

TEST_F(nl, claim_ends_with_the_process_it_was_handed_to)
{
	int file = open("/dev/hwcontainer", O_RDWR | O_CLOEXEC);
	struct nl_msg *msg = wish(self, "toy1");
	pid_t pid = sleeper();
	int pidfd = pidfd_open(pid), id;

	nla_put_s32(msg, HWCONTAINER_A_TXN_HOLDER_FILE, file);
	talk(self, msg);
	ASSERT_EQ(0, self->got->err);
	id = granted(self->got);
	msg = about_claim(self, HWCONTAINER_CMD_CLAIM_HANDOVER, id);
	nla_put_s32(msg, HWCONTAINER_A_TXN_HOLDER_PIDFD, pidfd);
	talk(self, msg);
	ASSERT_EQ(0, self->got->err) TH_LOG("%s", self->got->sentence);
	close(pidfd);
	close(file);
	/* its old holder is gone, and it lives */
	ASSERT_TRUE(wait_claim(self, id, HWCONTAINER_CLAIM_STATE_READY));
	EXPECT_EQ(HWCONTAINER_HOLDER_PROCESS, reply_u32(self->got, HWCONTAINER_A_CLAIM_HOLDER));
	EXPECT_EQ(pid, (pid_t)reply_u32(self->got, HWCONTAINER_A_CLAIM_HOLDER_PID));
	end_process(pid);
	EXPECT_TRUE(wait_claim(self, id, 0));
}

/* The next event, -1 when there is none; its state in @state. */
static int next_event(struct nl_sock *sock, uint32_t *state)
{
	struct pollfd file = { .fd = nl_socket_get_fd(sock), .events = POLLIN };
	const struct nlattr *attr;
	struct sockaddr_nl from;
	unsigned char *data = NULL;
	struct nlmsghdr *nlh;
	int type;

	if (poll(&file, 1, WAIT_MS) <= 0 || nl_recv(sock, &from, &data, NULL) <= 0)
		return -1;
	nlh = (void *)data;
	type = ((struct genlmsghdr *)nlmsg_data(nlh))->cmd;
	attr = nlmsg_find_attr(nlh, GENL_HDRLEN, HWCONTAINER_A_CLAIM_STATE);
	*state = type == HWCONTAINER_CMD_CLAIM_NTF && attr ? nla_get_u32((void *)attr) : 0;
	free(data);
	return type;
}

static int write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return n < 0 ? -errno : 0;
}

TEST_F(nl, events_tell_what_happens)
{
	static const uint32_t life[] = {
		HWCONTAINER_CLAIM_STATE_QUEUED,	  HWCONTAINER_CLAIM_STATE_PREPARING,
		HWCONTAINER_CLAIM_STATE_READY,	  HWCONTAINER_CLAIM_STATE_RELEASING,
		HWCONTAINER_CLAIM_STATE_RELEASED,
	};
	struct nl_sock *sock = connect_genl();
	uint32_t state;
	int id;

	ASSERT_NE(NULL, sock);
	ASSERT_EQ(0, nl_socket_add_membership(sock,
					      genl_ctrl_resolve_grp(sock, HWCONTAINER_FAMILY_NAME,
								    HWCONTAINER_MCGRP_EVENTS)));
	id = new_claim(self, "toy3");
	ASSERT_LT(0, id);
	ASSERT_TRUE(wait_claim(self, id, HWCONTAINER_CLAIM_STATE_READY));
	ASSERT_TRUE(end_claim(self, id));
	for (size_t i = 0; i < sizeof(life) / sizeof(life[0]); i++) {
		ASSERT_EQ(HWCONTAINER_CMD_CLAIM_NTF, next_event(sock, &state));
		ASSERT_EQ(life[i], state);
	}
	ASSERT_EQ(0, write_to(TOY_KNOBS "add", "newcomer"));
	EXPECT_EQ(HWCONTAINER_CMD_RESOURCE_ADD_NTF, next_event(sock, &state));
	ASSERT_EQ(0, write_to(TOY_KNOBS "remove", "newcomer"));
	EXPECT_EQ(HWCONTAINER_CMD_RESOURCE_DEL_NTF, next_event(sock, &state));
	nl_socket_free(sock);
}

/*
 * What must not be sent. A builder makes the message; it may change the bytes
 * after libnl is done with them.
 */
struct bad {
	const char *what;
	struct nl_msg *(*build)(FIXTURE_DATA(nl) * self);
	int err;
	const char *sentence; /* part of it; NULL where genl's core refuses without words */
};

static struct nl_msg *build_unknown_command(FIXTURE_DATA(nl) * self)
{
	return request(self, 99);
}

static struct nl_msg *build_notification(FIXTURE_DATA(nl) * self)
{
	return request(self, HWCONTAINER_CMD_CLAIM_NTF);
}

static struct nl_msg *build_dump_of_claim_new(FIXTURE_DATA(nl) * self)
{
	struct nl_msg *msg = message(self, HWCONTAINER_CMD_CLAIM_NEW, NLM_F_DUMP);

	put_wish(msg, "toy0", -1);
	return msg;
}

static struct nl_msg *build_no_genl_header(FIXTURE_DATA(nl) * self)
{
	struct nl_msg *msg = request(self, HWCONTAINER_CMD_NOOP);

	nlmsg_hdr(msg)->nlmsg_len = NLMSG_HDRLEN + 2;
	return msg;
}

static struct nl_msg *build_unknown_attribute(FIXTURE_DATA(nl) * self)
{
	struct nl_msg *msg = wish(self, "toy0");

	nla_put_u32(msg, 77, 0);
	return msg;
}

static struct nl_msg *build_unknown_inner_attribute(FIXTURE_DATA(nl) * self)
{
	struct nl_msg *msg = request(self, HWCONTAINER_CMD_CLAIM_NEW);
	struct nlattr *nest = nla_nest_start(msg, HWCONTAINER_A_TXN_REQUEST | NLA_F_NESTED);

	nla_put_string(msg, HWCONTAINER_A_REQUEST_RESOURCE, "toy0");
	nla_put_u32(msg, 77, 0);
	nla_nest_end(msg, nest);
	return msg;
}

static struct nl_msg *build_answer_attribute(FIXTURE_DATA(nl) * self)
{
	struct nl_msg *msg = wish(self, "toy0");

	nla_put_u32(msg, HWCONTAINER_A_TXN_CLAIM_ID, 1);
	return msg;
}

/* The first attribute's header, to be spoiled. */
static struct nlattr *first(struct nl_msg *msg)
{
	return (void *)((char *)nlmsg_hdr(msg) + NLMSG_HDRLEN + GENL_HDRLEN);
}

static struct nl_msg *build_short_attribute(FIXTURE_DATA(nl) * self)
{
	struct nl_msg *msg = about_claim(self, HWCONTAINER_CMD_CLAIM_GET, 1);

	first(msg)->nla_len = 3;
	return msg;
}

static struct nl_msg *build_long_attribute(FIXTURE_DATA(nl) * self)
{
	struct nl_msg *msg = about_claim(self, HWCONTAINER_CMD_CLAIM_GET, 1);

	first(msg)->nla_len = 200;
	return msg;
}

static struct nl_msg *build_nest_overflow(FIXTURE_DATA(nl) * self)
{
	struct nl_msg *msg = wish(self, "toy0");
	struct nlattr *inner = nla_data(first(msg));

	inner->nla_len = 200;
	return msg;
}

static struct nl_msg *build_nest_without_flag(FIXTURE_DATA(nl) * self)
{
	struct nl_msg *msg = wish(self, "toy0");

	first(msg)->nla_type &= ~NLA_F_NESTED;
	return msg;
}

static struct nl_msg *build_no_request(FIXTURE_DATA(nl) * self)
{
	return request(self, HWCONTAINER_CMD_CLAIM_NEW);
}

static struct nl_msg *build_empty_request(FIXTURE_DATA(nl) * self)
{
	struct nl_msg *msg = wish(self, "toy0");

	nla_nest_end(msg, nla_nest_start(msg, HWCONTAINER_A_TXN_REQUEST | NLA_F_NESTED));
	/* libnl drops a nest that is empty: make one of a header alone */
	nla_put(msg, HWCONTAINER_A_TXN_REQUEST | NLA_F_NESTED, 0, NULL);
	return msg;
}

static struct nl_msg *build_get_without_id(FIXTURE_DATA(nl) * self)
{
	return request(self, HWCONTAINER_CMD_CLAIM_GET);
}

static struct nl_msg *build_delete_without_id(FIXTURE_DATA(nl) * self)
{
	return request(self, HWCONTAINER_CMD_CLAIM_DEL);
}

static struct nl_msg *build_handover_without_id(FIXTURE_DATA(nl) * self)
{
	return request(self, HWCONTAINER_CMD_CLAIM_HANDOVER);
}

static struct nl_msg *build_resource_without_name(FIXTURE_DATA(nl) * self)
{
	return request(self, HWCONTAINER_CMD_RESOURCE_GET);
}

static struct nl_msg *build_resource_by_both(FIXTURE_DATA(nl) * self)
{
	struct nl_msg *msg = request(self, HWCONTAINER_CMD_RESOURCE_GET);

	nla_put_u32(msg, HWCONTAINER_A_RESOURCE_ID, 1);
	nla_put_string(msg, HWCONTAINER_A_RESOURCE_NAME, "toy0");
	return msg;
}

static struct nl_msg *build_id_of_one_byte(FIXTURE_DATA(nl) * self)
{
	struct nl_msg *msg = request(self, HWCONTAINER_CMD_CLAIM_GET);

	nla_put_u8(msg, HWCONTAINER_A_CLAIM_ID, 1);
	return msg;
}

static struct nl_msg *build_id_of_eight_bytes(FIXTURE_DATA(nl) * self)
{
	struct nl_msg *msg = request(self, HWCONTAINER_CMD_CLAIM_DEL);

	nla_put_u64(msg, HWCONTAINER_A_TXN_CLAIM_ID, 1);
	return msg;
}

/* One request nest with a name of any bytes. */
static struct nl_msg *wish_bytes(FIXTURE_DATA(nl) * self, const void *name, size_t size)
{
	struct nl_msg *msg = request(self, HWCONTAINER_CMD_CLAIM_NEW);
	struct nlattr *nest = nla_nest_start(msg, HWCONTAINER_A_TXN_REQUEST | NLA_F_NESTED);

	nla_put(msg, HWCONTAINER_A_REQUEST_RESOURCE, size, name);
	nla_nest_end(msg, nest);
	return msg;
}

static struct nl_msg *build_name_without_nul(FIXTURE_DATA(nl) * self)
{
	return wish_bytes(self, "toy0", 4);
}

static struct nl_msg *build_long_name(FIXTURE_DATA(nl) * self)
{
	char name[HWCONTAINER_NAME_MAX + 2];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	return wish_bytes(self, name, sizeof(name));
}

static struct nl_msg *build_empty_name(FIXTURE_DATA(nl) * self)
{
	return wish_bytes(self, "", 1);
}

static struct nl_msg *build_unknown_name(FIXTURE_DATA(nl) * self)
{
	return wish(self, "no-such-toy");
}

static struct nl_msg *build_unknown_claim(FIXTURE_DATA(nl) * self)
{
	return about_claim(self, HWCONTAINER_CMD_CLAIM_DEL, 0x7fffffff);
}

static struct nl_msg *build_claim_zero(FIXTURE_DATA(nl) * self)
{
	return about_claim(self, HWCONTAINER_CMD_CLAIM_GET, 0);
}

static struct nl_msg *build_long_container(FIXTURE_DATA(nl) * self)
{
	struct nl_msg *msg = wish(self, "toy0");
	char name[HWCONTAINER_CONTAINER_MAX + 2];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	nla_put_string(msg, HWCONTAINER_A_TXN_CONTAINER, name);
	return msg;
}

static struct nl_msg *build_unknown_flag(FIXTURE_DATA(nl) * self)
{
	struct nl_msg *msg = wish(self, "toy0");

	nla_put_u32(msg, HWCONTAINER_A_TXN_FLAGS, 0x80);
	return msg;
}

static struct nl_msg *build_twice(FIXTURE_DATA(nl) * self)
{
	struct nl_msg *msg = wish(self, "toy0");

	put_wish(msg, "toy0", -1);
	return msg;
}

static struct nl_msg *build_too_many(FIXTURE_DATA(nl) * self)
{
	struct nl_msg *msg = request(self, HWCONTAINER_CMD_CLAIM_NEW);

	for (int i = 0; i <= HWCONTAINER_REQUESTS_MAX; i++)
		put_wish(msg, "toy0", -1);
	return msg;
}

static struct nl_msg *wish_digest(FIXTURE_DATA(nl) * self, size_t size)
{
	static const uint8_t digest[HWCONTAINER_DIGEST_LEN + 1];
	struct nl_msg *msg = request(self, HWCONTAINER_CMD_CLAIM_NEW);
	struct nlattr *nest = nla_nest_start(msg, HWCONTAINER_A_TXN_REQUEST | NLA_F_NESTED);

	nla_put_string(msg, HWCONTAINER_A_REQUEST_RESOURCE, "toy0");
	nla_put(msg, HWCONTAINER_A_REQUEST_IMAGE_DIGEST, size, digest);
	nla_nest_end(msg, nest);
	return msg;
}

static struct nl_msg *build_short_digest(FIXTURE_DATA(nl) * self)
{
	return wish_digest(self, HWCONTAINER_DIGEST_LEN - 1);
}

static struct nl_msg *build_long_digest(FIXTURE_DATA(nl) * self)
{
	return wish_digest(self, HWCONTAINER_DIGEST_LEN + 1);
}

static const struct bad bad_messages[] = {
	{ "unknown command", build_unknown_command, -EOPNOTSUPP, NULL },
	{ "notification as a command", build_notification, -EOPNOTSUPP, NULL },
	{ "dump of claim-new", build_dump_of_claim_new, -EOPNOTSUPP, NULL },
	{ "no genl header", build_no_genl_header, -EINVAL, NULL },
	{ "unknown attribute", build_unknown_attribute, -EINVAL, "Unknown attribute" },
	{ "unknown inner attribute", build_unknown_inner_attribute, -EINVAL, "Unknown attribute" },
	{ "attribute of an answer", build_answer_attribute, -EINVAL, "Unsupported attribute" },
	{ "attribute shorter than its header", build_short_attribute, -EINVAL, "leftover" },
	{ "attribute longer than the message", build_long_attribute, -EINVAL, "leftover" },
	{ "inner attribute longer than its nest", build_nest_overflow, -EINVAL, "leftover" },
	{ "nest without its flag", build_nest_without_flag, -EINVAL, "NLA_F_NESTED" },
	{ "claim-new without request", build_no_request, -EINVAL, "the request has no resource" },
	{ "request without resource", build_empty_request, -EINVAL, "resource" },
	{ "claim-get without id", build_get_without_id, -EINVAL, "the request has no claim id" },
	{ "claim-del without id", build_delete_without_id, -EINVAL, "the request has no claim id" },
	{ "handover without id", build_handover_without_id, -EINVAL,
	  "the request has no claim id" },
	{ "resource-get without name", build_resource_without_name, -EINVAL,
	  "give the id or the name" },
	{ "resource-get by both", build_resource_by_both, -EINVAL, "give the id or the name" },
	{ "id of one byte", build_id_of_one_byte, -EINVAL, "" },
	{ "id of eight bytes", build_id_of_eight_bytes, -EINVAL, "" },
	{ "name without NUL", build_name_without_nul, -EINVAL, "" },
	{ "name too long", build_long_name, -EINVAL, "" },
	{ "empty name", build_empty_name, -ENOENT, "there is no resource" },
	{ "unknown name", build_unknown_name, -ENOENT, "there is no resource no-such-toy" },
	{ "unknown claim", build_unknown_claim, -ENOENT, "there is no claim 2147483647" },
	{ "claim 0", build_claim_zero, -ENOENT, "there is no claim 0" },
	{ "container too long", build_long_container, -EINVAL, "" },
	{ "unknown flag", build_unknown_flag, -EINVAL, "reserved bit" },
	{ "resource twice", build_twice, -EINVAL, "toy0 is asked for twice" },
	{ "too many resources", build_too_many, -E2BIG, "1024 are the most" },
	{ "digest too short", build_short_digest, -EINVAL, "" },
	{ "digest too long", build_long_digest, -EINVAL, "" },
};

/* Length errors are -ERANGE or -EINVAL, as the kernel's version has it. */
static bool same_error(int got, int want)
{
	return got == want || (want == -EINVAL && got == -ERANGE);
}

static void send_bad(struct __test_metadata *_metadata, FIXTURE_DATA(nl) * self,
		     const struct bad *bad)
{
	talk(self, bad->build(self));
	EXPECT_TRUE(same_error(self->got->err, bad->err))
	TH_LOG("%s: %d instead of %d: %s", bad->what, self->got->err, bad->err,
	       self->got->sentence);
	if (bad->sentence) {
		EXPECT_NE('\0', *self->got->sentence) TH_LOG("%s: no sentence", bad->what);
		EXPECT_NE(NULL, strstr(self->got->sentence, bad->sentence))
		TH_LOG("%s: %s", bad->what, self->got->sentence);
	}
	EXPECT_EQ(0, self->got->replies) TH_LOG("%s", bad->what);
	EXPECT_TRUE(is_untouched(self)) TH_LOG("%s: something has changed", bad->what);
}

TEST_F(nl, malformed_messages_are_refused)
{
	for (size_t i = 0; i < sizeof(bad_messages) / sizeof(bad_messages[0]); i++)
		send_bad(_metadata, self, &bad_messages[i]);
}

/* The core answers nothing to what is no message at all. */
TEST_F(nl, message_that_is_cut_is_ignored)
{
	struct nl_msg *msg = wish(self, "toy0");
	size_t size = nlmsg_hdr(msg)->nlmsg_len;

	exchange(self->sock, nlmsg_hdr(msg), size - 8, self->got);
	EXPECT_EQ(1, self->got->err);
	nlmsg_free(msg);
}

/* Descriptors that are not what they should be. */
struct bad_fd {
	const char *what;
	int attr;
	int fd;
	int err;
	const char *sentence;
};

static void send_bad_fd(struct __test_metadata *_metadata, FIXTURE_DATA(nl) * self,
			const struct bad_fd *bad)
{
	struct nl_msg *msg = request(self, HWCONTAINER_CMD_CLAIM_NEW);
	bool holder = bad->attr < 0;
	struct nlattr *nest = nla_nest_start(msg, HWCONTAINER_A_TXN_REQUEST | NLA_F_NESTED);

	nla_put_string(msg, HWCONTAINER_A_REQUEST_RESOURCE, "toy0");
	if (!holder)
		nla_put_s32(msg, bad->attr, bad->fd);
	nla_nest_end(msg, nest);
	if (holder)
		nla_put_s32(msg, -bad->attr, bad->fd);
	talk(self, msg);
	EXPECT_TRUE(same_error(self->got->err, bad->err))
	TH_LOG("%s: %d instead of %d: %s", bad->what, self->got->err, bad->err,
	       self->got->sentence);
	EXPECT_NE('\0', *self->got->sentence) TH_LOG("%s: no sentence", bad->what);
	EXPECT_NE(NULL, strstr(self->got->sentence, bad->sentence))
	TH_LOG("%s: %s", bad->what, self->got->sentence);
	EXPECT_TRUE(is_untouched(self)) TH_LOG("%s: something has changed", bad->what);
}

TEST_F(nl, images_that_are_none_are_refused)
{
	int pipes[2], i = 0;
	struct bad_fd bad[10];

	ASSERT_EQ(0, pipe(pipes));
	ASSERT_EQ(0, system("echo image >/tmp/image; : >/tmp/empty"));
#define BAD(...) (bad[i++] = (struct bad_fd){ __VA_ARGS__ })
	BAD("negative number", HWCONTAINER_A_REQUEST_IMAGE_FD, -1, -ERANGE, "");
	BAD("number that is not open", HWCONTAINER_A_REQUEST_IMAGE_FD, NO_SUCH_FD, -EBADF,
	    "image: 9999 is no open file descriptor");
	BAD("pipe", HWCONTAINER_A_REQUEST_IMAGE_FD, pipes[0], -EINVAL,
	    "the image is not a regular file");
	BAD("folder", HWCONTAINER_A_REQUEST_IMAGE_FD, open("/", O_RDONLY | O_DIRECTORY), -EINVAL,
	    "the image is not a regular file");
	BAD("device", HWCONTAINER_A_REQUEST_IMAGE_FD, open("/dev/zero", O_RDONLY), -EINVAL,
	    "the image is not a regular file");
	BAD("socket", HWCONTAINER_A_REQUEST_IMAGE_FD, nl_socket_get_fd(self->sock), -EINVAL,
	    "the image is not a regular file");
	BAD("empty file", HWCONTAINER_A_REQUEST_IMAGE_FD, open("/tmp/empty", O_RDONLY), -ENODATA,
	    "the image is empty");
	BAD("file that is written to", HWCONTAINER_A_REQUEST_IMAGE_FD, open("/tmp/image", O_RDWR),
	    -ETXTBSY, "the image is open for writing");
	BAD("overlay where none is taken", HWCONTAINER_A_REQUEST_OVERLAY_FD,
	    open("/tmp/empty", O_RDONLY), -EINVAL, "a resource of kind toy takes no overlay");
	for (int n = 0; n < i; n++) {
		send_bad_fd(_metadata, self, &bad[n]);
		if (bad[n].fd > 2 && bad[n].fd != NO_SUCH_FD &&
		    bad[n].fd != nl_socket_get_fd(self->sock))
			close(bad[n].fd);
	}
	close(pipes[1]);
	unlink("/tmp/image");
	unlink("/tmp/empty");
}

TEST_F(nl, holders_that_are_none_are_refused)
{
	int regular = open("/proc/self/exe", O_RDONLY), event = eventfd(0, 0);
	int file = open("/dev/hwcontainer", O_RDWR), i = 0, dead;
	struct bad_fd bad[10];
	pid_t pid = sleeper();

	dead = pidfd_open(pid);
	end_process(pid);
	BAD("file: not open", -HWCONTAINER_A_TXN_HOLDER_FILE, NO_SUCH_FD, -EBADF,
	    "9999 is no open file descriptor");
	BAD("file: regular", -HWCONTAINER_A_TXN_HOLDER_FILE, regular, -EBADF,
	    "is not /dev/hwcontainer");
	BAD("file: eventfd", -HWCONTAINER_A_TXN_HOLDER_FILE, event, -EBADF,
	    "is not /dev/hwcontainer");
	BAD("file: negative", -HWCONTAINER_A_TXN_HOLDER_FILE, -1, -ERANGE, "");
	BAD("pidfd: not open", -HWCONTAINER_A_TXN_HOLDER_PIDFD, NO_SUCH_FD, -EBADF, "9999");
	BAD("pidfd: regular", -HWCONTAINER_A_TXN_HOLDER_PIDFD, regular, -EBADF, "pidfd");
	BAD("pidfd: eventfd", -HWCONTAINER_A_TXN_HOLDER_PIDFD, event, -EBADF, "pidfd");
	BAD("pidfd: /dev/hwcontainer", -HWCONTAINER_A_TXN_HOLDER_PIDFD, file, -EBADF, "pidfd");
	BAD("pidfd: dead process", -HWCONTAINER_A_TXN_HOLDER_PIDFD, dead, -ESRCH, "exited");
	for (int n = 0; n < i; n++)
		send_bad_fd(_metadata, self, &bad[n]);
	close(regular);
	close(event);
	close(file);
	close(dead);
}

TEST_F(nl, two_holders_are_refused)
{
	int file = open("/dev/hwcontainer", O_RDWR), pidfd = pidfd_open(getpid());
	struct nl_msg *msg = wish(self, "toy0");

	nla_put_s32(msg, HWCONTAINER_A_TXN_HOLDER_FILE, file);
	nla_put_s32(msg, HWCONTAINER_A_TXN_HOLDER_PIDFD, pidfd);
	talk(self, msg);
	EXPECT_EQ(-EINVAL, self->got->err);
	EXPECT_NE(NULL, strstr(self->got->sentence, "not by both"));
	close(file);
	close(pidfd);
}

/* In a child: what it is refused, as an exit code, 0 for anything else. */
static int refused_in_child(FIXTURE_DATA(nl) * self, int (*become)(void), const char *sentence)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		struct nl_sock *sock;
		struct nl_msg *msg = wish(self, "toy0");

		if (become())
			_exit(99);
		sock = connect_genl();
		exchange(sock, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len, self->got);
		_exit(strstr(self->got->sentence, sentence) ? -self->got->err : 0);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int become_nobody(void)
{
	return setgid(65534) || setuid(65534);
}

static int become_stranger(void)
{
	return unshare(CLONE_NEWNET) || become_nobody();
}

TEST_F(nl, others_than_root_are_refused)
{
	EXPECT_EQ(EPERM, refused_in_child(self, become_nobody, "needs CAP_SYS_ADMIN"));
}

TEST_F(nl, other_network_namespaces_are_refused)
{
	EXPECT_EQ(EPERM, refused_in_child(self, become_stranger, "network namespace"));
}

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Whatever claims a spoiled message may still have made are ended. */
static void end_all(FIXTURE_DATA(nl) * self)
{
	while (count(self, HWCONTAINER_CMD_CLAIM_GET) > 0) {
		uint32_t id = reply_u32(self->got, HWCONTAINER_A_CLAIM_ID);

		talk(self, about_claim(self, HWCONTAINER_CMD_CLAIM_DEL, id));
		wait_claim(self, id, 0);
	}
}

/* Good requests with bytes changed, always the same ones. */
TEST_F(nl, random_damage_does_no_harm)
{
	static const uint8_t commands[] = {
		HWCONTAINER_CMD_RESOURCE_GET, HWCONTAINER_CMD_CLAIM_GET,
		HWCONTAINER_CMD_CLAIM_NEW,    HWCONTAINER_CMD_CLAIM_HANDOVER,
		HWCONTAINER_CMD_CLAIM_DEL,
	};
	uint32_t seed = 20261121;

	for (int i = 0; i < 300; i++) {
		struct nl_msg *msg = wish(self, "toy0");
		uint8_t *bytes = (uint8_t *)nlmsg_hdr(msg);
		size_t size = nlmsg_hdr(msg)->nlmsg_len;

		put_wish(msg, "toy1", 0);
		nla_put_u32(msg, HWCONTAINER_A_TXN_FLAGS, 1);
		size = nlmsg_hdr(msg)->nlmsg_len;
		for (uint32_t n = next_random(&seed) % 4; n; n--)
			bytes[NLMSG_HDRLEN + next_random(&seed) % (size - NLMSG_HDRLEN)] =
				next_random(&seed);
		if (next_random(&seed) % 2)
			bytes[NLMSG_HDRLEN] = commands[next_random(&seed) % sizeof(commands)];
		/* no acknowledgement is waited for that may not come */
		exchange(self->sock, bytes, size, self->got);
		nlmsg_free(msg);
		ASSERT_NE(1, self->got->err);
		end_all(self);
	}
}

TEST_HARNESS_MAIN
