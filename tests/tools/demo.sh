#!/bin/sh
# demo.sh TREE PROGRAM - the demonstration works for root and for an ordinary user, tells both the
# same, and ends with what it promises: the machine as it was.
set -eu
tree=$1 program=$2
. "$(dirname "$0")/../sandbox/tap.sh"

copy=$(mktemp -d)
trap 'rm -rf "$copy"; tap_exit' EXIT
chmod 755 "$copy"
cp -R "$tree/samples" "$copy"
install -D -m 755 "$tree/tools/demo.sh" "$copy/tools/demo.sh"
install -m 755 "$program" "$copy/rehome"
chmod -R a+rX,go-w "$copy"

state() {
	find "$copy" -printf '%y %m %U:%G %s %P\n' | sort
}

# demonstrate FILE [COMMAND...]: what it says to somebody, times and the name of the user apart.
demonstrate() {
	said_to=$1
	shift
	"$@" env REHOME="$copy/rehome" "$copy/tools/demo.sh" >"$said_to.all" 2>&1 || return
	sed -E 's/[0-9-]{10}T[0-9:]{8}Z/TIME/; s|/tmp/tmp\.[A-Za-z0-9]*|PLACE|g' "$said_to.all" >"$said_to"
}

said=$(mktemp -d)
state >"$said/before"
if [ "$(id -u)" = 0 ]; then
	check "root sees it" demonstrate "$said/root"
else
	skip "root sees it" "needs root"
fi
if ! command -v fakeroot >/dev/null; then
	skip "an ordinary user sees it" "needs fakeroot"
elif ldd "$program" | grep -q libasan; then
	skip "an ordinary user sees it" "fakeroot and the address sanitiser exclude each other"
elif [ "$(id -u)" = 0 ]; then
	check "an ordinary user sees it" demonstrate "$said/user" \
		setpriv --reuid 65534 --regid 65534 --clear-groups
	same "and the same" "$said/root" "$said/user"
else
	check "an ordinary user sees it" demonstrate "$said/user"
fi
for whose in root user; do
	[ -e "$said/$whose" ] || continue
	is "$whose: it ends with the proof" "$(tail -n 1 "$said/$whose")" "# The machine is what it was \
before: every path, owner, mode, size and content is the same."
	check "$whose: it can be read" test "$(wc -l <"$said/$whose")" -lt 250
	is "$whose: nothing in it is cut by a failure" "$(grep -c '^(exit status' "$said/$whose")" 1
done
state >"$said/after"
same "nothing else changed" "$said/before" "$said/after"
rm -rf "$said"
finish
