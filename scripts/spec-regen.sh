#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Generate from the netlink spec what is generated from it, with the kernel's
# own generator: spec-regen.sh KSRC writes the files, spec-regen.sh KSRC --check
# compares them with what is checked in and says which differ.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
ksrc=${1:?usage: spec-regen.sh KSRC [--check]}
mode=${2:-}
ynl=$ksrc/tools/net/ynl
python=${PYTHON:-/usr/bin/python3}

[ -f "$ynl/ynl-gen-c.py" ] || { echo "spec-regen: no generator in $ksrc" >&2; exit 1; }

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# The generator looks for the schema beside the spec's folder, and writes the
# spec's path as seen from the first folder above it that has a MAINTAINERS.
mkdir -p "$tmp/Documentation/netlink/specs"
cp "$ksrc"/Documentation/netlink/*.yaml "$tmp/Documentation/netlink/"
cp "$top/Documentation/netlink/specs/hwcontainer.yaml" "$tmp/Documentation/netlink/specs/"
touch "$tmp/MAINTAINERS"
cd "$tmp"

spec=$tmp/Documentation/netlink/specs/hwcontainer.yaml
gen() { # OUTPUT ARGS...
	out=$1
	shift
	mkdir -p "$(dirname "$out")"
	"$python" "$ynl/ynl-gen-c.py" --spec "$spec" -o "$out" "$@"
}
gen include/uapi/linux/hwcontainer.h --mode uapi --header
gen kernel/netlink_gen.h --mode kernel --header
gen kernel/netlink_gen.c --mode kernel --source
"$python" "$ynl/ynl-gen-rst.py" -i "$spec" -o Documentation/netlink/hwcontainer.rst

status=0
for f in include/uapi/linux/hwcontainer.h kernel/netlink_gen.h kernel/netlink_gen.c \
	Documentation/netlink/hwcontainer.rst; do
	if [ "$mode" = --check ]; then
		diff -u "$top/$f" "$f" || status=1
	elif ! cmp -s "$f" "$top/$f"; then
		mkdir -p "$(dirname "$top/$f")"
		cp "$f" "$top/$f"
		echo "spec-regen: $f"
	fi
done
[ $status = 0 ] || echo "spec-regen: the files above differ from their spec" >&2
exit $status
