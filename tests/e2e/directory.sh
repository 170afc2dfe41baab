#!/bin/sh
# directory.sh - a company's directory decides who has a jail: people come, log in with the keys that
# it has, change department and name, leave and come back; and whatever becomes of the directory
# itself, nobody is shut out by mistake.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/people.sh"
. "$(dirname "$0")/ldap_module.sh"
. "$(dirname "$0")/slapd.sh"

sample=$sandbox_dir/../../samples/directory
people_dn=ou=people,$slapd_suffix
groups_dn=ou=groups,$slapd_suffix

# ---- the server, and what rehome is told of it ----

# Whoever sync lets go is counted over a day, which this script has not.
configure() {
	mkdir -p /etc/rehome
	sed -e 's/max_count: 5/max_count: 9/' -e 's/max_percent: 20/max_percent: 40/' \
		"$sample/rehome.yaml" >/etc/rehome/rehome.yaml
	cp "$slapd_ca" /etc/rehome/company-ca.crt
	(umask 077 && echo "$slapd_service_password" >/etc/rehome/company.pass)
	# The same source through ldap_proxy.py, which can only count what it can read.
	sed -e "s|uri: .*|uri: ldap://$slapd_host:3890|" -e '/ca_file:/d' -e '/bind_dn:/d' \
		-e 's/password_file: .*/starttls: no/' -e 's/importer: .*/&\n    page_size: 5/' \
		/etc/rehome/rehome.yaml >/etc/rehome/spoilt.yaml
}

# The sample's keys are nobody's.
give_keys() {
	for login in "$@"; do
		new_key "/root/$login.key"
		slapd_modify <<-EOF
			dn: $(dn_of "$login")
			changetype: modify
			replace: sshPublicKey
			sshPublicKey: $(cat "/root/$login.key.pub")
		EOF
	done
}

dn_of() {
	slapd_root ldapsearch -LLL -o ldif-wrap=no -b "$slapd_suffix" "(uid=$1)" 1.1 | sed -n 's/^dn: //p'
}

# change DN LINE...: a modification of one entry.
change() {
	changed_dn=$1
	shift
	{
		printf 'dn: %s\nchangetype: modify\n' "$changed_dn"
		printf '%s\n' "$@"
	} | slapd_modify
}

# move DN RDN SUPERIOR: a new name or place; its entryUUID stays.
move() {
	slapd_modify <<-END
		dn: $1
		changetype: modrdn
		newrdn: $2
		deleteoldrdn: 1
		newsuperior: $3
	END
}

# hide WHAT: from the account that rehome has, as a change of the server's access rules.
hide() {
	change 'olcDatabase={1}mdb,cn=config' "add: olcAccess" "olcAccess: {0}to $1 by * none"
}

unhide() {
	change 'olcDatabase={1}mdb,cn=config' "delete: olcAccess" "olcAccess: {0}"
}

# Out of what is listed, and back, with everybody below.
vanish() {
	move "ou=$1,$people_dn" "ou=$1" "ou=former,$slapd_suffix"
}

reappear() {
	move "ou=$1,ou=former,$slapd_suffix" "ou=$1" "$people_dn"
}

# ---- what becomes of people ----

# sees USER: the folders of the jail that the user's key opens, or how it went otherwise.
sees() {
	sees_output=$(sftp_key "$1" "/root/${2:-$1}.key" "$(root_listing)" 2>&1) || {
		echo refused
		return
	}
	echo "$sees_output" | sed -n 's|^/\(.*\)|\1|p' | tr '\n' ' ' | sed 's/ $//'
}

in_group() {
	id -nG "$1" | grep -qw "$2"
}

uid_of() {
	id -u "$1" 2>&1 || :
}

sync() {
	rehome sync company
}

# syncs NAME: a sync that has something to do, or nothing.
syncs() {
	exits "$1" 0 sync
}

