// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl image pack [--resource NAME[=ACCEL]]... DIR OUT */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <getopt.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "hwctl.h"

#define FIRMWARE "/lib/firmware/xilinx"
#define REQUESTS "/etc/hwcontainer.json"

/**
 * struct pack - what is packed
 * @dir: the folder, from the root
 * @name: of the folder
 * @out: root file system that is made
 * @wishes: NAME[=ACCEL]
 * @n: how many
 * @dfx: what is in the folder
 * @requests: what the image will ask for
 */
struct pack {
	char *dir;
	const char *name;
	const char *out;
	char **wishes;
	size_t n;
	struct hwc_dfx *dfx;
	struct json_object *requests;
};

/* Whether what is to be made at @path would be in @dir. */
static bool is_inside(const char *path, const char *dir)
{
	char *copy = need(strdup(path)), *above = copy, *real;
	size_t length = strlen(dir);
	bool inside;

	for (;;) {
		real = realpath(above, NULL);
		if (real || !strcmp(above, "/") || !strcmp(above, "."))
			break;
		above = dirname(above);
	}
	inside = real && !strncmp(real, dir, length) && (!real[length] || real[length] == '/');
	free(real);
	free(copy);
	return inside;
}

static int parse(struct hwctl *h, int argc, char **argv, struct pack *p)
{
	static const struct option options[] = {
		{ "resource", required_argument, NULL, 'r' },
		{ 0 },
	};
	int option;

	p->wishes = need(calloc(argc, sizeof(*p->wishes)));
	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'r')
			return usage(h, "see hwctl image pack -h");
		p->wishes[p->n++] = optarg;
	}
	if (argc - optind != 2 || !*argv[optind + 1])
		return usage(h, "a folder to pack and a folder to make are wanted");
	p->dir = absolute(argv[optind]);
	if (!p->dir)
		return REFUSED;
	p->name = strrchr(p->dir, '/') + 1;
	p->out = argv[optind + 1];
	if (!is_inside(p->out, p->dir))
		return DONE;
	say("%s is in %s, of which it would become a copy", p->out, argv[optind]);
	return REFUSED;
}

/* The accelerator @name of the shell, or the application itself. */
static const struct hwc_dfx_item *find_item(const struct pack *p, const char *name)
{
	char *below = name ? text("%s/%s", p->dir, name) : need(strdup(p->dir));
	const struct hwc_dfx_item *found = NULL;
	size_t length = strlen(below);

	for (size_t i = 0; !found && i < hwc_dfx_items(p->dfx); i++) {
		const struct hwc_dfx_item *item = hwc_dfx_item(p->dfx, i);

		if ((item->type == HWC_DFX_ACCEL) == !!name &&
		    !strncmp(item->path, below, length) &&
		    (!item->path[length] || (name && item->path[length] == '/')))
			found = item;
	}
	free(below);
	return found;
}

static int add_request(struct hwctl *h, struct pack *p, char *wish)
{
	char *accel = strchr(wish, '=');
	const struct hwc_dfx_item *item;
	char *path;

	if (accel)
		*accel++ = '\0';
	if (*wish != '/')
		return usage(h, "%s: a resource is named by its path here", wish);
	item = find_item(p, accel);
	if (!item) {
		say("%s has no %s%s", p->dir, accel ? "accelerator " : "shell.json",
		    accel ? accel : "");
		return REFUSED;
	}
	say_problems(item);
	if (item->n_problems)
		return REFUSED;
	path = text("%s/%s%s%s", FIRMWARE, p->name, accel ? "/" : "", accel ? accel : "");
	json_text(p->requests, wish, path);
	free(path);
	return DONE;
}

static int read_folder(struct hwctl *h, struct pack *p)
{
	int ret = DONE;

	if (hwc_dfx_open(h->ctx, NULL, p->dir, &p->dfx))
		return refused(h);
	if (!hwc_dfx_items(p->dfx) || strcmp(hwc_dfx_item(p->dfx, 0)->path, p->dir)) {
		say("%s has no shell.json: it is no application's folder", p->dir);
		return REFUSED;
	}
	p->requests = need(json_object_new_object());
	for (size_t i = 0; ret == DONE && i < p->n; i++)
		ret = add_request(h, p, p->wishes[i]);
	return ret;
}

/* copying */

static int failed(const char *path)
{
	say("%s: %s", path, strerror(errno));
	return REFUSED;
}

/* The folders on the way to @path, which may be there. */
static int make_way(const char *path)
{
	char *copy = need(strdup(path));
	int ret = DONE;

	for (char *at = strchr(copy + 1, '/'); at && ret == DONE; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(copy, 0755) && errno != EEXIST)
			ret = failed(copy);
		*at = '/';
	}
	free(copy);
	return ret;
}

static bool copy_bytes(int from, int to)
{
	char buffer[65536];
	ssize_t got;

	while ((got = read(from, buffer, sizeof(buffer))) > 0)
		for (ssize_t done = 0; done < got;) {
			ssize_t n = write(to, buffer + done, got - done);

			if (n < 0)
				return false;
			done += n;
		}
	return !got;
}

