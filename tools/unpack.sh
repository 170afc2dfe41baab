#!/bin/sh
# unpack.sh DIRECTORY SECTION... - servers for the tests, unpacked beside the system.
#
# What these sections of deps-debian.txt name is fetched with the libraries that it needs and
# unpacked, never installed and never started here; the tests lay it over a private copy of the
# machine. Prints where it is. Uses no network when nothing is missing.
set -eu
# shellcheck source=tools/packages.sh
. "$(dirname "$0")/packages.sh"
place=$1
shift

# fetch SECTION DIRECTORY: the packages of the section, and what they lack on this machine. apt
# would remove another server for them if it installed them, which it does not.
fetch() {
	mkdir -p "$2/partial"
	# shellcheck disable=SC2046
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
		--allow-downgrades --download-only -o "Dir::Cache::archives=$2" \
		install $(wanted "$1") </dev/null >&2
}

# That a later list is not taken for this one.
stamp() {
	wanted "$@" | cksum
}

# Where /lib is a link to /usr/lib, a directory of that name would hide it.
merge_usr() {
	for directory in bin lib lib64 sbin; do
		if [ -L "/$directory" ] && [ -d "$place/root/$directory" ]; then
			as_root mkdir -p "$place/root/usr/$directory"
			as_root cp -a "$place/root/$directory/." "$place/root/usr/$directory/"
			as_root rm -r "$place/root/$directory"
		fi
	done
}

unpack() {
	scratch=$(mktemp -d)
	trap 'rm -rf "$scratch"' EXIT
	for section in "$@"; do
		fetch "$section" "$scratch/$section" || {
			as_root apt-get -q update >&2
			fetch "$section" "$scratch/$section"
		}
	done
	as_root rm -rf "$place"
	as_root mkdir -p "$place/root"
	for package in "$scratch"/*/*.deb; do
		as_root dpkg-deb --extract "$package" "$place/root"
	done
	merge_usr
	stamp "$@" | as_root sh -c 'cat >"$1"' - "$place/stamp"
}

if [ "$(cat "$place/stamp" 2>/dev/null)" != "$(stamp "$@")" ]; then
	command -v dpkg-deb >/dev/null || {
		echo "unpack: this is not Debian; put what $* needs below $place/root" >&2
		exit 1
	}
	unpack "$@"
fi
echo "$place/root"
