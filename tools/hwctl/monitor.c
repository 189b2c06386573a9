// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl monitor */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "hwctl.h"

static const char *event_name(const struct hwc_event *event)
{
	switch (hwc_event_type(event)) {
	case HWCONTAINER_CMD_RESOURCE_ADD_NTF:
		return "resource-add-ntf";
	case HWCONTAINER_CMD_RESOURCE_DEL_NTF:
		return "resource-del-ntf";
	case HWCONTAINER_CMD_GROUP_NTF:
		return "group-ntf";
	default:
		return "claim-ntf";
	}
}

static struct json_object *json_group_event(const struct hwc_group_event *group)
{
	struct json_object *json = need(json_object_new_object());

	json_text(json, "name", group->name);
	json_text(json, "kind", group->kind);
	json_word(json, "event", hwc_group_event_name(group->event), group->event);
	json_number(json, "count", group->count);
	return json;
}

static struct json_object *json_message(const struct hwc_event *event)
{
	if (hwc_event_resource(event))
		return json_resource(hwc_event_resource(event));
	if (hwc_event_group(event))
		return json_group_event(hwc_event_group(event));
	return json_claim(hwc_event_claim(event));
}

/* One object in a line, as ynl prints notifications. */
static void print_json(const struct hwctl *h, const struct hwc_event *event)
{
	struct json_object *json = need(json_object_new_object());

	json_text(json, "name", event_name(event));
	if (hwc_event_seq(event))
		json_number(json, "seq", hwc_event_seq(event));
	json_number(json, "missed", hwc_event_missed(event));
	json_object_object_add(json, "msg", json_message(event));
	json_print(h, json);
}

static char *what_happened_to_group(const struct hwc_group_event *group)
{
	static const char *const what[] = {
		[HWCONTAINER_GROUP_EVENT_MAX] = "has all it may have",
		[HWCONTAINER_GROUP_EVENT_DENIED] = "denied a request",
		[HWCONTAINER_GROUP_EVENT_PREEMPTED] = "lost a resource to another one",
	};
	bool known = group->event < ARRAY_SIZE(what) && what[group->event];

	return text("group %s %s%s%s (%" PRIu64 " by now)", group->name,
		    known ? what[group->event] : "has an event of a newer module",
		    *group->kind ? ", kind " : "", group->kind, group->count);
}

static char *what_happened_to_claim(const struct hwc_claim *claim)
{
	enum hwcontainer_claim_state state = hwc_claim_state(claim);
	const char *message;
	char *name, *line;

	name = word(hwc_claim_state_name(state), state);
	message = hwc_claim_message(claim);
	if (hwc_claim_taken_in(claim))
		line = text("claim %u %s, %s: taken for a more important one in %.1f s",
			    hwc_claim_id(claim), name, hwc_claim_resource(claim),
			    hwc_claim_taken_in(claim) / 1000.0);
	else
		line = text("claim %u %s, %s%s%s%s%s", hwc_claim_id(claim), name,
			    hwc_claim_resource(claim),
			    *hwc_claim_container(claim) ? ", container " : "",
			    hwc_claim_container(claim), *message ? ": " : "", message);
	free(name);
	return line;
}

static char *what_happened(const struct hwc_event *event)
{
	const struct hwc_resource *res = hwc_event_resource(event);

	if (!res)
		return hwc_event_group(event) ? what_happened_to_group(hwc_event_group(event)) :
						what_happened_to_claim(hwc_event_claim(event));
	return text("resource %s %s", hwc_resource_name(res),
		    hwc_event_type(event) == HWCONTAINER_CMD_RESOURCE_ADD_NTF ? "appeared" :
										"is gone");
}

static void print_text(const struct hwc_event *event)
{
	uint64_t missed = hwc_event_missed(event);
	struct timespec now;
	struct tm tm;
	char clock[16];

	if (missed)
		printf("# %" PRIu64 " event%s missed\n", missed, missed == 1 ? "" : "s");
	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	field(clock, PLAIN, what_happened(event));
}

/* Returns 0 or what ends the program. */
static int take_events(struct hwctl *h, struct hwc_events *events)
{
	struct hwc_event *event;
	int err;

	while (!(err = hwc_events_next(events, &event))) {
		if (h->json)
			print_json(h, event);
		else
			print_text(event);
		hwc_event_free(event);
	}
	fflush(stdout);
	if (err == -ENOBUFS) {
		refused(h);
		return 0;
	}
	return err == -EAGAIN ? 0 : err;
}

int monitor(struct hwctl *h, int argc, char **argv)
{
	struct hwc_events *events;
	struct pollfd file = { .events = POLLIN };
	int err = 0;

	if (args_words(h, argc, argv, 0, 0))
		return USAGE;
	if (hwc_events_new(h->ctx, &events))
		return refused(h);
	file.fd = hwc_events_fd(events);
	catch_signals();
	while (!err && !ferror(stdout) && !was_interrupted())
		if (poll(&file, 1, -1) > 0)
			err = take_events(h, events);
	hwc_events_free(events);
	return err ? refused(h) : DONE;
}
