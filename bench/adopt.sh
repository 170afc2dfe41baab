#!/usr/bin/env bash
# adopt.sh - what an adoption's time depends on: first-level folders, not what is in them.
#
# One home at a time, four folders each, on a loop-mounted ext4 with a journal: nearly empty, with
# 2 GiB in one file, and with 100,000 files. A saved plan is applied, so that looking into the home
# (planning) is not measured; with the archive of names and rights that is the default, and without.
# Beside it `cp -a` of the same home, which is what a move by copying would cost at least. Needs root.
#
# Environment: BUILD (build directory, default build), RUNS (default 3).
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(cd "${BUILD:-build}" && pwd)
runs=${RUNS:-3}
[ "$(id -u)" = 0 ] || {
	echo "bench: needs root" >&2
	exit 77
}
meson compile -C "$build" rehome >/dev/null
rehome=$build/cli/rehome

work=$(mktemp -d /var/tmp/rehome-bench.XXXXXX)
trap 'umount "$work/fs" 2>/dev/null; rm -rf "$work"' EXIT
truncate -s 12G "$work/image"
mkfs.ext4 -q -N 600000 "$work/image"
mkdir "$work/fs"
mount -o loop "$work/image" "$work/fs"
root=$work/fs/root
printf 'username,folders\nanna,in\n' >"$work/u.csv"

make_machine() {
	mkdir -p "$root/etc/ssh/sshd_config.d" "$root/home/anna" "$root/root"
	printf '%s\n' root:x:0:0:root:/root:/bin/sh anna:x:1001:1001::/home/anna:/bin/sh >"$root/etc/passwd"
	printf '%s\n' 'root:*:20000:0:99999:7:::' 'anna:*:20000:0:99999:7:::' >"$root/etc/shadow"
	printf '%s\n' root:x:0: anna:x:1001: >"$root/etc/group"
	mkdir "$root/home/anna/a" "$root/home/anna/b" "$root/home/anna/c" "$root/home/anna/d"
}

fill() {
	case $1 in
	empty) echo one >"$root/home/anna/a/one" ;;
	large) head -c 2G /dev/zero | tr '\0' x >"$root/home/anna/a/large" ;;
	many) (cd "$root/home/anna/a" && seq 100000 | xargs touch) ;;
	esac
	chown -R 1001:1001 "$root/home/anna"
	sync -f "$work/fs"
}

# timed COMMAND...: seconds.
timed() {
	local from=$EPOCHREALTIME
	"$@" >"$work/said" 2>&1 || {
		cat "$work/said" >&2
		exit 1
	}
	awk -v from="$from" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.3f\n", to - from }'
}

median() {
	sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'
}

# adopt OPTION...: the median time of applying; each is rolled back.
adopt() {
	for _ in $(seq "$runs"); do
		rm -f "$work/p.json" "$work/p.json.secrets"
		"$rehome" --root "$root" plan -q --adopt anna "$@" -o "$work/p.json" "csv:$work/u.csv" \
			>/dev/null
		timed "$rehome" --root "$root" apply -q -y "$work/p.json"
		"$rehome" --root "$root" rollback -q -y "$(find "$root/var/lib/rehome/runs" -mindepth 1 \
			-maxdepth 1 -printf '%f\n' | sort -n | tail -n 1)" >/dev/null
	done | median
}

copy() {
	for _ in $(seq "$runs"); do
		timed sh -c 'cp -a "$1/home/anna" "$1/home/copy" && sync -f "$1"' sh "$root"
		rm -rf "$root/home/copy"
	done | median
}

printf '%-8s %12s %14s %10s\n' home 'adopt (s)' 'no archive (s)' 'cp -a (s)'
for kind in empty large many; do
	rm -rf "$root"
	mkdir "$root"
	make_machine
	fill "$kind"
	printf '%-8s %12s %14s %10s\n' "$kind" "$(adopt)" \
		"$(adopt --no-archive --yes-without-archive)" "$(copy)"
done
