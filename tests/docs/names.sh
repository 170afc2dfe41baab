#!/bin/sh
# names.sh - every file of this tree that a document names is there, and so is every page that it
# links to. (What stands in blocks is run or shown by ./run, and not looked at here.)
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd -P)
. "$top/tests/sandbox/tap.sh"
cd "$top"

# Text without fenced blocks and comments.
text() {
	sed -e '/^<!--.*-->$/d' -e '/^```/,/^```$/d' -e '/^<!--/,/-->$/d' "$1"
}

# Paths from the top. What is built, build/X, has a source X.c or the like; NAME is anybody's.
named() {
	text "$1" | grep -oE '(^|[^A-Za-z0-9_./-])(build/)?(core|cli|importers|exporters|docs|samples|tests|tools|bench|packaging)/[A-Za-z0-9_./*-]*[A-Za-z0-9_*/]' |
		sed 's|^[^A-Za-z]||' | sort -u
}

linked() {
	text "$1" | grep -oE '\]\([^)]*\)' | sed -e 's/^](//' -e 's/)$//' -e 's/#.*//' |
		grep -v -e '^$' -e '^[a-z]*:' | sort -u || :
}

# there PATTERN: at least one file.
there() {
	case $1 in
	*NAME*) return ;;
	build/cli/rehome) set -- cli/main.c ;;
	build/*)
		set -- "${1#build/}"
		set -- "$(dirname "$1")/*$(basename "${1%.*}")*"
		;;
	esac
	# shellcheck disable=SC2086
	set -- $1
	[ -e "$1" ]
}

missing() {
	for name in $(set -f; named "$1"); do
		there "$name" || echo "$name"
	done
	for name in $(linked "$1"); do
		[ -e "$(dirname "$1")/$name" ] || echo "$name"
	done
}

# ---- it sees what is not there ----

broken=$(mktemp)
cat >"$broken" <<'END'
There are `docs/no-such.md`, tools/missing, `build/tests/fault/nothing`, [a page](no-page.md#top), and
also README.md, `tests/docs/*.sh`, `build/tests/fault/race` and [a site](https://example.org/tools/x).
```console
# cat docs/not-looked-at
```
END
is "what is not there is named" "$(missing "$broken" | tr '\n' ' ')" \
	"build/tests/fault/nothing docs/no-such.md tools/missing no-page.md "
rm "$broken"

check "every block of every page is of a kind that is understood" tests/docs/run --check docs/*.md
for document in *.md docs/*.md; do
	is "$document names what there is" "$(missing "$document")" ""
done
finish
