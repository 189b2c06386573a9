// SPDX-License-Identifier: GPL-2.0-or-later
/* Words of the command line. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "hwctl.h"

int args_words(const struct hwctl *h, int argc, char **argv, int min, int max)
{
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-' && argv[i][1]) {
			usage(h, "there is no option %s", argv[i]);
			return -1;
		}
	}
	if (argc - 1 < min)
		usage(h, "too few words");
	else if (argc - 1 > max)
		usage(h, "too many words: %s", argv[max + 1]);
	else
		return 0;
	return -1;
}

bool parse_u32(const char *text, uint32_t *value)
{
	unsigned long long number;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || *end || number > UINT32_MAX)
		return false;
	*value = number;
	return true;
}

bool parse_seconds(const char *text, int *ms)
{
	double seconds;
	char *end;

	if (!isdigit((unsigned char)*text) && *text != '.')
		return false;
	seconds = strtod(text, &end);
	if (end == text || *end || !isfinite(seconds) || seconds > INT32_MAX / 1000)
		return false;
	*ms = seconds * 1000;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool parse_digest(const char *text, uint8_t *digest)
{
	static const char prefix[] = "sha256:";

	if (!strncmp(text, prefix, strlen(prefix)))
		text += strlen(prefix);
	if (strlen(text) != 2 * HWCONTAINER_DIGEST_LEN)
		return false;
	for (int i = 0; i < HWCONTAINER_DIGEST_LEN; i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		digest[i] = high << 4 | low;
	}
	return true;
}

bool parse_id(const struct hwctl *h, const char *text, uint32_t *id)
{
	if (parse_u32(text, id))
		return true;
	usage(h, "%s is no number of a claim", text);
	return false;
}

uint32_t *parse_ids(const struct hwctl *h, char **texts, size_t n)
{
	uint32_t *ids = need(calloc(n, sizeof(*ids)));

	for (size_t i = 0; i < n; i++) {
		if (!parse_id(h, texts[i], &ids[i])) {
			free(ids);
			return NULL;
		}
	}
	return ids;
}

char *overlay_beside(const char *image)
{
	const char *slash = strrchr(image, '/');
	const char *dot = strrchr(slash ? slash : image, '.');
	size_t stem = dot ? (size_t)(dot - image) : strlen(image);
	char *path = text("%.*s.dtbo", (int)stem, image);

	if (!access(path, F_OK))
		return path;
	free(path);
	return NULL;
}

char *absolute(const char *path)
{
	char *real = realpath(path, NULL);

	if (!real)
		say("%s: %s", path, strerror(errno));
	return real;
}
