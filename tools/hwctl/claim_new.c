// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl claim new RESOURCE[=IMAGE[:OVERLAY]]... */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "hwctl.h"

/**
 * struct wish - what the command line asks for
 * @container: id, or NULL
 * @flags: enum hwcontainer_claim_flags
 * @priority: importance
 * @queue_ms: longest time in the queue of what others have, 0 for none
 * @hold: as long as this program runs
 * @no_wait: not until they are ready
 * @timeout_ms: most to wait for that, negative for ever
 * @image_digest: of the one image, where @has_image_digest
 * @overlay_digest: of the one overlay, where @has_overlay_digest
 * @has_image_digest: it was given
 * @has_overlay_digest: it was given
 * @signature: file with the signature of the one image, or NULL
 * @overlay_signature: of the one overlay, or NULL
 * @rewrite: overlays are those of vendors
 * @items: RESOURCE[=IMAGE[:OVERLAY]]
 * @n: how many
 * @data: of each item, what was found for it; NULL for files that are taken as they are
 * @command: to be run, NULL for none
 */
struct wish {
	const char *container;
	uint32_t flags;
	int32_t priority;
	uint32_t queue_ms;
	bool hold;
	bool persistent;
	bool no_wait;
	int timeout_ms;
	uint8_t image_digest[HWCONTAINER_DIGEST_LEN];
	uint8_t overlay_digest[HWCONTAINER_DIGEST_LEN];
	bool has_image_digest;
	bool has_overlay_digest;
	const char *signature;
	const char *overlay_signature;
	bool rewrite;
	char **items;
	size_t n;
	struct hwc_data **data;
	char **command;
};

enum {
	OPT_HOLD = 256,
	OPT_PERSISTENT,
	OPT_CONTAINER,
	OPT_KEEP,
	OPT_DRY_RUN,
	OPT_PRIORITY,
	OPT_WAIT,
	OPT_TIMEOUT,
	OPT_NO_WAIT,
	OPT_IMAGE_DIGEST,
	OPT_OVERLAY_DIGEST,
	OPT_SIGNATURE,
	OPT_OVERLAY_SIGNATURE,
	OPT_REWRITE,
	OPT_UNBOUND,
	OPT_TAKEOVER,
	OPT_ASSIGN,
};

static const struct option options[] = {
	{ "hold", no_argument, NULL, OPT_HOLD },
	{ "persistent", no_argument, NULL, OPT_PERSISTENT },
	{ "container", required_argument, NULL, OPT_CONTAINER },
	{ "keep", no_argument, NULL, OPT_KEEP },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ "priority", required_argument, NULL, OPT_PRIORITY },
	{ "wait", optional_argument, NULL, OPT_WAIT },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "no-wait", no_argument, NULL, OPT_NO_WAIT },
	{ "image-digest", required_argument, NULL, OPT_IMAGE_DIGEST },
	{ "overlay-digest", required_argument, NULL, OPT_OVERLAY_DIGEST },
	{ "signature", required_argument, NULL, OPT_SIGNATURE },
	{ "overlay-signature", required_argument, NULL, OPT_OVERLAY_SIGNATURE },
	{ "rewrite", no_argument, NULL, OPT_REWRITE },
	{ "unbound", no_argument, NULL, OPT_UNBOUND },
	{ "takeover", no_argument, NULL, OPT_TAKEOVER },
	{ "assign", no_argument, NULL, OPT_ASSIGN },
	{ 0 },
};

static bool parse_priority(const char *word, int32_t *priority)
{
	long value;
	char *end;

	errno = 0;
	value = strtol(word, &end, 10);
	if (errno || end == word || *end || value < INT32_MIN || value > INT32_MAX)
		return false;
	*priority = value;
	return true;
}

/* Without a number as long as the module lets anybody wait: seven weeks. */
static bool parse_wait(const char *seconds, uint32_t *ms)
{
	int limit;

	*ms = UINT32_MAX;
	if (!seconds)
		return true;
	if (!parse_seconds(seconds, &limit) || limit <= 0)
		return false;
	*ms = limit;
	return true;
}

