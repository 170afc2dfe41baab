#!/usr/bin/env bash
# archive.sh - archives of homes beside `tar | zstd -3 -T0` of the same homes: one of a few large
# files, one of 40,000 small ones, and six of both kinds.
#
# Both end when everything is on disk. rehome also takes the SHA-256 of every file, and then reads
# all of it back from the disk and compares: its time is shown without and with that. Ratios above 1
# are in rehome's favour. Median of RUNS; the two take turns, so that a busy machine slows both.
#
# On a busy machine give both the same high priority, or the load is what is measured:
#	echo -19 >/proc/self/autogroup; nice -n -19 bench/archive.sh
#
# Environment: BUILD (a release build, default build), RUNS (default 3), JOBS (default 2),
# PLACE (where the homes are made; 2 GiB, default /var/tmp).
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(cd "${BUILD:-build}" && pwd)
runs=${RUNS:-3}
jobs=${JOBS:-2}
[ "$(id -u)" = 0 ] || {
	echo "bench: needs root" >&2
	exit 77
}
meson compile -C "$build" bench-archive >/dev/null
bench=$build/bench/bench-archive
work=$(mktemp -d "${PLACE:-/var/tmp}/rehome-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Half of it cannot be compressed, half is like text.
make_large() {
	mkdir "$work/large"
	head -c 384M /dev/urandom >"$work/large/video"
	# base64 ends with a broken pipe, which is no failure.
	head -c 384M < <(base64 /dev/urandom 2>/dev/null) |
		tr 'A-Za-z' 'aaaabbbbccccddddeeeeffffgggghhhhiiiijjjjkkkkllllmmmm' >"$work/large/mail"
}

make_small() {
	mkdir "$work/small"
	python3 - "$work/small" <<-'END'
		import os, random, sys
		r = random.Random(1)
		words = [bytes(r.choice(b'abcdefghij') for _ in range(r.randint(2, 9))) for _ in range(5000)]
		for i in range(400):
		    folder = f'{sys.argv[1]}/{i}'
		    os.mkdir(folder)
		    for j in range(100):
		        with open(f'{folder}/file-{j:03}.txt', 'wb') as file:
		            file.write(b' '.join(r.choices(words, k=r.randint(100, 8000) // 6)))
	END
}

make_several() {
	for i in 1 2 3 4 5 6; do
		mkdir "$work/home$i"
		cp -r "$work/small/$i" "$work/small/1$i" "$work/small/2$i" "$work/home$i/"
		head -c 64M "$work/large/video" >"$work/home$i/video"
		head -c 64M "$work/large/mail" >"$work/home$i/mail"
	done
}

fresh() {
	rm -rf "$work/out"
	mkdir -m 700 "$work/out"
	sync -f "$work"
}

theirs() {
	local home start end
	start=$(date +%s.%N)
	for home in "$@"; do
		tar -C "$home" --numeric-owner -cf - . |
			zstd -q -3 -T0 -o "$work/out/$(basename "$home").tar.zst"
		sync "$work/out/$(basename "$home").tar.zst"
	done
	end=$(date +%s.%N)
	awk -v a="$start" -v b="$end" 'BEGIN { printf "%.3f", b - a }'
}

median() {
	printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

size() {
	du -sk "$work/out" | cut -f1
}

measure() {
	local name=$1 run write verify ours theirs_size
	local -a writes=() totals=() tars=()
	shift
	for ((run = 0; run < runs; run++)); do
		fresh
		read -r write verify < <("$bench" "$work/out" "$jobs" "$@")
		writes+=("$write")
		totals+=("$(awk -v a="$write" -v b="$verify" 'BEGIN { print a + b }')")
		ours=$(size)
		fresh
		tars+=("$(theirs "$@")")
		theirs_size=$(size)
	done
	awk -v name="$name" -v write="$(median "${writes[@]}")" -v total="$(median "${totals[@]}")" \
		-v tar="$(median "${tars[@]}")" -v ours="$ours" -v theirs="$theirs_size" 'BEGIN {
		printf "%-22s %9.2f %9.2f %9.2f %8.2f %8.2f %10.1f %10.1f\n", name, tar, write, total,
			tar / write, tar / total, theirs / 1024, ours / 1024 }'
}

make_large
make_small
make_several
printf '%-22s %9s %9s %9s %8s %8s %10s %10s\n' homes 'tar s' 'write s' '+verify s' ratio +verify \
	'tar MiB' 'our MiB'
measure '1, 768 MiB in 2 files' "$work/large"
measure '1, 40,000 small files' "$work/small"
measure '6, 128 MiB each' "$work"/home?
