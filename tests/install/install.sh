#!/bin/sh
# install.sh SOURCE_ROOT BUILD_ROOT - what `meson install` leaves below a directory, and that an
# importer can be built, found and used with nothing but that. As anybody; the machine is not touched.
set -eu
source_root=$1 build_root=$2
. "$source_root/tests/sandbox/tap.sh"
umask 022

top=$(mktemp -d)
trap 'rm -rf "$top"; tap_exit' EXIT
# ---- what is installed ----

check "it installs" meson install -C "$build_root" --no-rebuild --destdir "$top/package"
config=$(find "$top/package" -name rehome.pc)
prefix=$top/package$(sed -n 's/^prefix=//p' "$config")
# As if the package had been unpacked there.
sed -i "s|^prefix=.*|prefix=$prefix|" "$config"
PKG_CONFIG_PATH=$(dirname "$config")
export PKG_CONFIG_PATH
importers=$(pkg-config --variable=importersdir rehome)
headers=$prefix/include/rehome
rehome=$prefix/bin/rehome

installed() {
	(cd "$headers" && find . -type f | sed 's|^\./||' | sort)
}

included() {
	# shellcheck disable=SC2086
	(cd "$source_root" && ${CC:-cc} -I. -MM -x c core/model/importer.h) | tr -d '\\' |
		tr -s ' ' '\n' | grep '\.h$' | sort
}

is "the headers are importer.h and what it includes" "$(installed)" "$(included)"
is "pkg-config tells where they are" "$(pkg-config --cflags rehome | tr -d ' ')" "-I$headers"
for header in $(installed); do
	# shellcheck disable=SC2086
	check "$header can be included first" ${CC:-cc} -std=gnu17 -Wall -Werror -fsyntax-only \
		-I "$headers" -include "$header" -x c /dev/null
done

exported() {
	nm -D --defined-only "$rehome" | awk '{ print $3 }' | sed 's/@.*//' | sort
}

declared() {
	# shellcheck disable=SC2046
	(cd "$headers" && "$source_root/tools/public-functions" $(installed))
}

exported >"$top/exported"
declared >"$top/declared"
is "the program exports every function that they declare" \
	"$(comm -23 "$top/declared" "$top/exported")" ""
# A sanitiser also exports what it puts itself in front of.
ours() {
	# shellcheck disable=SC2046
	(cd "$source_root" && tools/public-functions $(find core cli importers exporters -name '*.h'))
}
others=$(comm -13 "$top/declared" "$top/exported")
if grep -q __asan "$top/exported"; then
	ours >"$top/ours"
	check "the functions that are not declared there are known" test -s "$top/ours"
	others=$(printf '%s\n' "$others" | grep -x -F -f "$top/ours" || :)
fi
is "it exports nothing else" "$others" ""
refuse "the program does not need libldap" sh -c "ldd '$rehome' | grep ldap"
if [ -e "$build_root/importers/ldap/ldap.so" ]; then
	check "the importer of directories is a module" test -f "$importers/ldap.so"
fi

units=$prefix/lib/systemd/system
is "service and timer are installed" "$(cd "$units" && echo *)" "rehome-sync.service rehome-sync.timer"
is "and nothing is enabled" "$(find "$top/package" -type l)" ""
documentation=$(sed -n 's/^Documentation=file://p' "$units/rehome-sync.service")
check "the documentation that the service names is there" test -f "$top/package$documentation"
check "a table for cron is among the examples" \
	test -f "$top/package$(dirname "$documentation")/examples/rehome-sync.cron"

pages_in() {
	(cd "$1" && find . -name '*.[1-9]' | sed 's|.*/||' | sort)
}

if [ -e "$build_root/docs/man/rehome.8" ]; then
	is "every page of the manual is installed" "$(pages_in "$prefix/share/man")" \
		"$(pages_in "$build_root/docs/man")"
	check "each in its chapter" test -f "$prefix/share/man/man8/rehome-plan.8"
else
	skip "every page of the manual is installed" "scdoc is not there"
fi

if [ -e "$build_root/packaging/_rehome" ]; then
	for place in bash:bash-completion/completions/rehome zsh:zsh/site-functions/_rehome \
		fish:fish/vendor_completions.d/rehome.fish; do
		"$rehome" completion "${place%%:*}" >"$top/script"
		check "the completion of ${place%%:*} is where it looks" \
			cmp "$top/script" "$prefix/share/${place#*:}"
	done
fi

# ---- an importer of somebody else ----

cp -R "$top/package$(dirname "$documentation")/examples/importer-example" "$top/example"
mkdir -p "$importers"
check "the example is configured" meson setup -Dwerror=true "$top/example/build" "$top/example"
check "the example builds" ninja -C "$top/example/build"
check "the example installs" meson install -C "$top/example/build" --no-rebuild
check "where rehome looks" test -f "$importers/getent.so"

cd "$top"
# A new machine for each plan is not needed: a plan writes nothing.
. "$source_root/tests/golden/machine.sh"
chown() { :; }
make_machine root
REHOME=$rehome

