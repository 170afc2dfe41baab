#!/bin/sh
# check-messages.sh CHECKER - the checker finds what breaks each rule, at its line, on every way that
# a text has into a message, and nothing where all is well.
set -eu
checker=$1
. "$(dirname "$0")/../sandbox/tap.sh"

tree=$(mktemp -d)
list=$(mktemp)
mkdir -p "$tree/core/base" "$tree/cli"
cat >"$tree/core/base/diag.h" <<'END'
bool diag_error(struct diags *diags, struct place place, const char *format, ...) PRINTF_LIKE(3, 4);
void diag_hint(struct diags *diags, const char *format, ...) PRINTF_LIKE(2, 3);
void diag_code(struct diags *diags, const char *code);
END
cat >"$tree/core/base/good.c" <<'END'
static void
good(struct diags *diags)
{
	diag_error(diags, NOWHERE, "login '%s' is taken", login);
	diag_code(diags, "login-taken");
	diag_hint(diags, is_known ? "Run: chown 0:0 %s" : "Give another one, or none.", path);
}
END

# finds RULE LINE: the line, in a function of its own, breaks the rule.
finds() {
	printf 'static void\nbad(struct diags *diags, const char *what)\n{\n\t%s\n}\n' "$2" \
		>"$tree/cli/bad.c"
	refuse "found: $2" "$checker" "$tree"
	said "as what it is" "not ok $1"
	said "at its line" "# cli/bad.c:4: "
	rm "$tree/cli/bad.c"
}

check "good messages are accepted" "$checker" --list "$list" "$tree"
check "and listed, both of a choice" [ "$(grep -c '^core/base/good.c:[456]	' "$list")" = 4 ]
check "with their kinds" [ "$(cut -f 2 "$list" | sort | uniq -c | tr -d ' \n')" = 1code2hint1message ]

finds '1 - a message begins' 'diag_error(diags, NOWHERE, "Login is taken");'
finds '2 - a message ends' 'diag_error(diags, NOWHERE, "login is taken.");'
finds '2 - a message ends' 'diag_error(diags, NOWHERE, "is it taken?");'
finds '3 - a message quotes' 'diag_error(diags, NOWHERE, "login \"%s\" is taken", login);'
finds '4 - a hint begins' 'diag_hint(diags, "give another one.");'
finds '5 - a hint ends' 'diag_hint(diags, "Give another one");'
finds '5 - a hint ends' 'diag_hint(diags, "Run: chown 0:0 %s.", path);'
finds '6 - a hint is two' 'diag_hint(diags, "Look. Think. Give another one.");'
finds '7 - a code is' 'diag_code(diags, "Login_taken");'
finds '8 - no text has blanks' 'diag_error(diags, NOWHERE, "login  is" " taken");'
finds '9 - no text is longer' "diag_error(diags, NOWHERE, \"$(printf '%0201d' 0)\");"
finds '10 - no text blames' 'diag_error(diags, NOWHERE, "invalid login");'
finds '11 - no message is given' 'diag_error(diags, NOWHERE, "it is %s", account->password);'
finds '11 - no message is given' 'diag_error(diags, NOWHERE, "it is %s", account.password_hash);'

# A function that passes its parameter on; a formatter of the file's own; a macro amid a text.
cat >"$tree/core/base/ways.c" <<'END'
static bool
fault(struct diags *diags, const char *what)
{
	return diag_error(diags, NOWHERE, "%s", what);
}

static bool
outer(struct diags *diags, const char *text)
{
	return fault(diags, text);
}

static void PRINTF_LIKE(2, 3)
	tell(struct diags *diags, const char *format, ...)
{
}

static void
caller(struct diags *diags)
{
	fault(diags, "Fault one");
	outer(diags, is_a ? "Fault two" : "fault three");
	tell(diags, "Fault four");
	tell(diags, "fault " MACRO
		    " Five");
	diag_error(diags, NOWHERE, "%s", is_b ? "Fault six" : name("Not a text"));
}
END
refuse "texts on other ways are found" "$checker" --list "$list" "$tree"
for line in 'ways.c:21: Fault one' 'ways.c:22: Fault two' 'ways.c:23: Fault four' 'ways.c:26: Fault six'; do
	said "$line" "# core/base/$line"
done
check "what is in order is listed all the same" grep -q 'ways.c:22	message	fault three$' "$list"
check "a macro is a part of it" grep -q 'ways.c:24	message	fault %s Five$' "$list"
check "what only goes into a function is none" [ "$(grep -c 'Not a text' "$list")" = 0 ]

rm -r "$tree/core" "$tree/cli"
mkdir "$tree/core"
refuse "a tree without messages is not in order" "$checker" "$tree"
rm -r "$tree" "$list"
finish
