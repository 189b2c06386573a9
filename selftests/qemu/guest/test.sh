# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034
# What the guest's tests in shell share, beside what all tests in shell do.
printed=/tmp/out
# shellcheck source=selftests/expect.sh
. /hwc/expect.sh

# What was printed, also by what `run` has run.
quote() {
	for file in /tmp/out /tmp/err; do
		[ ! -s "$file" ] || sed 's/^/# /' "$file"
	done
}

# run CODE COMMAND...: whether it ends so; remembers what it printed
run() {
	want=$1
	shift
	"$@" >/tmp/out 2>/tmp/err
	code=$?
	[ "$code" = "$want" ] || echo "exit code $code instead of $want: $*" >>/tmp/err
	[ "$code" = "$want" ]
}

says() {
	grep -qF -- "$1" /tmp/out
}

skip() { # name, why
	number=$((number + 1))
	echo "ok $number - $1 # SKIP $2"
}

no_claim() {
	[ "$(hwctl claim list | wc -l)" = 1 ]
}
