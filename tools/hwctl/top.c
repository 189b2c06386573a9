// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl top */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include "hwctl.h"

/* Events may come faster than anybody reads. */
#define SHORTEST_MS 100

/**
 * struct top - how it is shown
 * @batch: one after the other
 * @count: so many times; 0 for ever
 * @delay_ms: time between two
 */
struct top {
	bool batch;
	uint32_t count;
	int delay_ms;
};

static int parse(const struct hwctl *h, int argc, char **argv, struct top *top)
{
	static const struct option options[] = {
		{ "batch", no_argument, NULL, 'b' },
		{ "count", required_argument, NULL, 'n' },
		{ "delay", required_argument, NULL, 'd' },
		{ "once", no_argument, NULL, '1' },
		{ 0 },
	};
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "bn:d:", options, NULL)) != -1) {
		if (option == 'b')
			top->batch = true;
		else if (option == '1')
			*top = (struct top){ .batch = true, .count = 1, .delay_ms = top->delay_ms };
		else if (option == 'n' && (!parse_u32(optarg, &top->count) || !top->count))
			return usage(h, "%s is no number of times", optarg);
		else if (option == 'd' &&
			 (!parse_seconds(optarg, &top->delay_ms) || top->delay_ms < SHORTEST_MS))
			return usage(h, "%s is no delay of a tenth of a second or more", optarg);
		else if (option == '?')
			return usage(h, "see hwctl top -h");
	}
	return argc == optind ? DONE : usage(h, "too many words: %s", argv[optind]);
}

static int print_all(struct hwctl *h, const struct top *top)
{
	int err = 0;

	catch_signals();
	for (uint32_t n = 1; !err && !was_interrupted(); n++) {
		err = h->json ? top_print_json(h) : top_print(h, stdout, 0);
		fflush(stdout);
		if (n == top->count || ferror(stdout))
			break;
		poll(NULL, 0, top->delay_ms);
		if (!h->json && !err && !was_interrupted())
			putchar('\n');
	}
	return err;
}

static int draw(struct hwctl *h)
{
	size_t rows, columns, size;
	char *lines = NULL;
	FILE *out = need(open_memstream(&lines, &size));
	int err;

	screen_size(&rows, &columns);
	err = top_print(h, out, columns);
	fclose(out);
	if (!err)
		screen_draw(need(lines));
	free(lines);
	return err;
}

/* What they say is looked at anew; that they come is enough. */
static int drain(struct hwc_events *events)
{
	struct hwc_event *event;
	int err;

	while (!(err = hwc_events_next(events, &event)) || err == -ENOBUFS || err == -EBADMSG)
		if (!err)
			hwc_event_free(event);
	return err == -EAGAIN ? 0 : err;
}

/* Until the next time, or something happens, but not too soon; 'q' to end. */
static int wait_for_next(struct hwc_events *events, int delay_ms)
{
	int64_t start = now_ms(), left;
	int key = screen_wait(hwc_events_fd(events), delay_ms);

	left = start + SHORTEST_MS - now_ms();
	return key || left <= 0 ? key : screen_wait(-1, left);
}

static int watch(struct hwctl *h, const struct top *top, struct hwc_events *events)
{
	int err = 0, key = 0;

	for (uint32_t n = 1; !err && key != 'q' && key != -EINTR; n++) {
		err = drain(events);
		if (!err)
			err = draw(h);
		if (err || n == top->count)
			break;
		key = wait_for_next(events, top->delay_ms);
	}
	screen_close();
	return err;
}

static int watch_on_terminal(struct hwctl *h, const struct top *top)
{
	struct hwc_events *events;
	int err = hwc_events_new(h->ctx, &events);

	if (err)
		return err;
	err = screen_open() ? print_all(h, top) : watch(h, top, events);
	hwc_events_free(events);
	return err;
}

int top(struct hwctl *h, int argc, char **argv)
{
	struct top top = { .delay_ms = 1000 };
	int ret = parse(h, argc, argv, &top);

	if (ret != DONE)
		return ret;
	if (h->json && !top.count)
		top.count = 1;
	if (h->json || top.batch)
		ret = print_all(h, &top);
	else
		ret = watch_on_terminal(h, &top);
	return ret ? refused(h) : DONE;
}
