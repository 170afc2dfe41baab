#!/usr/bin/env bash
# run-one.sh PROGRAM CORPUS - one libFuzzer program for FUZZ_SECONDS (8), as a test that reports TAP.
# FUZZ_SEED: where its random numbers begin; 0, the default, is another place each time.
#
# What it finds stays in FUZZ_WORK (the folder `fuzz` of the build), so the next run goes on from
# there; a crash also leaves its input, whose name is reported. With FUZZ_KEEP the inputs that reach
# code which the corpus does not are added to the corpus, the smallest first.
set -euo pipefail
export LC_ALL=C.UTF-8

program=$1 corpus=$2
name=$(basename "$program")
name=${name#fuzz_}
work=${FUZZ_WORK:-${MESON_BUILD_ROOT:-.}/fuzz}/$name
seconds=${FUZZ_SECONDS:-8}
mkdir -p "$work/found" "$work/crashes"

# A finding of either sanitiser ends the program.
export ASAN_OPTIONS=abort_on_error=1:detect_leaks=1
export UBSAN_OPTIONS=halt_on_error=1:abort_on_error=1:print_stacktrace=1

status=0
nice -n 10 "$program" -seed="${FUZZ_SEED:-0}" -max_total_time="$seconds" -timeout=60 \
	-rss_limit_mb=2048 -max_len=8192 \
	-print_final_stats=1 -artifact_prefix="$work/crashes/" "$work/found" "$corpus" \
	>"$work/log" 2>&1 || status=$?

# figure WORD... - the newest number behind these words of the log, or 0
figure() {
	grep -a -o "$*:* *[0-9][0-9]*" "$work/log" | tail -n 1 | grep -o '[0-9]*$' || echo 0
}
executions=$(figure stat::number_of_executed_units)
edges=$(figure cov)
inputs=$(figure corp)
reproducer=$(sed -n 's/^.*Test unit written to //p' "$work/log" | tail -n 1)
crashes=$((status != 0))

if ((crashes == 0)) && [ -n "${FUZZ_KEEP:-}" ]; then
	"$program" -merge=1 -use_counters=0 -timeout=20 -max_len=8192 "$corpus" "$work/found" \
		>"$work/merge-log" 2>&1 || status=$?
fi

echo 1..1
((status == 0)) || echo -n "not "
echo "ok 1 - $name: $executions executions, $edges edges, $inputs inputs, $crashes crashes"
if ((status != 0)); then
	echo "# reproducer: ${reproducer:-none} (status $status)"
	grep -a -m 12 -e 'must hold' -e 'ERROR' -e 'runtime error' -e '^    #[0-9]* .*/core/' \
		"$work/log" | sed 's/^/# /'
	exit 1
fi
