# packages.sh - read by prepare.sh and unpack.sh: what deps-debian.txt names, and the right to get it.
# shellcheck shell=sh
list=$(cd "$(dirname "$0")" && pwd)/deps-debian.txt

# wanted SECTION...: their packages.
wanted() {
	for section in "$@"; do
		awk -v section="$section" '
			/^# -- / { inside = ($3 == section); next }
			inside && !/^#/ && NF { print $1 }' "$list"
	done
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		echo "$(basename "$0" .sh): needs root or sudo for: $*" >&2
		return 1
	fi
}
