#!/usr/bin/env bash
# run.sh [N]... - time and system calls per account of `rehome apply`, for 100, 1,000 and 10,000
# accounts with four folders each, beside the least that it can cost (bare.c) and beside
# useradd in a loop.
#
# Everything happens on a loop-mounted ext4 with a journal, each run in a fresh directory: a
# filesystem without journal hides fsync, and directories made soon after many were deleted are slow.
# Needs root, and strace for the counts. The first column to look at is the ratio, not the time.
#
# Environment: BUILD (build directory, default build), RUNS (default 3), PEER=no (skip useradd).
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(cd "${BUILD:-build}" && pwd)
runs=${RUNS:-3}
sizes=("$@")
[ ${#sizes[@]} -gt 0 ] || sizes=(100 1000 10000)

[ "$(id -u)" = 0 ] || {
	echo "bench: needs root" >&2
	exit 77
}
meson compile -C "$build" bench-bare rehome >/dev/null
rehome=$build/cli/rehome
bare=$build/bench/bench-bare

work=$(mktemp -d /var/tmp/rehome-bench.XXXXXX)
trap 'umount "$work/fs" 2>/dev/null; rm -rf "$work"' EXIT
truncate -s 8G "$work/image"
mkfs.ext4 -q -N 1500000 "$work/image"
mkdir "$work/fs"
mount -o loop "$work/image" "$work/fs"

# A crypt(5) string, so that hashing (which costs 10 ms an account by design) is not measured.
hash='$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7'

make_sheet() {
	awk -v n="$1" -v hash="$hash" 'BEGIN {
		print "username,full_name,password_hash,folders"
		for (i = 0; i < n; i++)
			printf "user%07d,Some Body,%s,pics musics docs logs:ro\n", i, hash
	}' >"$work/$1.csv"
	chmod 0600 "$work/$1.csv"
}

make_root() {
	mkdir -p "$1/etc/ssh/sshd_config.d" "$1/home" "$1/root"
	printf 'root:x:0:0:root:/root:/bin/sh\n' >"$1/etc/passwd"
	printf 'root:*:20000:0:99999:7:::\n' >"$1/etc/shadow"
	printf 'root:x:0:\n' >"$1/etc/group"
	printf 'root:*::\n' >"$1/etc/gshadow"
	chmod 0640 "$1/etc/shadow" "$1/etc/gshadow"
}

count=0
fresh() {
	count=$((count + 1))
	root=$work/fs/$count
	mkdir "$root"
	make_root "$root"
	sync -f "$work/fs"
}

# seconds COMMAND...: wall time.
seconds() {
	local start end
	start=$(date +%s.%N)
	"$@" >"$work/log" 2>&1 || {
		cat "$work/log" >&2
		exit 1
	}
	end=$(date +%s.%N)
	awk -v a="$start" -v b="$end" 'BEGIN { printf "%.4f", b - a }'
}

median() {
	printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

apply() {
	"$rehome" --root "$root" apply -y "csv:$work/$1.csv"
}

calls() {
	strace -f -qq -c -U calls,name -o "$work/strace" "$@" >/dev/null 2>&1
	awk '$2 == "total" { print $1 }' "$work/strace"
}

useradd_loop() {
	local i
	for ((i = 0; i < $1; i++)); do
		useradd --root "$root" -M -s /usr/sbin/nologin "user$i" &&
			mkdir -p "$root/home/user$i"/{pics,musics,docs,logs} || return
	done
}

printf '%8s %10s %10s %10s %8s %12s %10s\n' accounts 'bare s' 'apply s' 'us/acct' 'x bare' \
	'calls/acct' 'rollback s'
for n in "${sizes[@]}"; do
	make_sheet "$n"
	bare_times=() apply_times=() rollback_times=()
	for ((run = 0; run < runs; run++)); do
		fresh
		bare_times+=("$(seconds "$bare" "$root" "$n")")
		fresh
		apply_times+=("$(seconds apply "$n")")
		rollback_times+=("$(seconds "$rehome" --root "$root" rollback -y 1)")
	done
	fresh
	total=$(calls "$rehome" --root "$root" apply -y "csv:$work/$n.csv")
	awk -v n="$n" -v bare="$(median "${bare_times[@]}")" -v apply="$(median "${apply_times[@]}")" \
		-v calls="$total" -v back="$(median "${rollback_times[@]}")" 'BEGIN {
		printf "%8d %10.3f %10.3f %10.1f %8.2f %12.1f %10.3f\n", n, bare, apply,
			apply / n * 1e6, apply / bare, calls / n, back }'
done

if [ "${PEER:-yes}" = yes ]; then
	fresh
	cp /etc/login.defs "$root/etc/"
	n=100
	t=$(seconds useradd_loop $n)
	awk -v n=$n -v t="$t" 'BEGIN {
		printf "\nuseradd and mkdir in a loop, %d accounts: %.3f s, %.1f us/acct\n", n, t, t / n * 1e6 }'
fi
