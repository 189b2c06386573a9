// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl: what people and scripts do with libhwcontainer. */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "hwctl.h"

static const struct command commands[] = {
	{ "resource", "list", "", "what there is and who has it", NULL, resource_list },
	{ "resource", "show", "NAME", "everything about one resource", NULL, resource_show },
	{ "resource", "set", "NAME --blank FILE|none",
	  "say what a resource is left with when a claim's image is unloaded",
	  "  --blank FILE          this image is loaded then, before the resource is free;\n"
	  "                        none: the last one stays, behind closed bridges\n",
	  resource_set },
	{ "claim", "new", "[OPTION...] RESOURCE[=IMAGE[:OVERLAY]]... [-- COMMAND [ARG...]]",
	  "claim resources, all of them or none, and wait until they are ready",
	  "Without an overlay the file beside the image that ends in .dtbo is taken, if\n"
	  "there is one; IMAGE: takes none. IMAGE may be a folder of dfx-mgr, or an overlay\n"
	  "that names its image. The claims stay until they are deleted, or\n"
	  "as long as COMMAND runs, which finds the devices in HWC_DEVICES_0 and so on.\n"
	  "\n"
	  "  --hold                hold them until this program ends\n"
	  "  --persistent          they stay until deleted (the default)\n"
	  "  --container ID        the container they are for\n"
	  "  --keep                leave the image loaded when the claim ends\n"
	  "  --dry-run             only check; touches no hardware\n"
	  "  --priority N          larger is more important\n"
	  "  --wait[=SECONDS]      wait for what others have, in its queue\n"
	  "  --timeout SECONDS     give up and delete them when not ready by then\n"
	  "  --no-wait             do not wait until they are ready\n"
	  "  --image-digest HEX    SHA-256 the image must have (one resource only)\n"
	  "  --overlay-digest HEX  SHA-256 the overlay must have (one resource only)\n"
	  "  --signature FILE      signature of the image, PKCS#7 (one resource only)\n"
	  "  --overlay-signature FILE\n"
	  "                        signature of the overlay (one resource only)\n"
	  "  --rewrite             overlays are those of vendors, or of another slot\n"
	  "  --unbound             be ready also with devices that no driver is there for\n"
	  "  --takeover            stop a remote processor that somebody else started\n"
	  "  --assign              the devices are for a virtual machine\n",
	  claim_new },
	{ "claim", "list", "", "all claims", NULL, claim_list },
	{ "claim", "show", "[OPTION...] ID...",
	  "everything about one claim, or what a virtual machine would be given of several",
	  "  --xl                  registers and interrupts, as an xl.cfg has them\n"
	  "  --dtb[=FILE]          the devices, as the device tree for its device_tree\n",
	  claim_show },
	{ "claim", "handover", "[OPTION...] ID...",
	  "give claims to another holder, all of them or none",
	  "Without an option they are nobody's. They are charged where their holder is.\n"
	  "\n"
	  "  --pid PID             the process that holds them from now on\n"
	  "  --netns FILE          the network namespace, such as /run/netns/web\n",
	  claim_handover },
	{ "claim", "delete", "[OPTION...] ID...",
	  "end claims, all of them or none, and wait until the hardware is free",
	  "  --no-wait             do not wait\n"
	  "  --timeout SECONDS     wait no longer than this (30)\n",
	  claim_delete },
	{ "image", "check", "[OPTION...] FILE",
	  "say what an image is, what its overlay touches, and what is wrong with them",
	  "FILE may also be the kernel of a virtual machine. Works without the module.\n"
	  "\n"
	  "  --overlay FILE        its overlay; otherwise the one beside it, if any\n"
	  "  --no-overlay          only the image\n"
	  "  --resource NAME       check that they fit this resource\n"
	  "  --rewrite             of the overlay, check what a claim makes of it\n",
	  image_check },
	{ "image", "list", "DIR", "what a folder of dfx-mgr has: shells, slots, accelerators",
	  "DIR is /lib/firmware/xilinx, a folder in it, or a copy of one. What is missing\n"
	  "is said. Works without the module.\n",
	  image_list },
	{ "image", "rewrite", "[OPTION...] OVERLAY|DIR [OUT]",
	  "show what a claim makes of an overlay as vendors ship it",
	  "Works without the module. With OUT the result is written there.\n"
	  "\n"
	  "  --resource NAME       the resource that it is for; needed for a folder\n"
	  "  --shell FILE          overlay of the shell whose slot the resource is\n",
	  image_rewrite },
	{ "image", "pack", "[OPTION...] DIR OUT",
	  "make the files of a container's image from a folder of dfx-mgr",
	  "OUT gets the folder unchanged, below /lib/firmware/xilinx, and the requests in\n"
	  "/etc/hwcontainer.json; the commands that put it into an image are printed.\n"
	  "\n"
	  "  --resource NAME       ask for this resource with the application or shell\n"
	  "  --resource NAME=ACCEL ask for this slot with an accelerator of the shell\n",
	  image_pack },
	{ "policy", "list", "[OPTION...]", "what images may ask for on this host",
	  "  --file FILE           instead of " HWC_POLICY_PATH "\n", policy_list },
	{ "policy", "allow", "[OPTION...] all | name NAME... | digest sha256:HEX...",
	  "let images have what they ask for",
	  "  --comment TEXT        why; kept with the rule\n"
	  "  --file FILE           instead of " HWC_POLICY_PATH "\n",
	  policy_allow },
	{ "policy", "remove", "[OPTION...] all | name NAME... | digest sha256:HEX...",
	  "take a rule back", "  --file FILE           instead of " HWC_POLICY_PATH "\n",
	  policy_remove },
	{ "group", "list", "", "who may have how much, and has it", NULL, group_list },
	{ "group", "show", "NAME", "everything about one group", NULL, group_show },
	{ "group", "new", "NAME [KIND=N...]", "make a group, with limits or without",
	  "NAME is a path: web/a is a group inside web.\n", group_new },
	{ "group", "delete", "NAME...", "remove groups that have nothing in them", NULL,
	  group_delete },
	{ "group", "set", "NAME FILE VALUE...", "change what a group says",
	  "FILE is what hwctl group show lists:\n"
	  "\n"
	  "  max KIND=N...         most claims of each kind, or KIND=max for no limit;\n"
	  "                        KIND may be function:NAME\n"
	  "  delegate on|off       members claim without privilege\n"
	  "  images IMAGE...       what may be loaded, as a whole; \"\" for no list\n"
	  "  FILE VALUE            any other file, such as weight\n",
	  group_set },
	{ "group", "images", "NAME list | NAME add IMAGE... | NAME remove IMAGE...",
	  "what members may load",
	  "IMAGE is sha256:HEX, any, or what else the file images of a group takes.\n",
	  group_images },
	{ "group", "revoke", "NAME IMAGE...",
	  "end claims of members that have these images, and let nobody load them again", NULL,
	  group_revoke },
	{ "group", "unrevoke", "NAME IMAGE...", "take that back", NULL, group_unrevoke },
	{ "group", "attach", "NAME PID|FILE...", "make network namespaces members",
	  "FILE is one such as /run/netns/NAME or /proc/PID/ns/net.\n", group_attach },
	{ "group", "detach", "PID|FILE...", "put network namespaces back into the root",
	  "FILE is one such as /run/netns/NAME or /proc/PID/ns/net.\n", group_detach },
	{ "top", "", "[OPTION...]", "who has what since when, who waits, and how much is left",
	  "On a terminal until q is pressed; elsewhere one after the other.\n"
	  "\n"
	  "  -b, --batch           one after the other, on a terminal, too\n"
	  "  -n, --count N         so many times\n"
	  "  -d, --delay SECONDS   time between two (1)\n"
	  "      --once            -b -n 1; this is what -j does\n",
	  top },
	{ "monitor", "", "", "tell what happens, until interrupted", NULL, monitor },
	{ "version", "", "", "versions of this program, the library and the module", NULL,
	  version },
};

