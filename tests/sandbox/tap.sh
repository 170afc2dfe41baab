# tap.sh - test scripts report each case in the Test Anything Protocol. To be sourced.
#
#	check "useradd still works" useradd carol
#	refuse "matteo cannot leave" sftp_password matteo secret batch
#	is "nothing to do" "$status" 0
#	finish
#
# A script that ends without `finish` (set -e, a crash, `bail`) is a failure even if every case so
# far passed. Cases must be reported from the script's own shell, not from a pipe or subshell.

tap_count=0
tap_failed=0
tap_finished=
tap_output=$(mktemp)
trap tap_exit EXIT

tap_exit() {
	tap_status=$?
	rm -f "$tap_output"
	if [ -z "$tap_finished" ]; then
		echo "Bail out! the script ended before its last case (status $tap_status)"
		exit 1
	fi
	exit "$tap_status"
}

# diag TEXT: lines for whoever reads a failure.
diag() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

ok() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1"
}

# not_ok NAME [WHY]
not_ok() {
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $1"
	[ $# -lt 2 ] || diag "$2"
}

skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

bail() {
	tap_finished=yes
	echo "Bail out! $*"
	exit 1
}

# check NAME COMMAND [ARG]...: passes when the command succeeds. Its output is shown otherwise, and
# is in $tap_output until the next case.
check() {
	tap_name=$1
	shift
	if "$@" >"$tap_output" 2>&1; then
		ok "$tap_name"
	else
		not_ok "$tap_name" "status $? of: $*"
		sed 's/^/# /' "$tap_output"
	fi
}

# refuse NAME COMMAND [ARG]...: passes when the command fails by itself: not by a signal, because it
# cannot be found, or because timeout(1) had to end it (124). Show with `said` that it failed for
# the right reason.
refuse() {
	tap_name=$1
	shift
	tap_status=0
	"$@" >"$tap_output" 2>&1 || tap_status=$?
	case $tap_status in
	0 | 124 | 12[67] | 12[89] | 1[3-9]? | 2[0-4]?)
		not_ok "$tap_name" "status $tap_status, expected a failure, of: $*"
		sed 's/^/# /' "$tap_output"
		;;
	*) ok "$tap_name" ;;
	esac
}

# exits NAME STATUS COMMAND [ARG]...: passes when the command ends with exactly this status.
exits() {
	tap_name=$1 tap_expected=$2 tap_status=0
	shift 2
	"$@" >"$tap_output" 2>&1 || tap_status=$?
	if [ "$tap_status" = "$tap_expected" ]; then
		ok "$tap_name"
	else
		not_ok "$tap_name" "status $tap_status, expected $tap_expected, of: $*"
		sed 's/^/# /' "$tap_output"
	fi
}

# said NAME TEXT: passes when the output of the last check, refuse or exits has TEXT in it.
said() {
	if grep -qF -e "$2" "$tap_output"; then
		ok "$1"
	else
		not_ok "$1" "not said: $2"
		sed 's/^/# /' "$tap_output"
	fi
}

# is NAME FOUND EXPECTED
is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "found:    $2"
		diag "expected: $3"
	fi
}

# unsaid NAME TEXT
unsaid() {
	if grep -qF -e "$2" "$tap_output"; then
		not_ok "$1" "said: $2"
		sed 's/^/# /' "$tap_output"
	else
		ok "$1"
	fi
}

# same NAME FILE FILE: passes when both have the same bytes.
same() {
	if diff "$2" "$3" >"$tap_output" 2>&1; then
		ok "$1"
	else
		not_ok "$1" "first lines that differ:"
		head -n 40 "$tap_output" | sed 's/^/# /'
	fi
}

# differ NAME FILE FILE
differ() {
	if cmp -s "$2" "$3"; then
		not_ok "$1" "$2 and $3 are the same"
	else
		ok "$1"
	fi
}

finish() {
	tap_finished=yes
	echo "1..$tap_count"
	[ "$tap_failed" = 0 ] || exit 1
	exit 0
}
