#!/bin/sh
# mutations.sh TREE MODULES [BUILT] - the tests of the manual fail where they should.
#
# Each case changes a copy of the pages in one place: then ./tables or ./lint (of what scdoc made: mandoc)
# must fail, and say what is wrong. $REHOME is the program. Without BUILT, what scdoc made, those of mandoc
# are left out and named.
set -eu
tree=$1 modules=$2 built=${3:-}
here=$(cd "$(dirname "$0")" && pwd -P)
. "$here/../sandbox/tap.sh"

copy=$(mktemp -d)
mkdir "$copy/docs"
for folder in cli core exporters importers; do
	ln -s "$tree/$folder" "$copy/$folder"
done

# judge TEST FILE
judge() {
	case $1 in
	tables) "$here/tables" "$copy" "$modules" ;;
	lint) "$here/lint" "$copy/docs/man" ;;
	mandoc) "$here/lint" "$copy/docs/man" "$copy/built" "${2##*/}" ;;
	esac
}

# fails NAME TEST FILE SED FAULT: with FILE changed by SED, TEST fails and says FAULT.
fails() {
	rm -rf "$copy/docs/man" "$copy/built"
	cp -R "$tree/docs/man" "$copy/docs/man"
	[ "$2" != mandoc ] || cp -R "$built" "$copy/built"
	cp "$copy/$3" "$copy/before"
	sed -i "$4" "$copy/$3"
	if cmp -s "$copy/$3" "$copy/before"; then
		not_ok "$1" "nothing was changed in $3 by $4"
	elif judge "$2" "$3" >"$tap_output" 2>&1; then
		not_ok "$1" "$2 passed"
	elif grep -qF -e "$5" "$tap_output"; then
		ok "$1"
	else
		not_ok "$1" "not said: $5"
		grep '^not ok\|^#' "$tap_output" | sed 's/^/# /'
	fi
}

manual=docs/man
fails "an option without an entry" tables $manual/rehome-plan.8.scd \
	'/^\*--canary\*/,+1d' '--canary N is missing'
fails "an option that does not exist" tables $manual/rehome-show.8.scd \
	's/^\*--all\*$/*--each*/' 'there is no option each'
fails "an option of another command" tables $manual/rehome-sync.8.scd \
	's/^\*--stage\*$/*--with-later*/' 'there is no option with-later'
fails "a letter that is not the option's" tables $manual/rehome-plan.8.scd \
	's/^\*-o\*, \*--output\*/*-p*, *--output*/' "should be '-o, --output FILE'"
fails "an argument that is not the option's" tables $manual/rehome-apply.8.scd \
	's/^\*--handout\* _DIR_/*--handout* _FILE_/' "should be '--handout DIR'"
fails "choices that are not the option's" tables $manual/rehome-plan.8.scd \
	's/carry|drop$/carry|leave/' "should be '--adopt-keys carry|drop'"
fails "a default that is not the table's" tables $manual/rehome.8.scd \
	's/Default: \*auto\*/Default: *never*/' "the default of color is 'auto'"
fails "a default where there is none" tables $manual/rehome-plan.8.scd \
	's/Default: everybody\./Default: *everybody*./' 'user has no default'
fails "no word about what happens without an option" tables $manual/rehome-plan.8.scd \
	's/Default: all\./Of those that remain./' 'what happens without canary is not told'
fails "a pointer to a page without the option" tables $manual/rehome-apply.8.scd \
	's/^\*--no-archive\*, \*--yes-without-archive\*$/&, *--stage*/' 'stage is described twice'
fails "a shared option that is not listed" tables $manual/rehome-apply.8.scd \
	's/, \*--xferlog\*, /, /' '--xferlog GLOB is missing'
fails "no pointer to the global options" tables $manual/rehome-show.8.scd \
	's/others) is in \*rehome\*(8)/others) is elsewhere/' 'does not point to *rehome*(8)'
fails "a global option without an entry" tables $manual/rehome.8.scd \
	'/^\*--no-input\*/,+2d' '--no-input is missing'