# harmless NAME STATUS COMMAND...: nothing of the machine changes, whatever the directory does.
harmless() {
	quick_fingerprint /tmp/print.before
	exits "$@"
	cp "$tap_output" /tmp/harmless.out
	quick_fingerprint /tmp/print.after
	same "$1: nothing has changed" /tmp/print.before /tmp/print.after
	cp /tmp/harmless.out "$tap_output"
}

# with_filter FILTER: another configuration.
with_filter() {
	sed "s/^    base:/    filter: $1\n&/" /etc/rehome/rehome.yaml >/etc/rehome/typo.yaml
}

spoilt_sync() {
	rehome -c /etc/rehome/spoilt.yaml sync company
}

slapd_prepare
slapd_start
slapd_add <"$sample/directory.ldif"
slapd_add <<END
dn: ou=former,$slapd_suffix
objectClass: organizationalUnit
ou: former
END
configure
give_keys anna bjoern kai femke uwe rosa stefan tilda oskar milan
start_sshd

# Others, whom no directory knows.
write_people
sed -i '/^anna/d' "$people"
rehome apply -y "csv:$people" >/tmp/apply.out 2>&1 || bail "apply fails: $(cat /tmp/apply.out)"
useradd -m -u 1500 neighbour

# ---- they come ----

syncs "the first sync"
is "anna sees what the press has" "$(sees anna)" "logs musics pics"
is "uwe, who is in it through a group of its group, too" "$(sees uwe)" "logs musics pics"
is "kai sees what the others have" "$(sees kai)" "files"
is "rosa, whose account ends later, too" "$(sees rosa)" "files"
is "stefan, whose account has ended, is refused" "$(sees stefan)" refused
is "tilda, who is locked, is refused" "$(sees tilda)" refused
is "dario's password is the directory's" \
	"$(login_by_password dario 'Ziegel-Farn-53-Wolke')" jailed
check "anna is in the group that is mapped" in_group anna archive
refuse "bjoern is not" in_group bjoern archive
check "verify finds no fault" rehome verify
account_bytes >/tmp/bytes.first
syncs "the second sync"
said "it says that there is nothing to do" "othing to do"
account_bytes >/tmp/bytes.second
same "and does nothing" /tmp/bytes.first /tmp/bytes.second

# ---- why somebody has what he has ----

check "inspect explains a user" rehome inspect company uwe
said "it names the entry" "uid=uwe,ou=freelance,$people_dn"
said "the layout" "media"
said "and the way into the group that gives it" \
	"listed as a member by cn=freelance,$groups_dn, which is in cn=press,$groups_dn"

# ---- they change ----

check "kai uploads something" sftp_key kai /root/kai.key "$(batch 'put /etc/hostname files/mine')"
change "cn=engineering,$groups_dn" "delete: member" "member: $(dn_of kai)"
change "cn=press,$groups_dn" "add: member" "member: $(dn_of kai)"
change "cn=archive,$groups_dn" "delete: memberUid" "memberUid: anna" - \
	"add: memberUid" "memberUid: bjoern"
exits "a plan of that" 0 rehome plan -v company
said "it names the layout" "plain -> media"
said "and the group that led there" "layout: 'press': listed as a member by cn=press,$groups_dn"
syncs "a change of department"
is "kai sees the folders of his new one beside his own" "$(sees kai)" "files logs musics pics"
check "his file is there" test -e /home/kai/files/mine
refuse "anna's group is gone" in_group anna archive
check "bjoern has it" in_group bjoern archive

check "femke uploads something" \
	sftp_key femke /root/femke.key "$(batch 'put /etc/hostname files/mine')"
femke_uid=$(uid_of femke)
move "$(dn_of femke)" uid=fdevries "ou=sales,$people_dn"
change "$(dn_of fdevries)" "replace: homeDirectory" "homeDirectory: /home/fdevries"
syncs "a new name"
is "her key opens the new login" "$(sees fdevries femke)" "files"
check "her file came along" test -e /home/fdevries/files/mine
is "her uid is the same" "$(uid_of fdevries)" "$femke_uid"
is "the old login is gone" "$(sees femke)" refused
refuse "the old home is gone" test -e /home/femke