# run STATUS [ARG]...: what the program says on either stream, and `status N` unless as expected.
run() {
	expected=$1 status=0
	shift
	"$REHOME" --root "$top/root" --importers-dir "$importers" "$@" 2>&1 </dev/null || status=$?
	[ "$status" = "$expected" ] || echo "status $status"
}

printf '%s\n' 'root:x:0:0:root:/root:/bin/bash' \
	'anna:x:20007:100:Anna Vogel,Room 3,,:/home/anna:/bin/bash' >people
printf '%s\n' 'bert:x:20008' 'carl:x:many:100::/home/carl:/bin/sh' >>people

is "importers lists it" "$(run 0 importers | grep '^getent')" \
	"getent    people as getent passwd lists them ($importers/getent.so)"
if [ -e "$importers/ldap.so" ]; then
	is "and the importer of directories" "$(run 0 importers ldap | sed -n 2p)" \
		"Loaded from $importers/ldap.so"
fi
is "its options are told" "$(run 0 importers getent)" "getent: people as getent passwd lists them
Loaded from $importers/getent.so

Options (in the configuration, or with --set):
  uid_min=UID               only accounts from this uid on (1000)
  uid_max=UID               only accounts up to this uid (60000)"
is "its JSON tells where it is from" \
	"$(run 0 --json importers getent | grep -o '"file": "[^"]*"')" \
	"\"file\": \"$importers/getent.so\""
is "what is wrong with its source has a place" "$(run 65 plan getent:people | grep error)" \
	"people:3: error: is not a line with seven fields
people:4: error: has a uid that is no number
rehome: error: 2 rows refused"
is "it makes a plan" "$(run 0 plan --skip-blocked getent:people | grep -A1 '+ create')" \
	"  + create   anna       Anna Vogel                           people:2
      account  uid 20007, groups sftponly (new), nologin, no key, no password"
is "its options are checked" "$(run 64 plan --set uid_mni=3 getent:people | head -2)" \
	"--set: error: unknown option 'uid_mni'
  hint: Did you mean 'uid_min'?"
printf 'version: 1\nsources: { here: { importer: getent, file: people, uid_min: 30000 } }\n' >c.yaml
is "a configuration may name it" "$(run 0 -c c.yaml config check)" "c.yaml: ok"
is "and its options" "$(run 0 -c c.yaml plan --skip-blocked here | tail -1)" \
	"Plan: 0 create, 0 adopt, 0 change, 0 leave, 0 blocked, 0 unchanged."
cd "$top/example"
is "so does the one beside it, of two people and two services" \
	"$(run 0 -c rehome.yaml plan colleagues | sed -n '/+ create/p;$p')" \
	"  + create   emil       Emil Berger                          people:3
  + create   rosa       Rosa Lind                            people:4
Plan: 2 create, 0 adopt, 0 change, 0 leave, 0 blocked, 0 unchanged."
cd "$top"

# ---- one that must not be loaded ----

module=$importers/getent.so
head -1 people | tr : , | sed '1i username,uid,x,y,z,home,shell' >people.csv

# refuses NAME WHY: whoever needs it is told, the list has a warning, nobody else notices.
refuses() {
	is "$1: refused" "$(run 1 plan getent:people | head -1)" "$2"
	is "$1: a finding of importers" "$(run 0 importers | grep -F "${2%%: error: *}: warning: ")" \
		"$(echo "$2" | sed 's/: error: /: warning: /')"
	is "$1: other importers are not concerned" "$(run 0 importers csv | head -1)" \
		"csv: a spreadsheet saved as CSV or tab-separated text"
}

chmod g+w "$module"
refuses "the group may write to it" \
	"$module: error: may be changed by others than its owner (mode 0775)"
chmod g-w "$module"

chmod o+w "$importers"
refuses "others may write to its directory" \
	"$importers: error: may be changed by others than its owner (mode 0757)"
chmod o-w "$importers"

chmod o+w "$prefix"
refuses "others may write above" \
	"$prefix: error: may be changed by others than its owner (mode 0757)"
chmod o-w "$prefix"

mv "$module" "$top/elsewhere.so"
ln -s "$top/elsewhere.so" "$module"
refuses "a symbolic link" "$module: error: is a symbolic link"
rm "$module"
echo "not an object" >"$module"
refuses "garbage" "$module: error: cannot be loaded: file too short"
mv "$top/elsewhere.so" "$module"

# Owners are what root sees; fakeroot will do.
if [ "$(id -u)" = 0 ]; then
	unset -f chown
	chown 12345 "$module"
	refuses "somebody else's file" \
		"$module: error: belongs to uid 12345, expected root: what is in it runs as you"
	chown 0 "$module"
	chown 12345 "$importers"
	refuses "somebody else's directory" \
		"$importers: error: belongs to uid 12345, expected root: what is in it runs as you"
	chown 0 "$importers"
else
	skip "somebody else's file" "needs root"
fi
is "and as it was it is taken again" "$(run 0 importers | grep -c '^getent')" 1
is "no directory of that name" "$(run 0 importers >/dev/null; importers=$top/nowhere run 64 importers |
	head -1)" "--importers-dir: error: '$top/nowhere' is not the absolute path of a directory"
finish
