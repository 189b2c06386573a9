/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Overlays of the tests, compiled by dtc when they are needed. */
#ifndef HWC_TESTS_DTS_H
#define HWC_TESTS_DTS_H

#include <stddef.h>

/*
 * A shell with two slots as AMD's tools write one, and the overlay of an image
 * for slot 0: labels, firmware-name, resets, devices of all slots on &amba.
 */
extern const char dts_shell[];
extern const char dts_slot0[];

/*
 * Compiles @text with dtc and @options; the blob is exactly as long as what was
 * allocated for it. Skips the test where there is no dtc.
 */
void *dts_compile(const char *text, const char *options, size_t *size);
/* The same from a file, NULL where it is not there. */
void *dts_compile_file(const char *path, const char *options, size_t *size);
/* What dtc makes of a blob, to be freed. */
char *dts_text(const void *blob, size_t size);
/* Fails the test where dtc has anything to say about a blob. */
void dts_check(const void *blob, size_t size);
/* The blob as @path. */
void dts_write(const char *path, const void *blob, size_t size);

#endif