change "$(dn_of bjoern)" "add: pwdAccountLockedTime" "pwdAccountLockedTime: 000001010000Z"
syncs "an account is locked in the directory"
is "bjoern is refused" "$(sees bjoern)" refused
change "$(dn_of bjoern)" "delete: pwdAccountLockedTime"
syncs "it is unlocked"
is "bjoern is back" "$(sees bjoern)" "logs musics pics"

new_key /root/second.key
change "$(dn_of anna)" "replace: sshPublicKey" "sshPublicKey: $(cat /root/second.key.pub)"
syncs "a key is replaced"
is "the old one is refused" "$(sees anna)" refused
is "the new one opens" "$(sees anna second)" "logs musics pics"
change "$(dn_of anna)" "delete: sshPublicKey"
syncs "her last key is taken away"
is "it opens no more" "$(sees anna second)" refused
change "$(dn_of anna)" "add: sshPublicKey" "sshPublicKey: $(cat /root/anna.key.pub)"
syncs "she has one again"
is "it opens" "$(sees anna)" "logs musics pics"

# ---- they leave, and come back ----

move "$(dn_of oskar)" uid=oskar "ou=former,$slapd_suffix"
syncs "oskar leaves"
is "his key lets him in no more" "$(sees oskar)" refused
check "his home is kept" test -d /home/oskar/files
move "$(dn_of oskar)" uid=oskar "ou=engineering,$people_dn"
syncs "oskar comes back"
is "his key lets him in" "$(sees oskar)" "files"

# One entry that cannot be read hides neither its person nor those who leave.
change "$(dn_of milan)" "add: uid" "uid: milan2"
move "$(dn_of oskar)" uid=oskar "ou=former,$slapd_suffix"
exits "a spoilt entry is told" 3 sync
said "by its name" "uid=milan,ou=engineering,$people_dn"
is "its person stays" "$(sees milan)" "files"
is "who left meanwhile is refused" "$(sees oskar)" refused
change "uid=milan,ou=engineering,$people_dn" "delete: uid" "uid: milan2"
syncs "it is mended"

# Another person of the name is not he.
new_key /root/other.key
slapd_add <<END
dn: uid=oskar,ou=sales,$people_dn
objectClass: inetOrgPerson
objectClass: posixAccount
objectClass: ldapPublicKey
uid: oskar
cn: Oskar Other
sn: Other
uidNumber: 20099
gidNumber: 20000
homeDirectory: /home/oskar
sshPublicKey: $(cat /root/other.key.pub)
END
exits "somebody new has the login of who left" 3 sync
said "he is told to wait" "oskar"
is "and gets into nobody's home" "$(sees oskar other)" refused
slapd_delete "uid=oskar,ou=sales,$people_dn"

# ---- the directory itself is in trouble: nobody is shut out ----

vanish sales
vanish engineering
vanish office
harmless "most people vanish" 7 sync
said "it says who" "fdevries"
said "it says what to do when it is true" "--allow-leavers"
reappear sales
reappear engineering
reappear office

with_filter '(objectClass=posixAcount)'
harmless "a filter is mistyped" 7 rehome -c /etc/rehome/typo.yaml sync company
said "it says that nobody is listed" "lists nobody"
with_filter '(objectClass=posixAccount'
harmless "a filter lacks its end" 65 rehome -c /etc/rehome/typo.yaml sync company

hide "dn.subtree=\"$people_dn\""
harmless "nobody may be seen any more" 65 sync
unhide
hide "dn.subtree=\"$groups_dn\""
harmless "no group may be seen any more" 65 sync
unhide
hide "dn.subtree=\"$people_dn\" attrs=sshPublicKey"
harmless "no key may be seen any more" 0 sync
unhide
hide "dn.regex=\"ou=(press|office),$people_dn\$\" attrs=sshPublicKey"
harmless "the keys of many may not be seen any more" 7 sync
unhide

