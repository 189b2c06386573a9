/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The module's end of the connection, played from a table. A test says which
 * requests it expects, byte for byte, and what they are answered; whatever is
 * left over at the end is a failure. Takes the place of io.c.
 */
#ifndef HWC_TESTS_REPLAY_H
#define HWC_TESTS_REPLAY_H

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What a replayed kernel has given out. */
#define REPLAY_PORTID 4711
#define REPLAY_FAMILY 0x21
#define REPLAY_GROUP 9

/* Context with an empty table; cmocka's setup and teardown. The state is the context. */
int replay_setup(void **state);
int replay_teardown(void **state);

/* Room for a message of the family, to be filled with mnl_attr_put and the like. */
struct nlmsghdr *replay_message(uint16_t type, uint16_t flags, uint32_t seq, uint8_t cmd,
				size_t room);
struct nlmsghdr *replay_request(uint8_t cmd, uint32_t seq);
struct nlmsghdr *replay_answer(uint8_t cmd, uint32_t seq);

/* Adds a line to the table; takes the message over. */
void replay_expect(struct nlmsghdr *nlh);
void replay_give(struct nlmsghdr *nlh);
/* Any bytes as a datagram. */
void replay_give_bytes(const void *bytes, size_t size);
/* Receiving fails. */
void replay_give_error(int err);
/* Sending fails. */
void replay_refuse_send(int err);

/* The exchange that every connection begins with; takes sequence number 1. */
void replay_family(void);
/* An acknowledgement: 0, or -errno and a sentence (or NULL). */
void replay_ack(uint32_t seq, int err, const char *sentence);
/* The end of a dump. */
void replay_done(uint32_t seq, uint16_t flags);

/* Empties the table, whatever is left in it. */
void replay_forget(void);

/* How many sockets are open now, and the groups that were joined, or-ed. */
int replay_sockets(void);
uint32_t replay_groups(void);

/* Numbers that are the same in each run. */
uint32_t replay_random(uint32_t *seed);

#endif
