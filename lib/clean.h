/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text of others for people's eyes. The tools have its object, too. */
#ifndef HWC_CLEAN_H
#define HWC_CLEAN_H

/* One line of UTF-8 that a terminal shows as it is: all else becomes '?', byte by byte. */
void hwc_clean_text(char *text);

#endif
