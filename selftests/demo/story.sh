# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154
# How the demonstrations tell what they do, and count what is as it should be.
good=0
bad=0

title() {
	printf ' \n== %s\n \n' "$*"
}

indent() {
	sed 's/^/    /'
}

tell() {
	echo "  $*"
}

# tell_image COMMANDS FOLDER: how it was made, and its root file system
tell_image() {
	sed 's/^/  $ /' "$1"
	tell "Its root file system:"
	(cd "$2" && find . -type f) | indent
}

# show COMMAND...: as somebody would type it, with what it prints
show() {
	printf '  $ %s\n' "$*"
	"$@" 2>&1 | indent
}

# check NAME COMMAND...: one line of the summary
check() {
	name=$1
	shift
	if "$@"; then
		good=$((good + 1))
	else
		bad=$((bad + 1))
		printf '  NOT AS IT SHOULD BE: %s\n' "$name"
	fi
}

# follow_refusal COMMAND...: what the runtime says without a policy, and what it names there
follow_refusal() {
	rm -f "$policy"
	follow_next_refusal "$@"
}

# follow_next_refusal COMMAND...: what it says with the policy that there is
follow_next_refusal() {
	"$@" </dev/null >/tmp/said 2>&1
	indent </tmp/said
	command=$(sed -n 's/.*; \(hwctl policy allow .*\) does$/\1/p' /tmp/said)
	check "the refusal names the command" [ -n "$command" ]
	# shellcheck disable=SC2086 # words of a command
	show $command
}

told_all() {
	printf ' \n  %s of %s checks as they should be\n' "$good" $((good + bad))
}