static int copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), out;
	int ret = DONE;

	if (in < 0)
		return failed(from);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (out < 0 || !copy_bytes(in, out))
		ret = failed(to);
	if (out >= 0 && close(out) && ret == DONE)
		ret = failed(to);
	close(in);
	return ret;
}

static int copy_link(const char *from, const char *to)
{
	char target[4096];
	ssize_t length = readlink(from, target, sizeof(target) - 1);

	if (length < 0)
		return failed(from);
	target[length] = '\0';
	return symlink(target, to) ? failed(to) : DONE;
}

static int copy_entry(const FTSENT *entry, const char *to)
{
	switch (entry->fts_info) {
	case FTS_D:
		return mkdir(to, 0755) ? failed(to) : DONE;
	case FTS_DP:
		return DONE;
	case FTS_F:
		return copy_file(entry->fts_path, to);
	case FTS_SL:
	case FTS_SLNONE:
		return copy_link(entry->fts_path, to);
	case FTS_ERR:
	case FTS_DNR:
	case FTS_NS:
		errno = entry->fts_errno;
		return failed(entry->fts_path);
	}
	say("%s is neither a file nor a folder", entry->fts_path);
	return REFUSED;
}

/* All of @from as @to, which is made. */
static int copy_tree(const char *from, const char *to)
{
	char *const roots[] = { (char *)from, NULL };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;
	int ret = fts ? make_way(to) : failed(from);

	while (ret == DONE && (entry = fts_read(fts))) {
		char *path = text("%s%s", to, entry->fts_path + strlen(from));

		ret = copy_entry(entry, path);
		free(path);
	}
	if (fts)
		fts_close(fts);
	return ret;
}

static int write_requests(const struct pack *p)
{
	char *path = text("%s" REQUESTS, p->out);
	const char *json = json_object_to_json_string_ext(
		p->requests, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
	int ret = make_way(path);
	FILE *file = ret == DONE ? fopen(path, "wxe") : NULL;

	if (ret == DONE && (!file || fprintf(file, "%s\n", json) < 0))
		ret = failed(path);
	if (file && fclose(file) && ret == DONE)
		ret = failed(path);
	free(path);
	return ret;
}

/* telling */

/* Adds a line, which is taken over. */
static void add_command(struct json_object *list, char *line)
{
	json_append(list, line);
	free(line);
}

/* "OPTION 'RESOURCE=FOLDER' ..." for every request */
static char *options_text(const struct pack *p, const char *option)
{
	char *all = text("%s", "");

	json_object_object_foreach(p->requests, key, value) {
		char *longer =
			text("%s %s '%s=%s'", all, option, key, json_object_get_string(value));

		free(all);
		all = longer;
	}
	return all;
}

/* What puts it into an image, by the tools that make images, and what asks for it. */
static struct json_object *commands(const struct pack *p)
{
	struct json_object *list = need(json_object_new_array());
	char *labels = options_text(p, "--config.label");
	char *annotations = options_text(p, "--annotation");

	add_command(list, text("buildah copy CONTAINER %s /", p->out));
	add_command(list, text("umoci insert --image IMAGE %s" FIRMWARE "/%s " FIRMWARE "/%s",
			       p->out, p->name, p->name));
	if (p->n) {
		add_command(list, text("umoci config --image IMAGE%s", labels));
		add_command(list,
			    text("podman run --runtime $(command -v hwcontainer-runtime)%s IMAGE",
				 annotations));
	}
	free(labels);
	free(annotations);
	return list;
}

static void tell(struct hwctl *h, const struct pack *p)
{
	struct json_object *list = commands(p), *json;

	if (h->json) {
		json = need(json_object_new_object());
		json_text(json, "root", p->out);
		json_text(json, "type", hwc_dfx_type_name(hwc_dfx_item(p->dfx, 0)->type));
		json_object_object_add(json, "request", json_object_get(p->requests));
		json_object_object_add(json, "command", list);
		json_print(h, json);
		return;
	}
	field("root", HEAD, text("%s", p->out));
	field("folder", PLAIN, text(FIRMWARE "/%s", p->name));
	json_object_object_foreach(p->requests, key, value)
		field("request", PLAIN, text("%s=%s", key, json_object_get_string(value)));
	for (size_t i = 0; i < json_object_array_length(list); i++)
		field(i ? "" : "commands", PLAIN,
		      text("%s", json_object_get_string(json_object_array_get_idx(list, i))));
	json_object_put(list);
}

static int make(struct hwctl *h, struct pack *p)
{
	char *to = text("%s" FIRMWARE "/%s", p->out, p->name);
	int ret = copy_tree(p->dir, to);

	if (ret == DONE && p->n)
		ret = write_requests(p);
	if (ret == DONE)
		tell(h, p);
	free(to);
	return ret;
}

int image_pack(struct hwctl *h, int argc, char **argv)
{
	struct pack p = { 0 };
	int ret;

	ret = parse(h, argc, argv, &p);
	if (ret == DONE)
		ret = read_folder(h, &p);
	if (ret == DONE)
		ret = make(h, &p);
	json_object_put(p.requests);
	hwc_dfx_free(p.dfx);
	free(p.wishes);
	free(p.dir);
	return ret;
}
