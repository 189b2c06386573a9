// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages of the module's family of generic netlink, and what is in them. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "model.h"

/* For any answer. */
#define ROOM 65536

static char room[ROOM] __attribute__((aligned(8)));

int refuse(struct request *request, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(request->sentence, sizeof(request->sentence), fmt, args);
	va_end(args);
	request->err = err;
	return err;
}

struct nlmsghdr *wire_begin(const struct request *request, uint16_t type, uint16_t flags,
			    uint8_t cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(room);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	nlh->nlmsg_seq = request ? request->nlh->nlmsg_seq : 0;
	nlh->nlmsg_pid = request ? request->peer->port : 0;
	genl->cmd = cmd;
	genl->version = HWCONTAINER_FAMILY_VERSION;
	return nlh;
}

/* Who does not read in time goes without, as with netlink. */
void wire_put(const struct peer *peer, const struct nlmsghdr *nlh)
{
	send(peer->watch.fd, nlh, nlh->nlmsg_len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void wire_put_result(const struct request *request, int err)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(room);
	struct nlmsgerr *ack = mnl_nlmsg_put_extra_header(nlh, sizeof(*ack));

	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = NLM_F_CAPPED | (*request->sentence ? NLM_F_ACK_TLVS : 0);
	nlh->nlmsg_seq = request->nlh->nlmsg_seq;
	nlh->nlmsg_pid = request->peer->port;
	ack->error = err;
	ack->msg = *request->nlh;
	if (*request->sentence)
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, request->sentence);
	wire_put(request->peer, nlh);
}

int wire_put_done(const struct request *request)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(room);

	mnl_nlmsg_put_extra_header(nlh, sizeof(int));
	nlh->nlmsg_type = NLMSG_DONE;
	nlh->nlmsg_flags = NLM_F_MULTI;
	nlh->nlmsg_seq = request->nlh->nlmsg_seq;
	nlh->nlmsg_pid = request->peer->port;
	wire_put(request->peer, nlh);
	return 0;
}

static void fill_word(struct nlmsghdr *nlh, uint16_t type, const char *text)
{
	if (*text)
		mnl_attr_put_strz(nlh, type, text);
}

void fill_core(struct nlmsghdr *nlh, const void *object)
{
	const struct core *core = object;
	const struct claim *claim = core->claim;

	mnl_attr_put_u32(nlh, HWCONTAINER_A_RESOURCE_ID, core->id);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_RESOURCE_NAME, core->name);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_RESOURCE_ALIAS, core->alias);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_RESOURCE_KIND, "remoteproc");
	mnl_attr_put_u32(nlh, HWCONTAINER_A_RESOURCE_STATE,
			 claim		? HWCONTAINER_RESOURCE_STATE_CLAIMED :
			 *core->message ? HWCONTAINER_RESOURCE_STATE_FAILED :
					  HWCONTAINER_RESOURCE_STATE_FREE);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_RESOURCE_CAPACITY, 1);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_RESOURCE_IN_USE, claim ? 1 : 0);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_RESOURCE_CONTROLLER, "model");
	fill_word(nlh, HWCONTAINER_A_RESOURCE_MESSAGE, core->message);
	if (claim) {
		mnl_attr_put_u32(nlh, HWCONTAINER_A_RESOURCE_CLAIM_ID, claim->id);
		fill_word(nlh, HWCONTAINER_A_RESOURCE_CONTAINER, claim->container);
	}
}

void fill_claim(struct nlmsghdr *nlh, const void *object)
{
	const struct claim *claim = object;

	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_ID, claim->id);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_STATE, claim->state);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_RESOURCE_ID, claim->core->id);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_CLAIM_RESOURCE, claim->core->name);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_CLAIM_KIND, "remoteproc");
	fill_word(nlh, HWCONTAINER_A_CLAIM_CONTAINER, claim->container);
	if (claim->holder)
		mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_HOLDER, claim->holder);
	if (claim->pid)
		mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_HOLDER_PID, claim->pid);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_FLAGS, claim->flags);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_PRIORITY, claim->priority);
	if (claim->error) {
		mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_ERROR, claim->error);
		fill_word(nlh, HWCONTAINER_A_CLAIM_MESSAGE, claim->message);
	}
}

void fill_info(struct nlmsghdr *nlh, const void *object)
{
	(void)object;
	mnl_attr_put_strz(nlh, HWCONTAINER_A_INFO_VERSION, "model");
	mnl_attr_put_strz(nlh, HWCONTAINER_A_INFO_KIND, "remoteproc");
}

void wire_tell(const struct claim *claim)
{
	struct nlmsghdr *nlh = wire_begin(NULL, FAMILY, 0, HWCONTAINER_CMD_CLAIM_NTF);

	fill_claim(nlh, claim);
	for (const struct peer *peer = peers; peer; peer = peer->next)
		if (peer->listens)
			wire_put(peer, nlh);
}