static bool parse_option(struct wish *w, int option)
{
	switch (option) {
	case OPT_HOLD:
		w->hold = true;
		return true;
	case OPT_PERSISTENT:
		w->persistent = true;
		return true;
	case OPT_CONTAINER:
		w->container = optarg;
		return true;
	case OPT_KEEP:
		w->flags |= HWCONTAINER_CLAIM_FLAGS_KEEP;
		return true;
	case OPT_DRY_RUN:
		w->flags |= HWCONTAINER_CLAIM_FLAGS_DRY_RUN;
		return true;
	case OPT_PRIORITY:
		return parse_priority(optarg, &w->priority);
	case OPT_WAIT:
		return parse_wait(optarg, &w->queue_ms);
	case OPT_TIMEOUT:
		return parse_seconds(optarg, &w->timeout_ms);
	case OPT_NO_WAIT:
		w->no_wait = true;
		return true;
	case OPT_IMAGE_DIGEST:
		w->has_image_digest = true;
		return parse_digest(optarg, w->image_digest);
	case OPT_OVERLAY_DIGEST:
		w->has_overlay_digest = true;
		return parse_digest(optarg, w->overlay_digest);
	case OPT_SIGNATURE:
		w->signature = optarg;
		return true;
	case OPT_OVERLAY_SIGNATURE:
		w->overlay_signature = optarg;
		return true;
	case OPT_REWRITE:
		w->rewrite = true;
		return true;
	case OPT_UNBOUND:
		w->flags |= HWCONTAINER_CLAIM_FLAGS_UNBOUND;
		return true;
	case OPT_TAKEOVER:
		w->flags |= HWCONTAINER_CLAIM_FLAGS_TAKEOVER;
		return true;
	case OPT_ASSIGN:
		w->flags |= HWCONTAINER_CLAIM_FLAGS_ASSIGN;
		return true;
	}
	return false;
}

/* Words behind "--" are the command. */
static void split_command(struct wish *w, int *argc, char **argv)
{
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--"))
			continue;
		if (i + 1 < *argc)
			w->command = argv + i + 1;
		*argc = i;
		return;
	}
}

static int check_wish(const struct hwctl *h, const struct wish *w)
{
	bool dry = w->flags & HWCONTAINER_CLAIM_FLAGS_DRY_RUN;

	if (!w->n)
		return usage(h, "no resource is given");
	if (w->n > HWCONTAINER_REQUESTS_MAX)
		return usage(h, "at most %d resources", HWCONTAINER_REQUESTS_MAX);
	if (w->n > 1 && w->queue_ms)
		return usage(h, "one resource at a time can be waited for");
	if (w->n > 1 && (w->has_image_digest || w->has_overlay_digest))
		return usage(h, "a digest can only be given for one resource");
	if (w->n > 1 && (w->signature || w->overlay_signature))
		return usage(h, "a signature can only be given for one resource");
	if (!!w->hold + !!w->persistent + !!w->command > 1)
		return usage(h, "--hold, --persistent and a command exclude each other");
	if (w->no_wait && (w->hold || w->command || dry))
		return usage(h, "--no-wait makes no sense with --hold, --dry-run or a command");
	if (dry && (w->hold || w->command))
		return usage(h, "--dry-run makes no sense with --hold or a command");
	return DONE;
}

static int parse_wish(const struct hwctl *h, int argc, char **argv, struct wish *w)
{
	int option;

	split_command(w, &argc, argv);
	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return usage(h, "see hwctl claim new -h");
		if (!parse_option(w, option))
			return usage(h, "%s is not what that option takes", optarg);
	}
	w->items = argv + optind;
	w->n = argc - optind;
	return check_wish(h, w);
}

static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		say("%s: %s", path, strerror(errno));
	return fd;
}

/* Opens @overlay, or the file beside @image; -1 in @fd for none. */
static bool open_overlay(const char *image, const char *overlay, int *fd)
{
	char *found;

	*fd = -1;
	if (overlay) {
		*fd = *overlay ? open_file(overlay) : -1;
		return !*overlay || *fd >= 0;
	}
	found = overlay_beside(image);
	if (!found)
		return true;
	say("with the overlay beside the image, %s", found);
	*fd = open_file(found);
	free(found);
	return *fd >= 0;
}

/* A folder, or an overlay that names its image: both files have to be found. */
static bool is_to_be_searched(const struct wish *w, const char *image)
{
	const char *dot = strrchr(image, '.');
	struct stat st;

	return w->rewrite || (dot && !strcmp(dot, ".dtbo")) ||
	       (!stat(image, &st) && S_ISDIR(st.st_mode));
}

static int search(struct hwctl *h, const char *resource, const char *image, const char *overlay,
		  struct hwc_data **data)
{
	const struct hwc_data_place place = { 0 };
	char *real = absolute(image), *beside = NULL;
	int ret = REFUSED;

