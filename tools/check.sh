#!/usr/bin/env bash
# check.sh [--ci] - install what is missing, build, and run every test.
#
# Ends with the line `N passed, N failed, N skipped`, which counts single cases; everything that
# failed or was skipped is named above it. Fails when anything failed or nothing ran. Without root
# the tests that need it are skipped.
#
# --ci builds three times with warnings as errors and adds the cases up: gcc for release, clang, and
# gcc with the address and undefined-behaviour sanitisers. The first runs everything, with an eighth of
# the old machines (tests/oracle), and types the commands of the documents; the last also most end-to-end
# tests; clang the golden cases. Only the first build is optimised as a distribution would: compiling takes
# longer than testing otherwise. libFuzzer has a command of its own (tests/fuzz/fuzz.sh); what it found, and
# inputs made of that, are tried in the first and the last.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8

ci=false
case ${1:-} in
--ci) ci=true ;;
'') ;;
*)
	echo "usage: tools/check.sh [--ci]" >&2
	exit 64
	;;
esac

# What tools/tally adds up.
runs=()

# set_up DIRECTORY [MESON OPTION]...
set_up() {
	local directory=$1
	shift
	if [ -e "$directory/build.ninja" ]; then
		meson configure "$directory" "$@"
	else
		meson setup "$directory" "$@"
	fi
}

# build_and_test LABEL DIRECTORY "TEST OPTIONS" [MESON OPTION]...
build_and_test() {
	local label=$1 directory=$2 test_options=$3
	shift 3
	echo "== $label"
	if ! { set_up "$directory" "$@" && meson compile -C "$directory"; }; then
		runs+=("$label!it does not build")
		return
	fi

	local log=$directory/meson-logs/testlog.json
	rm -f "$log"
	# Its status is in the log, case by case.
	# shellcheck disable=SC2086
	meson test -C "$directory" --no-rebuild --print-errorlogs $test_options || :
	if [ -e "$log" ]; then
		runs+=("$label=$log")
	else
		runs+=("$label!its tests did not run")
	fi
}

# A finding of either sanitiser ends the program.
export ASAN_OPTIONS=abort_on_error=1:detect_leaks=1
export LSAN_OPTIONS=suppressions=$PWD/tests/lsan-suppressions:print_suppressions=0
export UBSAN_OPTIONS=halt_on_error=1:abort_on_error=1:print_stacktrace=1

if $ci; then
	tools/prepare.sh build test ci
	tools/ftp-servers.sh >/dev/null
	tools/samba-server.sh >/dev/null
	# What people read, and what the sources look like, is compared once.
	documents="--no-suite docs --no-suite tables --no-suite messages --no-suite format --no-suite layers"
	CC=gcc ORACLE_EVERY=8 build_and_test gcc build-gcc "" --buildtype=release -Doptimization=2 \
		-Dwerror=true
	CC=clang build_and_test clang build-clang "--suite golden" -Doptimization=0 -Dwerror=true
	CC=gcc build_and_test sanitised build-sanitised \
		"--timeout-multiplier 3 --no-suite proof --no-suite oracle --no-suite fault --no-suite machine \
		--no-suite long $documents" -Db_sanitize=address,undefined -Doptimization=1 -Dc_args=-g1 -Dwerror=true
else
	tools/prepare.sh build test
	tools/ftp-servers.sh >/dev/null || :
	tools/samba-server.sh >/dev/null || :
	build_and_test tests build ""
fi </dev/null

echo
exec tools/tally "${runs[@]}"
