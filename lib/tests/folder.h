/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A root file system with folders of dfx-mgr. */
#ifndef HWC_TESTS_FOLDER_H
#define HWC_TESTS_FOLDER_H

#include <stdint.h>

#define FOLDER_SHELL "/lib/firmware/xilinx/shell"

/*
 * A temporary folder that is a root:
 *
 *	FOLDER_SHELL			shell.json (PL_DFX, 2 slots), shell.bit,
 *					shell.dtbo (dts_shell) that names shell.bit.bin
 *	FOLDER_SHELL/AES/AES_slot0	accel.json (80000000.engine), slot0.bit of frame
 *					0x2500, slot0.dtbo (dts_slot0)
 *	FOLDER_SHELL/AES/AES_slot1	accel.json (82000000.engine), slot1.bit of frame
 *					0x82500, slot1.dtbo
 *	FOLDER_SHELL/FFT/FFT_slot0	like AES_slot0, without accel.json
 */
char *folder_new(void);
void folder_free(char *root);

/* Paths are those below the root; the folders on the way are made. */
void folder_text(const char *root, const char *path, const char *text);
/* A partial image that begins at a frame. */
void folder_image(const char *root, const char *path, uint32_t frame);
void folder_overlay(const char *root, const char *path, const char *dts);
void folder_remove(const char *root, const char *path);
void folder_link(const char *root, const char *path, const char *target);

#endif
