/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exceptions that nothing handles: what start.S tells main.c. */
#ifndef R5_EXCEPTIONS_H
#define R5_EXCEPTIONS_H

#define EXCEPTION_UNDEFINED 0
#define EXCEPTION_SUPERVISOR 1
#define EXCEPTION_PREFETCH 2
#define EXCEPTION_DATA 3
#define EXCEPTION_INTERRUPT 4

#endif
