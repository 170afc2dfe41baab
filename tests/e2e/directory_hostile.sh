#!/bin/sh
# directory_hostile.sh - entries that nobody would write by hand and slapd keeps: each flaw is told by
# entry and attribute, nothing of it reaches the machine or the terminal, and the others do not suffer.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/people.sh"
. "$(dirname "$0")/ldap_module.sh"
. "$(dirname "$0")/slapd.sh"

sample=$sandbox_dir/../../samples/directory
people_dn=ou=people,$slapd_suffix

slapd_prepare
slapd_start
slapd_add <"$sample/directory.ldif"
"$sandbox_dir/../e2e/hostile_entries.py" | slapd_add

mkdir -p /etc/rehome
cp "$sample/rehome.yaml" /etc/rehome/rehome.yaml
cp "$slapd_ca" /etc/rehome/company-ca.crt
(umask 077 && echo "$slapd_service_password" >/etc/rehome/company.pass)

# ---- what is said of them ----

# tells NAME ATTRIBUTE: an error about the entry of this name, and the attribute.
tells() {
	check "$1: the attribute $2 is told" grep -q "^[a-z]*=$1,$people_dn: error: .*'$2'" /tmp/said
}

exits "the directory is read, and has errors" 65 rehome inspect company
cp "$tap_output" /tmp/said
while read -r name attribute; do
	tells "$name" "$attribute"
done <<END
gecos-newline gecos
home-newline homeDirectory
uid-newline uid
uid-colon uid
uid-nul uid
two-uids uid
uid-number-nobody uidNumber
uid-number-huge uidNumber
uid-number-negative uidNumber
uid-number-root uidNumber
gid-number-negative gidNumber
expire-huge shadowExpire
cn-nul cn
cn-escape cn
key-binary sshPublicKey
key-two-lines sshPublicKey
key-command sshPublicKey
key-two-megabytes sshPublicKey
END
is "no control character is printed" "$(tr -d '\n' </tmp/said | LC_ALL=C tr -cd '\000-\037\177' | wc -c)" 0
check "nor one that turns text round" sh -c '! grep -q "$(printf "\342\200\256")" /tmp/said'

# ---- what becomes of them ----

start_sshd
exits "sync leaves them out, and makes the others" 3 rehome sync company
said "root is nobody of the directory" "blocked  root"
for login in special-dn photo wordy anna; do
	check "$login is there" account_is_there "$login"
done
is "nobody else has uid 0" "$(awk -F : '$3 == 0 { print $1 }' /etc/passwd)" root
check "the account files have lines of their form only" \
	awk -F : 'NF != 7 { bad = 1 } END { exit bad }' /etc/passwd
is "no home is anywhere else" \
	"$(awk -F : '$3 >= 20000 && $3 < 60000 && $6 != "/home/" $1' /etc/passwd)" ""
check "no line of a key file is more than a key" \
	sh -c '! grep -rv "^ssh-ed25519 [A-Za-z0-9+/=]* *[a-z@-]*$" /etc/ssh/rehome_keys'
check "verify finds no fault" rehome verify

# ---- nobody stays open by his own doing ----

# People may write their own keys; whoever spoils them is disabled all the same when his time comes.
slapd_modify <<-END
	dn: uid=anna,ou=press,$people_dn
	changetype: modify
	replace: sshPublicKey
	sshPublicKey:: AAECAw==
	-
	replace: shadowExpire
	shadowExpire: 1
END
exits "whose entry is spoilt and disabled is disabled" 3 rehome sync company
said "for that reason" "disabled in the source, in a row that was refused"
is "and closed" "$(shadow_field anna 8)" 1
slapd_stop

finish
