// SPDX-License-Identifier: GPL-2.0-or-later
/* What hwctl top shows: who has what, who waits for it, and how much groups have left. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "hwctl.h"

#define NS_PER_MS 1000000

/* Digits of a digest that tell images apart. */
#define DIGEST_SHORT 12

#define WAITER_CELLS 8

/**
 * struct waiter - a claim that waits
 * @resource_id: for which resource
 * @position: there
 * @cells: what is shown of it
 */
struct waiter {
	uint32_t resource_id;
	uint32_t position;
	char *cells[WAITER_CELLS];
};

/**
 * struct view - one look at everything
 * @h: this run
 * @now: what there is in JSON, or NULL
 * @holders: resources and who has them
 * @groups: and how much they have
 * @group: that is looked at
 * @waiters: claims that wait, @n_waiters of them
 * @shown: resources whose claims are shown, @n_shown of them
 * @states: resources in each state
 * @claims: that hold something
 */
struct view {
	struct hwctl *h;
	struct json_object *now;
	struct table holders, groups;
	const char *group;
	struct waiter *waiters;
	size_t n_waiters;
	uint32_t *shown;
	size_t n_shown;
	unsigned int states[HWCONTAINER_RESOURCE_STATE_GONE + 1];
	unsigned int claims;
};

static char *or_dash(char *cell)
{
	if (*cell)
		return cell;
	free(cell);
	return text("-");
}

static char *short_digest(const uint8_t *digest)
{
	char *whole = digest_text(digest), *cell;

	cell = text("%.*s", DIGEST_SHORT, *whole ? whole + strlen("sha256:") : "-");
	free(whole);
	return cell;
}

static char *netns_text(uint32_t netns)
{
	return netns ? text("%u", netns) : text("-");
}

static char *state_text(const struct hwc_claim *claim)
{
	enum hwcontainer_claim_state state = hwc_claim_state(claim);
	char *name = word(hwc_claim_state_name(state), state), *age, *cell;

	if (!hwc_claim_taken_in(claim))
		return name;
	age = age_text(hwc_claim_taken_in(claim) * (uint64_t)NS_PER_MS);
	cell = text("%s, taken in %s", name, age);
	free(name);
	free(age);
	return cell;
}

static void add_holder(struct view *view, const struct hwc_claim *claim)
{
	struct table *t = &view->holders;

	table_cell(t, PLAIN, text("%s", hwc_claim_resource(claim)));
	table_cell(t, PLAIN, text("%s", hwc_claim_kind(claim)));
	table_cell(t, hwc_claim_taken_in(claim) ? BUSY : claim_color(hwc_claim_state(claim)),
		   state_text(claim));
	table_cell(t, PLAIN, age_text(hwc_claim_age(claim)));
	table_cell(t, PLAIN, text("%u", hwc_claim_id(claim)));
	table_cell(t, PLAIN, claim_holder(claim));
	table_cell(t, PLAIN, or_dash(text("%s", hwc_claim_container(claim))));
	table_cell(t, PLAIN, netns_text(hwc_claim_netns(claim)));
	table_cell(t, PLAIN, short_digest(hwc_claim_image_digest(claim)));
}

/* One that has failed or waits has nothing. */
static void count_holder(struct view *view, const struct hwc_claim *claim)
{
	enum hwcontainer_claim_state state = hwc_claim_state(claim);

	if (state == HWCONTAINER_CLAIM_STATE_FAILED || state == HWCONTAINER_CLAIM_STATE_WAITING)
		return;
	view->shown = need(reallocarray(view->shown, view->n_shown + 1, sizeof(*view->shown)));
	view->shown[view->n_shown++] = hwc_claim_resource_id(claim);
	view->claims++;
}

static void add_waiter(struct view *view, const struct hwc_claim *claim)
{
	struct waiter *w;
	uint32_t position = hwc_claim_position(claim);

	view->waiters =
		need(reallocarray(view->waiters, view->n_waiters + 1, sizeof(*view->waiters)));
	w = &view->waiters[view->n_waiters++];
	w->resource_id = hwc_claim_resource_id(claim);
	w->position = position;
	w->cells[0] = text("%s", hwc_claim_resource(claim));
	w->cells[1] = position ? text("%u", position) : text("-");
	w->cells[2] = age_text(hwc_claim_age(claim));
	w->cells[3] = text("%d", hwc_claim_priority(claim));
	w->cells[4] = text("%u", hwc_claim_id(claim));
	w->cells[5] = claim_holder(claim);
	w->cells[6] = or_dash(text("%s", hwc_claim_container(claim)));
	w->cells[7] = netns_text(hwc_claim_netns(claim));
}

/* One more in a list of the JSON object. */
static void append(struct view *view, const char *key, struct json_object *json)
{
	json_object_array_add(json_object_object_get(view->now, key), json);
}

static int add_claim(const struct hwc_claim *claim, void *data)
{
	struct view *view = data;

	if (view->now)
		append(view, "claim", json_claim(claim));
	else if (hwc_claim_state(claim) == HWCONTAINER_CLAIM_STATE_WAITING)
		add_waiter(view, claim);
	else
		add_holder(view, claim);
	count_holder(view, claim);
	return 0;
}

static bool is_shown(const struct view *view, uint32_t resource_id)
{
	for (size_t i = 0; i < view->n_shown; i++)
		if (view->shown[i] == resource_id)
			return true;
	return false;
}