	if (overlay)
		beside = *overlay ? absolute(overlay) : need(strdup(""));
	if (real && (beside || !overlay))
		ret = hwc_data_open(h->ctx, &place, resource, real, beside, data) ? refused(h) :
										    DONE;
	free(beside);
	free(real);
	if (ret == DONE && hwc_data_rewrite(*data))
		say("with the overlay %s, rewritten for the claim (hwctl image rewrite shows it)",
		    hwc_data_overlay_path(*data));
	return ret;
}

static int add_signature(struct hwctl *h, struct hwc_request *req, const char *path,
			 int (*add)(struct hwc_request *req, const void *data, size_t size))
{
	char data[HWCONTAINER_SIGNATURE_MAX + 1];
	FILE *file;
	size_t size;

	if (!path)
		return DONE;
	file = fopen(path, "re");
	size = file ? fread(data, 1, sizeof(data), file) : 0;
	if (!file || ferror(file)) {
		say("%s: %s", path, strerror(errno));
		if (file)
			fclose(file);
		return REFUSED;
	}
	fclose(file);
	return add(req, data, size) ? refused(h) : DONE;
}

static int add_files(struct hwctl *h, struct hwc_request *req, const struct wish *w,
		     const char *resource, int image, int overlay)
{
	int ret;

	if (hwc_request_add(req, resource, image, overlay,
			    w->has_image_digest ? w->image_digest : NULL,
			    w->has_overlay_digest ? w->overlay_digest : NULL))
		return refused(h);
	ret = add_signature(h, req, w->signature, hwc_request_image_signature);
	return ret != DONE ?
		       ret :
		       add_signature(h, req, w->overlay_signature, hwc_request_overlay_signature);
}

/* RESOURCE[=IMAGE[:OVERLAY]]; the files stay open until the program ends. */
static int add_item(struct hwctl *h, struct hwc_request *req, const struct wish *w, char *item,
		    struct hwc_data **data)
{
	char *image = strchr(item, '=');
	int image_fd, overlay_fd = -1;
	char *overlay;

	if (!image)
		return add_files(h, req, w, item, -1, -1);
	*image++ = '\0';
	overlay = strrchr(image, ':');
	if (overlay)
		*overlay++ = '\0';
	if (!*item || !*image)
		return usage(h, "%s=%s: RESOURCE=IMAGE[:OVERLAY] is wanted", item, image);
	if (is_to_be_searched(w, image)) {
		if (search(h, item, image, overlay, data) != DONE)
			return REFUSED;
		return add_files(h, req, w, item, hwc_data_image(*data), hwc_data_overlay(*data));
	}
	image_fd = open_file(image);
	if (image_fd < 0 || !open_overlay(image, overlay, &overlay_fd))
		return REFUSED;
	return add_files(h, req, w, item, image_fd, overlay_fd);
}

static bool brings_slots(const struct hwc_data *data)
{
	return data && hwc_data_rewrite(data) && hwc_rewrite_slots(hwc_data_rewrite(data));
}

/*
 * Whatever the claims will hang on in the end, as long as they are being set up
 * it is this process: if it is killed, nothing is left behind.
 */
static int fill_request(struct hwctl *h, struct hwc_request *req, const struct wish *w)
{
	int self = syscall(SYS_pidfd_open, getpid(), 0);
	uint32_t flags = w->flags;
	int ret;

	if (self < 0) {
		say("pidfd_open: %s", strerror(errno));
		return REFUSED;
	}
	hwc_request_holder_pidfd(req, self);
	hwc_request_priority(req, w->priority);
	hwc_request_wait(req, w->queue_ms);
	if (w->container && hwc_request_container(req, w->container))
		return refused(h);
	for (size_t i = 0; i < w->n; i++) {
		ret = add_item(h, req, w, w->items[i], &w->data[i]);
		if (ret != DONE)
			return ret;
		if (!brings_slots(w->data[i]))
			continue;
		/* a shell is there for its slots, whatever becomes of its own devices */
		flags |= HWCONTAINER_CLAIM_FLAGS_UNBOUND;
		if (w->n > 1) {
			say("%s gets a shell, which is claimed alone: what else there is, when it is ready",
			    w->items[i]);
			return REFUSED;
		}
	}
	hwc_request_flags(req, flags);
	return DONE;
}

static uint32_t *grant_ids(const struct hwc_grant *grants, size_t n)
{
	uint32_t *ids = need(calloc(n, sizeof(*ids)));

	for (size_t i = 0; i < n; i++)
		ids[i] = grants[i].id;
	return ids;
}

