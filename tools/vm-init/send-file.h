/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An open file goes to another process. The runtime does it, and vm-init. */
#ifndef HWC_VM_SEND_FILE_H
#define HWC_VM_SEND_FILE_H

#include <stddef.h>

/* @text, which is not empty, with the file beside it: 0 or -errno. */
int send_file(int sock, int file, const char *text, size_t size);

#endif