/* A resource that nobody has, or somebody who is not seen from here. */
static void add_idle(struct view *view, const struct hwc_resource *res)
{
	enum hwcontainer_resource_state state = hwc_resource_state(res);
	struct table *t = &view->holders;

	table_cell(t, PLAIN, text("%s", hwc_resource_name(res)));
	table_cell(t, PLAIN, text("%s", hwc_resource_kind(res)));
	table_cell(t, resource_color(state), word(hwc_resource_state_name(state), state));
	for (int i = 0; i < 5; i++)
		table_cell(t, PLAIN, text("-"));
	table_cell(t, PLAIN, short_digest(hwc_resource_image_digest(res)));
}

static int add_resource(const struct hwc_resource *res, void *data)
{
	struct view *view = data;

	if (view->now) {
		append(view, "resource", json_resource(res));
		return 0;
	}
	if (hwc_resource_state(res) < ARRAY_SIZE(view->states))
		view->states[hwc_resource_state(res)]++;
	if (!is_shown(view, hwc_resource_id(res)))
		add_idle(view, res);
	return 0;
}

static void add_limit(const struct group_limit *limit, void *data)
{
	struct view *view = data;

	table_cell(&view->groups, PLAIN, text("%s", view->group));
	table_cell(&view->groups, PLAIN, text("%s", limit->kind));
	table_cell(&view->groups, strcmp(limit->current, limit->max) ? PLAIN : BUSY,
		   text("%s", limit->current));
	table_cell(&view->groups, PLAIN, text("%s", limit->max));
}

/* A group that goes while it is looked at is gone. */
static int add_group(const char *group, void *data)
{
	struct view *view = data;
	struct json_object *json;
	int err;

	view->group = group;
	if (view->now) {
		err = json_group(view->h, group, &json);
		if (!err)
			append(view, "group", json);
	} else {
		err = group_limits(view->h, group, add_limit, view);
	}
	return err == -ENOENT ? 0 : err;
}

/* Where there are no groups, or they are not to be seen, there is just none shown. */
static int look(struct view *view)
{
	struct hwc_ctx *ctx = view->h->ctx;
	int err = hwc_claim_foreach(ctx, add_claim, view);

	if (!err)
		err = hwc_resource_foreach(ctx, add_resource, view);
	if (!err)
		hwc_group_foreach(ctx, add_group, view);
	return err;
}

static int by_position(const void *a, const void *b)
{
	const struct waiter *one = a, *two = b;

	if (one->resource_id != two->resource_id)
		return one->resource_id < two->resource_id ? -1 : 1;
	if (one->position != two->position)
		return one->position < two->position ? -1 : 1;
	return 0;
}

static void print_waiters(struct view *view, FILE *out, size_t width)
{
	static const char *const heads[WAITER_CELLS] = {
		"WAITING FOR", "PLACE",	 "SINCE",     "PRIORITY",
		"CLAIM",       "HOLDER", "CONTAINER", "NETNS",
	};
	struct table t = { .width = width };

	if (!view->n_waiters)
		return;
	qsort(view->waiters, view->n_waiters, sizeof(*view->waiters), by_position);
	table_heads(&t, heads, ARRAY_SIZE(heads));
	for (size_t i = 0; i < view->n_waiters; i++)
		for (size_t cell = 0; cell < WAITER_CELLS; cell++)
			table_cell(&t, PLAIN, view->waiters[i].cells[cell]);
	fputc('\n', out);
	table_write(&t, out);
}

static void print_head(const struct view *view, FILE *out, size_t width)
{
	time_t now = time(NULL);
	char *line, clock[16];
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	line = text("%s  claims: %u  waiting: %zu  resources:", clock, view->claims,
		    view->n_waiters);
	for (size_t state = 1; state < ARRAY_SIZE(view->states); state++) {
		char *longer;

		if (!view->states[state])
			continue;
		longer =
			text("%s %u %s", line, view->states[state], hwc_resource_state_name(state));
		free(line);
		line = longer;
	}
	fprintf(out, "%.*s\n\n", width ? (int)width : INT32_MAX, line);
	free(line);
}

int top_print(struct hwctl *h, FILE *out, size_t width)
{
	static const char *const holder_heads[] = {
		"RESOURCE", "KIND",	 "STATE", "SINCE", "CLAIM",
		"HOLDER",   "CONTAINER", "NETNS", "IMAGE",
	};
	static const char *const group_heads[] = { "GROUP", "KIND", "CLAIMS", "MAX" };
	struct view view = { .h = h, .holders.width = width, .groups.width = width };
	int err;

	table_heads(&view.holders, holder_heads, ARRAY_SIZE(holder_heads));
	table_heads(&view.groups, group_heads, ARRAY_SIZE(group_heads));
	err = look(&view);
	if (!err) {
		print_head(&view, out, width);
		table_write(&view.holders, out);
		print_waiters(&view, out, width);
		fputc('\n', out);
		table_write(&view.groups, out);
	}
	free(view.waiters);
	free(view.shown);
	return err;
}

int top_print_json(struct hwctl *h)
{
	static const char *const keys[] = { "resource", "claim", "group" };
	struct view view = { .h = h, .now = need(json_object_new_object()) };
	struct hwc_info *info;
	int err = hwc_info_get(h->ctx, &info);

	if (!err) {
		json_number(view.now, "seq", hwc_info_seq(info));
		hwc_info_free(info);
		for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
			json_object_object_add(view.now, keys[i], need(json_object_new_array()));
		err = look(&view);
	}
	if (err)
		json_object_put(view.now);
	else
		json_print(h, view.now);
	return err;
}
