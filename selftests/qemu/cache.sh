#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows or removes what the bench keeps between builds.
set -eu
bench=$(cd "$(dirname "$0")" && pwd)
. "$bench/common.sh"

case ${1-show} in
show) [ ! -d "$cache" ] || du -sh "$cache"/* ;;
remove) rm -rf "$cache" ;;
*) die "usage: cache.sh [show|remove]" ;;
esac