# Groups come first, eight of them: without all of them nobody's folders are known.
slapd_spoil cut-after 4
harmless "the connection is lost among the groups" 65 spoilt_sync
slapd_spoil cut-after 15
harmless "the connection is lost" 7 spoilt_sync
said "it says that nobody leaves" "nobody leaves"
slapd_spoil garble-after 15
harmless "the answer is no LDAP" 7 spoilt_sync
said "it says that nobody leaves" "nobody leaves"
slapd_spoil at-page 4 "kill -9 $slapd_pid"
harmless "the server dies between two pages" 7 spoilt_sync
said "it says that nobody leaves" "nobody leaves"
slapd_stop
slapd_start
slapd_spoil lose-every 2
harmless "every other entry is lost on the way" 7 spoilt_sync
slapd_unspoil
slapd_limit '*' size.prtotal=10
harmless "the server has a limit" 7 sync
said "it says so" "limit"
slapd_no_limit

slapd_stop
harmless "the server is down" 65 sync
said "it says which" "ldaps://$slapd_host"
slapd_certificate foreign
slapd_start
harmless "somebody else answers" 65 sync
said "it says that it is not trusted" "certificate"
slapd_stop
slapd_certificate good
slapd_start
syncs "and all is well again"

# ---- nobody else was touched ----

is "matteo of the spreadsheet gets in" "$(login_by_password matteo "$matteo_password")" jailed
is "the neighbour's account is as it was" \
	"$(getent passwd neighbour | cut -d: -f1,6)" "neighbour:/home/neighbour"
check "verify finds no fault" rehome verify

# ---- the spreadsheet is given up for the directory ----

matteo_uid=$(uid_of matteo)
slapd_add <<END
dn: uid=matteo,ou=office,$people_dn
objectClass: inetOrgPerson
objectClass: posixAccount
uid: matteo
cn: Matteo Bruni
sn: Bruni
uidNumber: 20098
gidNumber: 20000
homeDirectory: /home/matteo
END
check "matteo uploads something" \
	sftp_password matteo "$matteo_password" "$(batch 'put /etc/hostname pics/mine')"
exits "the directory's matteo is somebody else so far" 3 sync
said "and how to change that is told" "rehome link csv: company --export FILE.csv"
check "who would be whom is written down" rehome link csv: company --export /root/who.csv
said "he is known by his login" "1 certain, 0 likely, 0 ambiguous, 0 none."
quick_fingerprint /tmp/print.before
check "he is linked" rehome link -y csv: company --import /root/who.csv
quick_fingerprint /tmp/print.after
same "nothing of the host is changed by it" /tmp/print.before /tmp/print.after
exits "the directory has another uid for him" 3 sync
said "which does not change" "the account has uid $matteo_uid"
sed -i 's|^      layout:.*|&\n      uid: []|' /etc/rehome/rehome.yaml
move "$(dn_of matteo)" uid=mbruni "ou=sales,$people_dn"
change "$(dn_of mbruni)" "replace: homeDirectory" "homeDirectory: /home/mbruni"
syncs "it decides no uids any more, and he gets a new name there"
is "his account follows" "$(getent passwd mbruni | cut -d: -f1,3,5,6)" \
	"mbruni:$matteo_uid:Matteo Bruni:/home/mbruni"
is "he has the old name no more" "$(login_by_password matteo "$matteo_password")" refused
is "he has his password" "$(login_by_password mbruni "$matteo_password")" jailed
check "his file came along" test -e /home/mbruni/pics/mine
syncs "the next sync"
said "it says that there is nothing to do" "othing to do"
check "verify finds no fault" rehome verify

# A configuration for whoever begins now.
check "init asks the directory" rehome init --from "ldap:$slapd_ldapi" -o /root/made.yaml
is "it says where people are, and what they are" \
	"$(sed -n -E '/importer: ldap/,/profile/s/^ *(base|profile): //p' /root/made.yaml | tr '\n' ' ')" \
	"\"$slapd_suffix\" posix "
check "the configuration is right" rehome -c /root/made.yaml config check
check "people can be read with it" rehome -c /root/made.yaml inspect ldap
slapd_stop
refuse "without the server it cannot be made" rehome init --from "ldap:$slapd_ldapi"
said "it tells why" "cannot"

finish
