# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of hwctl for bash.

_hwctl_words() {
	case "$1 $2" in
	" ") echo "resource claim image policy group top monitor version help" ;;
	"resource ") echo "list show set help" ;;
	"claim ") echo "new list show handover delete help" ;;
	"image ") echo "check list rewrite pack help" ;;
	"policy ") echo "list allow remove help" ;;
	"group ") echo "list show new delete set images revoke unrevoke attach detach help" ;;
	"help ") echo "resource claim image policy group top monitor version" ;;
	"resource set") echo "--blank $(hwctl resource list 2>/dev/null | awk 'NR > 1 { print $1 }')" ;;
	"resource show") hwctl resource list 2>/dev/null | awk 'NR > 1 { print $1 }' ;;
	"claim new")
		echo "--hold --persistent --container --keep --dry-run --priority --wait --timeout" \
			"--no-wait --image-digest --overlay-digest --signature --overlay-signature --rewrite --unbound" \
			"--takeover --assign"
		hwctl resource list 2>/dev/null | awk 'NR > 1 { print $1 }'
		;;
	"claim show")
		echo "--xl --dtb"
		hwctl claim list 2>/dev/null | awk 'NR > 1 { print $1 }'
		;;
	"claim handover")
		echo "--pid --netns"
		hwctl claim list 2>/dev/null | awk 'NR > 1 { print $1 }'
		;;
	"claim delete")
		echo "--no-wait --timeout"
		hwctl claim list 2>/dev/null | awk 'NR > 1 { print $1 }'
		;;
	"image check") echo "--overlay --no-overlay --resource --rewrite" ;;
	"image rewrite") echo "--resource --shell" ;;
	"image pack") echo "--resource" ;;
	"policy allow") echo "all name digest --comment --file" ;;
	"policy remove") echo "all name digest --file" ;;
	"group show" | "group delete" | "group images" | "group revoke" | "group unrevoke" | "group attach")
		hwctl group list 2>/dev/null | awk 'NR > 1 { print $1 }'
		echo "list add remove"
		;;
	"group set")
		hwctl group list 2>/dev/null | awk 'NR > 1 { print $1 }'
		echo "max delegate images weight priority preempt on off"
		;;
	"top ") echo "--batch --count --delay --once" ;;
	esac
}

_hwctl() {
	local word object="" verb="" i current=${COMP_WORDS[COMP_CWORD]}

	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		--sysroot) i=$((i + 1)) ;;
		-*) ;;
		*)
			if [ -z "$object" ]; then
				object=$word
			elif [ -z "$verb" ]; then
				verb=$word
			fi
			;;
		esac
	done
	mapfile -t COMPREPLY < <(compgen -W "$(_hwctl_words "$object" "$verb")" -- "$current")
}

complete -o default -F _hwctl hwctl