static const char options_help[] = "  -j, --json            answer in JSON\n"
				   "  -p, --pretty          with line breaks\n"
				   "      --sysroot DIR     a folder stands in for this system\n"
				   "  -h, --help            this\n";

static const char *space(const char *word)
{
	return *word ? " " : "";
}

static void print_usage(FILE *out, const struct command *c)
{
	fprintf(out, "usage: hwctl [-j] [-p] %s%s%s%s%s\n", c->object, space(c->verb), c->verb,
		space(c->args), c->args);
}

static void print_command(const struct command *c)
{
	print_usage(stdout, c);
	printf("\n%c%s.\n", c->what[0] - 'a' + 'A', c->what + 1);
	if (c->more)
		printf("\n%s", c->more);
}

/* All commands, or those of one object; false where it has none. */
static bool print_commands(const char *object)
{
	bool any = false;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		const struct command *c = &commands[i];
		char name[32];

		if (object && strcmp(c->object, object))
			continue;
		if (!any)
			printf("usage: hwctl [-j] [-p] %s\n\n",
			       object ? object : "OBJECT VERB ...");
		snprintf(name, sizeof(name), "%s%s%s", c->object, space(c->verb), c->verb);
		printf("  %-18s %s\n", name, c->what);
		any = true;
	}
	return any;
}

