# SPDX-License-Identifier: GPL-2.0-or-later
# Libraries of test programs: NAME-libs := names for pkg-config
30-nlclient-libs := libnl-genl-3.0
