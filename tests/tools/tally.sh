#!/bin/sh
# tally.sh TALLY - the closing line counts each case of each kind of test, and no failure is lost.
set -eu
tally=$1
. "$(dirname "$0")/../sandbox/tap.sh"

log=$(mktemp)

# counts NAME LINE: the log from stdin ends in this line; the status agrees with it.
counts() {
	cat >"$log"
	status=0
	"$tally" "run=$log" >"$tap_output" 2>&1 || status=$?
	is "$1" "$(tail -n 1 "$tap_output")" "$2"
	case $2 in
	*" 0 failed"*) ;;
	*) is "$1: fails" "$status" 1 ;;
	esac
}

counts "each case of a cmocka program counts" "2 passed, 1 failed, 0 skipped" <<'END'
{"name": "rehome:unit / arena", "result": "FAIL", "returncode": 1, "stdout": "[==========] Running 3 test(s).\n[ RUN      ] a\n[       OK ] a\n[ RUN      ] b\n[  FAILED  ] b\n[ RUN      ] c\n[       OK ] c\n[==========] 3 test(s) run.\n"}
END
counts "a crash fails its case and those never reached" "1 passed, 2 failed, 0 skipped" <<'END'
{"name": "rehome:unit / arena", "result": "FAIL", "returncode": -6, "stdout": "[==========] Running 3 test(s).\n[ RUN      ] a\n[       OK ] a\n[ RUN      ] b\n"}
END
counts "a leak after the last case is a failure" "1 passed, 1 failed, 0 skipped" <<'END'
{"name": "rehome:unit / arena", "result": "FAIL", "returncode": 1, "stdout": "[==========] Running 1 test(s).\n[ RUN      ] a\n[       OK ] a\n[==========] 1 test(s) run.\n"}
END
counts "a program that leaves in the middle is not skipped" "0 passed, 1 failed, 0 skipped" <<'END'
{"name": "rehome:unit / arena", "result": "SKIP", "returncode": 77, "stdout": "[==========] Running 1 test(s).\n[ RUN      ] a\n"}
END
counts "each case of a script counts" "1 passed, 1 failed, 1 skipped" <<'END'
{"name": "rehome:e2e / login", "result": "ERROR", "returncode": 1, "stdout": "ok 1 - a\nok 2 - b # SKIP no user xattrs\nnot ok 3 - c\n1..3\n"}
END
counts "a script that ends early is a failure" "1 passed, 1 failed, 0 skipped" <<'END'
{"name": "rehome:e2e / login", "result": "ERROR", "returncode": 1, "stdout": "ok 1 - a\nBail out! sshd does not start\n"}
END
counts "a timeout is a failure" "0 passed, 1 failed, 0 skipped" <<'END'
{"name": "rehome:e2e / login", "result": "TIMEOUT", "returncode": -15, "stdout": ""}
END
counts "a program without a report is one case" "1 passed, 0 failed, 0 skipped" <<'END'
{"name": "rehome:layers / layers", "result": "OK", "returncode": 0, "stdout": "35 files, 0 findings\n"}
END
counts "a skipped program counts" "1 passed, 0 failed, 1 skipped" <<'END'
{"name": "rehome:format / format", "result": "SKIP", "returncode": 77, "stdout": "needs clang-format 14\n"}
{"name": "rehome:layers / layers", "result": "OK", "returncode": 0, "stdout": ""}
END
said "it is named, with the reason" "SKIPPED run: format / format: all of it (needs clang-format 14)"

refuse "an empty log is a failure" "$tally" "run=/dev/null"
said "and named" "FAILED run: no test ran"
refuse "no log is a failure" "$tally"
said "with the closing line" "0 passed, 0 failed, 0 skipped"
refuse "a build that broke is a failure" "$tally" "clang!does not compile"
said "and counted" "0 passed, 1 failed, 0 skipped"

rm "$log"
finish