static int help_all(void)
{
	print_commands(NULL);
	printf("  %-18s %s\n\n%s\nhwctl OBJECT VERB -h tells more of one of them.\n", "help",
	       "this; also after an object", options_help);
	return DONE;
}

static int help_object(const char *object)
{
	if (!print_commands(object)) {
		say("there is no object %s; see hwctl help", object);
		return USAGE;
	}
	printf("\n%s", options_help);
	return DONE;
}

void say(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fputs("hwctl: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

int refused(const struct hwctl *h)
{
	say("%s", hwc_ctx_error(h->ctx));
	return REFUSED;
}

int usage(const struct hwctl *h, const char *fmt, ...)
{
	va_list args;

	fputs("hwctl: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	if (h->command)
		print_usage(stderr, h->command);
	return USAGE;
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help"))
			return true;
	return false;
}

static int run_command(struct hwctl *h, const struct command *c, int argc, char **argv)
{
	static char program[] = "hwctl";
	int ret;

	h->command = c;
	if (wants_help(argc, argv) || (!*c->verb && argc == 2 && !strcmp(argv[1], "help"))) {
		print_command(c);
		return DONE;
	}
	if (hwc_ctx_new(&h->ctx)) {
		say("out of memory");
		return REFUSED;
	}
	argv[0] = program; /* in whose name getopt_long() speaks */
	if (h->sysroot && hwc_ctx_set_sysroot(h->ctx, h->sysroot))
		ret = refused(h);
	else
		ret = c->run(h, argc, argv);
	hwc_ctx_free(h->ctx);
	if (fflush(stdout) || ferror(stdout)) {
		say("standard output: cannot be written");
		return REFUSED;
	}
	return ret;
}

static int dispatch(struct hwctl *h, int argc, char **argv)
{
	const char *object = argv[0], *verb = argc > 1 ? argv[1] : "";
	bool known = false;

	if (!strcmp(object, "help"))
		return argc > 1 ? help_object(argv[1]) : help_all();
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		const struct command *c = &commands[i];

		if (strcmp(c->object, object))
			continue;
		known = true;
		if (!*c->verb)
			return run_command(h, c, argc, argv);
		if (!strcmp(c->verb, verb))
			return run_command(h, c, argc - 1, argv + 1);
	}
	if (known && (!strcmp(verb, "help") || !strcmp(verb, "-h") || !strcmp(verb, "--help")))
		return help_object(object);
	if (known && *verb)
		return usage(h, "%s: there is no verb %s; see hwctl %s help", object, verb, object);
	if (known)
		return usage(h, "%s: what about it? see hwctl %s help", object, object);
	return usage(h, "there is no object %s; see hwctl help", object);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "pretty", no_argument, NULL, 'p' },
		{ "sysroot", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct hwctl h = { 0 };
	int c;

	while ((c = getopt_long(argc, argv, "+jph", options, NULL)) != -1) {
		switch (c) {
		case 'j':
			h.json = true;
			break;
		case 'p':
			h.pretty = true;
			break;
		case 's':
			h.sysroot = optarg;
			break;
		case 'h':
			return help_all();
		default:
			return USAGE;
		}
	}
	if (optind == argc)
		return usage(&h, "nothing to do; see hwctl help");
	return dispatch(&h, argc - optind, argv + optind);
}
