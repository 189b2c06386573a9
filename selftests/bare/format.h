/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text with values in it, for programs that have no C library. */
#ifndef BARE_FORMAT_H
#define BARE_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

size_t format(char *buffer, size_t size, const char *text, va_list args);

#endif