fails "an exit status that is missing" tables $manual/rehome.8.scd \
	'/^\*5\*$/,+2d' 'they are 0 1 2 3 4 5'
fails "an exit status that does not exist" tables $manual/rehome-plan.8.scd \
	's/^\*7\*$/*10*/' 'there is no 10'
fails "a variable that is missing" tables $manual/rehome.8.scd \
	'/^\*REHOME_ROOT\*$/,+1d' 'REHOME_ROOT (cli/main.c) is missing'
fails "a variable that nothing reads" tables $manual/rehome.8.scd \
	's/^\*NO_COLOR\*$/*NO_COLOUR*/' 'nothing reads NO_COLOUR'
fails "no word about the fields of --plain" tables $manual/rehome-status.8.scd \
	'/^With \*--plain\* /,+2d' 'the fields of --plain are not told: each account'
fails "a command that is not listed" tables $manual/rehome.8.scd \
	'/^\*rehome-link\*(8)$/,+1d' 'rehome-link(8) is missing'
fails "a mention of a command that does not exist" tables $manual/rehome-plan.8.scd \
	's/\*rehome verify/*rehome check/; s/\*rehome apply\* would/*rehome perform* would/' \
	'there is no command perform'
fails "a mention of a key that does not exist" tables $manual/rehome-apply.8.scd \
	's/_policy.failure_/_policy.failures_/' 'there is no key policy.failures'
fails "an example with an option that does not exist" tables $manual/rehome-show.8.scd \
	's/^# rehome show --json/# rehome show --yaml/' 'no option --yaml of rehome show'
fails "a usage that lacks an argument" tables $manual/rehome-rollback.8.scd \
	's/ _RUN_ \[_USER_\.\.\.\]$/ _RUN_/' 'SYNOPSIS has no USER'

fails "a page that does not exist" lint $manual/rehome-plan.8.scd \
	's/\*rehome-show\*(8)/*rehome-view*(8)/' 'there is no rehome-view(8)'
fails "a reference in plain type" lint $manual/rehome-plan.8.scd \
	's/\*rehome-show\*(8)/rehome-show(8)/' 'a reference that is not in bold'
fails "a section that is missing" lint $manual/rehome-plan.8.scd \
	's/^# EXIT STATUS$/## Statuses/' 'no section EXIT STATUS'
fails "sections in another order" lint $manual/rehome-sync.8.scd \
	's/^# FILES$/# X/; s/^# EXIT STATUS$/# FILES/; s/^# X$/# EXIT STATUS/' 'the order is not'
fails "a page under another name" lint $manual/rehome-help.8.scd \
	'1s/rehome-help(8)/rehome-hlep(8)/' 'does not call it rehome-help.8'
fails "a page that is not built" lint $manual/meson.build \
	"/'rehome-help.8',/d" 'not in meson.build'
if [ -n "$built" ] && command -v mandoc >/dev/null; then
	fails "what mandoc refuses" mandoc built/rehome-plan.8 's/^\.SH OPTIONS$/.SH/' 'WARNING'
	fails "a line that is too wide" mandoc built/rehome-plan.8 \
		's/^Plan: 4 create/&, 0 of them to be looked at by somebody/' 'columns: Plan: 4 create'
	fails "an option that is broken in two" mandoc built/rehome-plan.8 '/^\.nh$/d' \
		'words are hyphenated'
	fails "a hyphen for a minus sign" mandoc built/rehome-plan.8 's/\\-\\-canary/--canary/' \
		'a hyphen, and no minus sign'
	fails "a bullet without its number" mandoc built/rehome-sync.8 's/^\\h.-04/\\h'"'"'\\-04/' \
		'no number, for groff'
	fails "a word that is lost" mandoc built/rehome-plan.8 's/It changes nothing/It changes/' 'printed:'
else
	skip "what mandoc refuses" "scdoc or mandoc is not installed"
fi
rm -rf "$copy"
finish
