#!/bin/sh
# runner.sh - run fails on what a document says wrongly, and refuses what it would pass by. (The
# machine is made twice: for a document in which everything is right, and one with faults.)
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/../sandbox/tap.sh"
work=$(mktemp -d)
run=$here/run
page=$work/page.md

write() {
	cat >"$page"
}

# refused NAME LINE WHY TEXT: a page with this text is not read. All are tried at once, below.
: >"$work/wrong"
refused() {
	printf "$4" >"$work/$1.md"
	printf '%s\t%s\n' "$1" "$1.md:$2: error: $3" >>"$work/wrong"
}

# ---- what is no document ----

write <<-'END'
	# A page
	Text with `code` in it, and `# rehome plan` too.
	```console
	# true
	```
	```yaml
	# A comment is no command here.
	    version: 1
	```
	- a list
	  goes on
END
printf '<!-- no commands: it is about words -->\nText alone.\n' >"$work/words.md"
check "pages of blocks that are understood" "$run" --check "$page" "$work/words.md"

refused no-kind 2 "a block of kind ''" '# A page\n```\n# true\n```\n'
refused other-kind 1 "a block of kind 'sh'" '```sh\ntrue\n```\n'
refused indented 3 "an indented block" 'Type:\n\n    rehome plan x.csv\n'
refused in-list 3 "a fence that is not" '* one\n\n  ```console\n  # true\n  ```\n'
refused quoted 1 "a fence that is not" '> ```console\n> # true\n> ```\n'
refused other-fence 1 "a fence that is not" '~~~\ntrue\n~~~\n'
refused html 1 "a block in HTML" '<pre>rehome plan</pre>\n'
refused not-run 2 "a command in a block" '```text\nrehome plan x.csv\n```\n'
refused output-first 2 "a console block begins with a command" '```console\ntrue\n```\n'
refused empty 2 "a console block without a command" '```console\n```\n'
refused commands-file 1 "'file=/tmp/x' is not understood" '```console file=/tmp/x\n# true\n```\n'
refused endless 1 "this block does not end" '```console\n# true\n'
refused endless-comment 1 "this comment does not end" '<!-- run: true\n'
refused behind-comment 1 "text behind a comment" '<!-- run: true --> # false\n'
refused nothing 1 "nothing to run" 'Text alone.\n'
refuse "pages with anything else are refused" "$run" --check "$work"/*.md
while IFS="$(printf '\t')" read -r name error; do
	said "refused with its line: $name" "$work/$error"
done <"$work/wrong"
unsaid "what is understood is not" page.md

# ---- no page is left out ----

tree=$(cd "$here/../.." && pwd -P)
for file in README.md $(cd "$tree" && echo docs/*.md samples/*/README.md); do
	grep -q '^```console' "$tree/$file" || continue
	case $file in
	samples/*) entry=${file#samples/} entry=${entry%/README.md} ;;
	*) entry=$file ;;
	esac
	check "typed by a test: $file" grep -q "'$entry'" "$here/meson.build"
done

if reason=$("$here/../sandbox/run" --probe); then
	:
else
	skip "what a document says is compared" "$reason"
	rm -r "$work"
	finish
fi

# ---- a document in which everything is right ----

write <<-'END'
	<!-- run
	echo "password of mine" >secret
	-->
	```yaml file=made/here.yaml
	version: 1
	```
	```console
	# id -un; pwd; stty size; cat made/here.yaml; echo "$TERM"
	root
	/srv/demo
	24 80
	version: 1
	dumb
	$ id -un; \
	  echo two
	maria
	two
	# seq 9
	1
	...
	9
	# echo left middle right
	left ... right
	# read -p "Sure? [y/N] " word; echo "got $word"
	Sure? [y/N] y
	got y
	# false
	```
	<!-- secret: cat secret -->
	<!-- status: 3 -->
	```console
	# read -s -p "Password: " word; echo; echo "$word" | tr a-z A-Z; (exit 3)
	Password:
	...
	PASSWORD OF MINE
	# seq 5; (exit 3)
	1
	...
	```
	```console
	# printf 'half\rHALF and more\nerased\r\033[Kx\n' >&2

	HALF and more
	x
	```
	```console
	# seq 3; echo Run 2 is done; echo "# no command"
	1
	...
	Run 1 is done
	```
END
# The status, the blank line, the number of the run and a last line are wrong on purpose.
status=0
"$run" "$page" >"$tap_output" 2>&1 || status=$?
is "a document with a fault fails" "$status" 1
said "what is right passes" "ok 1 - line 8: id -un; pwd; stty size"
said "a status that ... would hide" "page.md:32: exit status 3, and ... may hide why"
said "a line too many" "- what the document says, + what appeared:"
said "a line that changed" "# - Run 1 is done"
said "is not hidden by ..." "# + Run 2 is done"
said "as many cases as blocks" "1..4"
unsaid "a secret is not shown" "password of mine"

# ---- and what --update makes of it ----

cp "$page" "$work/before.md"
"$run" --update "$page" >/dev/null 2>&1
diff "$work/before.md" "$page" >"$work/diff" || :
is "only what was wrong is written anew" "$(cat "$work/diff")" "42d41
< 
50c49,50
< Run 1 is done
---
> Run 2 is done
> ..."

# ---- faults ----

write <<-'END'
	```console
	# echo yes
	no
	```
	```console
	# echo one; echo two
	one
	```
	```console
	# echo one
	one
	two
	```
	```console
	# read -p "Sure? " word
	```
	<!-- secret: echo hidden -->
	```console
	# true
	```
	<!-- run: echo this is why; false -->
	```console
	# echo never
	never
	```
END
status=0
"$run" "$page" >"$tap_output" 2>&1 || status=$?
is "faults fail" "$status" 1
for case in "1 - line 2: echo yes" "2 - line 6: echo one; echo two" "3 - line 10: echo one" \
	"4 - line 15" "5 - line 19: true"; do
	said "told: $case" "not ok $case"
done
said "what the document says" "# - no"
said "and what appeared" "# + yes"
said "a question without an answer" "page.md:15: it asks, and the document has no answer"
said "a secret that nobody asks for" "1 secrets were not asked for"
said "setup that fails ends it" "Bail out! page.md:21: setup ends with 1: this is why"
unsaid "and nothing is typed after that" "never"

rm -r "$work"
finish
