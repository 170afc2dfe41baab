#!/usr/bin/env bash
# fuzz.sh [--seconds N] [--keep] [TARGET]... - every parser against inputs that libFuzzer makes up.
#
# Builds build-fuzz with clang and both sanitisers, and runs each target (all, unless some are
# named) for N seconds (60), two at a time. For each it prints executions, edges of our code that
# were reached, inputs in memory, and crashes. Exit 1 when one crashed; its input is then a file in
# build-fuzz/fuzz/TARGET/crashes. --keep adds inputs that reach new code to tests/fuzz/corpus-TARGET.
#
#   tests/fuzz/fuzz.sh --seconds 3600 --keep          a night for all
#   build-fuzz/tests/fuzz/fuzz_csv FILE               one input again
set -euo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8

usage() {
	echo "usage: tests/fuzz/fuzz.sh [--seconds N] [--keep] [TARGET]..." >&2
	exit 64
}

export FUZZ_SECONDS=60 FUZZ_KEEP='' FUZZ_WORK=build-fuzz/fuzz
while [[ ${1:-} == -* ]]; do
	case $1 in
	--seconds)
		[[ ${2:-} =~ ^[1-9][0-9]*$ ]] || usage
		FUZZ_SECONDS=$2
		shift
		;;
	--keep) FUZZ_KEEP=yes ;;
	*) usage ;;
	esac
	shift
done

if [ ! -e build-fuzz/build.ninja ]; then
	CC=clang meson setup build-fuzz -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false \
		>/dev/null
fi
nice -n 10 ninja -C build-fuzz --quiet

if (($# == 0)); then
	for program in build-fuzz/tests/fuzz/fuzz_*; do
		[ -f "$program" ] && set -- "$@" "${program##*/fuzz_}"
	done
fi
for target; do
	if [ ! -x "build-fuzz/tests/fuzz/fuzz_$target" ]; then
		echo "fuzz.sh: there is no target '$target'" >&2
		exit 64
	fi
done

# Each says "ok 1 - ..." or "not ok 1 - ..."; xargs fails when one did.
printf '%s\n' "$@" | xargs -P 2 -I @ bash -c \
	'out=$(tests/fuzz/run-one.sh build-fuzz/tests/fuzz/fuzz_@ tests/fuzz/corpus-@) || bad=$?
	sed "/^1\.\./d; s/^ok 1 - //; s/^not ok 1 - /CRASH /" <<<"$out"
	exit "${bad:-0}"' || exit 1