/* After the sentence was said; what goes wrong here goes wrong in the module, too. */
static void give_back(struct hwctl *h, const struct hwc_grant *grants, size_t n)
{
	uint32_t *ids = grant_ids(grants, n);

	end_claims(h, ids, n, RELEASE_TIMEOUT_MS);
	free(ids);
}

static void add_row(struct table *t, const struct hwc_claim *claim)
{
	enum hwcontainer_claim_state state = hwc_claim_state(claim);

	table_cell(t, PLAIN, text("%u", hwc_claim_id(claim)));
	table_cell(t, claim_color(state), word(hwc_claim_state_name(state), state));
	table_cell(t, PLAIN, text("%s", hwc_claim_resource(claim)));
	table_cell(t, PLAIN, claim_took(claim));
	table_cell(t, PLAIN, claim_nodes(claim));
}

static int report(struct hwctl *h, const struct hwc_grant *grants, size_t n)
{
	static const char *const heads[] = { "CLAIM", "STATE", "RESOURCE", "TOOK", "DEVICES" };
	struct json_object *list = h->json ? need(json_object_new_array()) : NULL;
	struct table t = { 0 };

	table_heads(&t, heads, ARRAY_SIZE(heads));
	for (size_t i = 0; i < n; i++) {
		struct hwc_claim *claim;

		if (hwc_claim_get(h->ctx, grants[i].id, &claim)) {
			json_object_put(list);
			return refused(h);
		}
		if (h->json)
			json_object_array_add(list, json_claim(claim));
		else
			add_row(&t, claim);
		hwc_claim_free(claim);
	}
	if (h->json)
		json_print(h, list);
	else
		table_print(&t);
	return DONE;
}

static int leave_to_nobody(struct hwctl *h, const struct hwc_grant *grants, size_t n)
{
	uint32_t *ids = grant_ids(grants, n);
	int err = hwc_claim_handover(h->ctx, ids, n, -1);

	free(ids);
	return err ? refused(h) : DONE;
}

/* What becomes of claims that are ready. An exit code. */
static int use_claims(struct hwctl *h, const struct wish *w, int holder,
		      const struct hwc_grant *grants)
{
	int ret;

	if (w->command)
		return run_holding(h, grants, w->n, w->command);
	ret = report(h, grants, w->n);
	if (ret != DONE)
		return ret;
	fflush(stdout);
	if (w->hold)
		return hold(h, holder, grants, w->n);
	if (w->flags & HWCONTAINER_CLAIM_FLAGS_DRY_RUN)
		return DONE;
	return leave_to_nobody(h, grants, w->n);
}

static int wait_and_use(struct hwctl *h, const struct wish *w, const struct hwc_grant *grants)
{
	bool stays = !w->hold && !w->command && !(w->flags & HWCONTAINER_CLAIM_FLAGS_DRY_RUN);
	int holder = hwc_holder_open(h->ctx);
	int err, ret;

	if (holder < 0)
		return refused(h);
	catch_signals();
	err = w->no_wait ? 0 : wait_ready(h, holder, grants, w->n, w->timeout_ms);
	if (was_interrupted())
		say("interrupted");
	else if (err == -ETIMEDOUT)
		say("not ready after %.1f s", w->timeout_ms / 1000.0);
	else if (err)
		refused(h);
	ret = err || was_interrupted() ? REFUSED : use_claims(h, w, holder, grants);
	close(holder);
	if (ret != DONE || !stays)
		give_back(h, grants, w->n);
	return ret;
}

int claim_new(struct hwctl *h, int argc, char **argv)
{
	struct wish w = { .timeout_ms = -1 };
	struct hwc_request *req;
	struct hwc_grant *grants;
	int ret;

	ret = parse_wish(h, argc, argv, &w);
	if (ret != DONE)
		return ret;
	if (hwc_request_new(h->ctx, &req))
		return refused(h);
	grants = need(calloc(w.n, sizeof(*grants)));
	w.data = need(calloc(w.n, sizeof(*w.data)));
	ret = fill_request(h, req, &w);
	if (ret == DONE)
		ret = hwc_request_submit(req, grants) ? refused(h) : wait_and_use(h, &w, grants);
	for (size_t i = 0; i < w.n; i++)
		hwc_data_free(w.data[i]);
	free(w.data);
	free(grants);
	hwc_request_free(req);
	return ret;
}
