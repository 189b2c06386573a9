# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034
# What the guest's tests in shell share: results as KTAP, and waiting.
number=0
failed=0
# told=yes: what a command prints is shown where it is as it should be, too
told=no

# What was printed, as diagnostics.
quote() {
	for file in /tmp/out /tmp/err; do
		[ ! -s "$file" ] || sed 's/^/# /' "$file"
	done
}

result() { # 0 or not, name
	number=$((number + 1))
	[ "$1$told" = 0no ] || quote
	if [ "$1" = 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		failed=1
	fi
}

# expect NAME COMMAND...: is as it should be where the command succeeds
expect() {
	expected=$1
	shift
	"$@" >/tmp/out 2>&1
	result $? "$expected"
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

# same WANTED SEEN
same() {
	[ "$1" = "$2" ] && return
	echo "expected: $1"
	echo "seen:     $2"
	return 1
}

skip() { # name, why
	number=$((number + 1))
	echo "ok $number - $1 # SKIP $2"
}

skip_all() { # why
	echo "1..0 # SKIP $1"
	exit 4
}

# within SECONDS COMMAND...: whether it succeeds some time before.
within() {
	tries=$(($1 * ${HWC_SLOW-1} * 20))
	shift
	while [ $tries -gt 0 ]; do
		"$@" && return
		sleep 0.05
		tries=$((tries - 1))
	done
	return 1
}

no_claim() {
	[ "$(hwctl claim list | wc -l)" = 1 ]
}
