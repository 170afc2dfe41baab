#!/bin/sh
# long.sh [BUILD DIRECTORY] - the whole proof: every point of the stepper, with its figures. Takes
# an hour or so; as root. docs/reliability.md says what the figures mean.
set -eu

build=$(cd "${1:-build}" && pwd -P)
export REHOME="$build/cli/rehome" REHOME_OOM="$build/tests/fault/oom.so"
status=0
"$build/tests/fault/homes_property" --seeds 1000 || status=1
for chapter in 'kill --every' twice errors memory power; do
	echo "== stepper $chapter"
	# shellcheck disable=SC2086
	"$build/tests/fault/stepper" $chapter || status=1
done
export REHOME_BUILD_ROOT="$build" NEIGHBOUR_ROUNDS=100 PROBER_ROUNDS=20 PROBER_STEP=1
for script in neighbours adopt_crash; do
	echo "== $script"
	"$(dirname "$0")/../e2e/$script.sh" || status=1
done
exit "$status"
