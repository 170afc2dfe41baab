#!/bin/sh
# active_directory.sh - a real domain controller decides who has a jail: how it is reached, who is in
# which group there, who is locked out, and whose keys it holds.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/people.sh"
. "$(dirname "$0")/ldap_module.sh"
. "$(dirname "$0")/samba.sh"
. "$(dirname "$0")/ldap_proxy.sh"

if ! samba_is_there; then
	echo "1..0 # SKIP no domain controller is unpacked; run tools/samba-server.sh"
	tap_finished=yes
	exit 0
fi

people_dn=ou=people,$samba_suffix
# More than one page, and more than the proxy lets pass of a group.
crowd=150

# ---- the domain ----

# user NAME [LINE]...: on stdout, as LDIF. Without password, which 0x20 allows.
user() {
	cat <<-END
		dn: cn=$1,$people_dn
		objectClass: user
		cn: $1
		sAMAccountName: $1
	END
	shift
	[ $# -gt 0 ] || set -- "userAccountControl: 544"
	printf '%s\n' "$@" ''
}

# group NAME [MEMBER]...
group() {
	cat <<-END
		dn: cn=$1,$people_dn
		objectClass: group
		cn: $1
		sAMAccountName: $1
	END
	shift
	for member; do
		echo "member: cn=$member,$people_dn"
	done
	echo
}

make_domain() {
	new_key /root/anna.key
	samba_add <<-END
		dn: $people_dn
		objectClass: organizationalUnit
		ou: people

		$(user anna "userAccountControl: 544" "displayName: Anna Vogel" \
			"altSecurityIdentities: $(cat /root/anna.key.pub)" \
			"altSecurityIdentities: X509:<I>CN=Example<S>CN=anna")

		$(user bjoern "userAccountControl: 546")

		$(user carla "userAccountControl: 544" "accountExpires: 133500000000000000")

		$(user dario "userAccountControl: 544" "accountExpires: 9223372036854775807")

		$(user elif "userAccountControl: 544" "accountExpires: 0")

		$(group press anna)

		$(group media press dario)

		$(group outer media)

		dn: cn=press,$people_dn
		changetype: modify
		add: member
		member: cn=outer,$people_dn

		dn: cn=Domain Admins,cn=Users,$samba_suffix
		changetype: modify
		add: member
		member: cn=elif,$people_dn
	END
	{
		for number in $(seq "$crowd"); do
			user "m$number"
		done
		# shellcheck disable=SC2046
		group crowd $(seq -f m%.0f "$crowd")
	} | samba_add
}

# ---- what rehome is told ----

# configure URI [LINE]...
configure() {
	mkdir -p /etc/rehome
	{
		cat <<-END
			version: 1
			sources:
			  domain:
			    importer: ldap
			    uri: $1
			    ca_file: $samba_ca
			    base: $people_dn
			    groups_base: $samba_suffix
			    page_size: 100
			    map:
			      layout: { from: group_name, table: { media: media, "*": plain } }
		END
		shift
		printf '    %s\n' "$@"
		cat <<-END
			layouts:
			  media: { dirs: [ { path: pics }, { path: logs, access: read } ] }
			  plain: { dirs: [ { path: files } ] }
			policy:
			  leavers: { sources: [domain] }
		END
	} >/etc/rehome/rehome.yaml
}

administrator="bind_dn: cn=Administrator,cn=Users,$samba_suffix"
password="password_file: $samba_secret"

# of USER FIELD: what inspect says, from the last listing.
of() {
	json "[str(a['fields'].get('$2', {}).get('value')) for a in d['accounts'] if a['user'] == '$1'][0]" \
		</tmp/domain.json
}

# lists NAME: everybody, and completely.
lists() {
	rehome inspect domain --json >/tmp/domain.json 2>/tmp/domain.err || diag "$(cat /tmp/domain.err)"
	is "$1: everybody, completely" \
		"$(json "(len(d['accounts']), d['complete'])" </tmp/domain.json)" "($((crowd + 5)), True)"
}

# ---- who is in which group, as either side says: "login<TAB>DN of a group" a line ----

# The groups are mapped to names that an account can have, and back.
as_rehome_says() {
	samba_admin ldapsearch -LLL -o ldif-wrap=no -b "$samba_suffix" '(objectClass=group)' 1.1 |
		sed -n 's/^dn: //p' >/tmp/groups
	awk -v q='"' '{ printf "%s%s%s%s: g%d", NR == 1 ? "" : ", ", q, $0, q, NR }' /tmp/groups \
		>/tmp/groups.table
	sed -i "s/^      layout:.*/&\n      groups: { from: group_dn, table: { $(cat /tmp/groups.table) } }/" \
		/etc/rehome/rehome.yaml
	rehome inspect domain --json >/tmp/domain.json
	python3 - <<-'END'
		import json
		groups = open('/tmp/groups').read().splitlines()
		for account in json.load(open('/tmp/domain.json'))['accounts']:
		    for name in account['fields']['groups']['value']:
		        print(account['user'], groups[int(name[1:]) - 1], sep='\t')
	END
}

# Its matching rule in chain knows nothing of primary groups, so those come here, with what it says of
# them.
as_the_server_says() {
	samba_admin ldapsearch -L -o ldif-wrap=no -f /tmp/groups -b "$samba_suffix" \
		'(memberOf:1.2.840.113556.1.4.1941:=%s)' 1.1 >/tmp/chain
	python3 - "$people_dn" "cn=Domain Users,cn=Users,$samba_suffix" <<-'END'
		import collections, json, sys
		people, primary = (dn.lower() for dn in sys.argv[1:])
		chain = collections.defaultdict(set)
		for line in open('/tmp/chain'):
		    if line.startswith('# filter: '):
		        group = line.rstrip(')\n').split(':=')[1]
		        if group.lower() == primary:
		            primary_dn = group
		    elif line.startswith('dn: '):
		        chain[line[4:-1].lower()].add(group)
		for account in json.load(open('/tmp/domain.json'))['accounts']:
		    own = chain[f'cn={account["user"]},{people}']
		    for group in own | chain[primary] | {primary_dn}:
		        print(account['user'], group, sep='\t')
	END
}

# groups_of USER: the names of those in people_dn.
groups_of() {
	sed -n "s/^$1	CN=\([^,]*\),ou=people,.*/\1/Ip" /tmp/groups.ours | tr '\n' ' ' | sed 's/ $//'
}

samba_prepare
samba_start
make_domain

# ---- how it is reached ----

configure "ldaps://$samba_host" "$administrator" "$password"
lists "ldaps, a password"
is "anna's layout comes through a group in a group" "$(of anna layout)" media
is "dario's comes directly" "$(of dario layout)" media
is "m1 has the other one" "$(of m1 layout)" plain
is "anna has her name" "$(of anna full_name)" "Anna Vogel"
is "anna's certificate is no key" \
	"$(json "len([a for a in d['accounts'] if a['user'] == 'anna'][0]['fields']['ssh_keys']['value'])" \
		</tmp/domain.json)" 1
is "bjoern is disabled" "$(of bjoern state)" disabled
is "carla expired in 2024" "$(of carla expires)" 2024-01-18
is "dario never does" "$(of dario expires)" never
is "neither does elif" "$(of elif expires)" never
anna_guid=$(json "[a['key'] for a in d['accounts'] if a['user'] == 'anna'][0]" </tmp/domain.json)
is "the key is the object's, as Microsoft writes it" "$anna_guid" "$(
	samba_admin ldapsearch -LLL -b "$people_dn" '(cn=anna)' objectGUID |
		sed -n 's/^objectGUID:: //p' | base64 -d |
		python3 -c 'import sys, uuid; print(uuid.UUID(bytes_le=sys.stdin.buffer.read()))'
)"

as_rehome_says | LC_ALL=C sort >/tmp/groups.ours
as_the_server_says | LC_ALL=C sort >/tmp/groups.theirs
check "everybody is in the primary group" test "$(grep -ic '	cn=Domain Users,' /tmp/groups.ours)" = $((crowd + 5))
is "anna is in a circle of groups" "$(groups_of anna)" "media outer press"
same "everybody is in the groups that the server's rule in chain gives" \
	/tmp/groups.ours /tmp/groups.theirs

configure "ldap://$samba_host" "$administrator" "$password"
lists "StartTLS, a password"
configure "ldaps://$samba_host" "bind_dn: Administrator@$samba_realm" "$password"
lists "the administrator's principal name"
echo "$samba_password" | kinit Administrator >/dev/null
configure "ldap://$samba_host" "auth: gssapi" "starttls: no"
lists "a ticket that seals the connection itself"
configure "ldaps://$samba_host" "auth: gssapi"
exits "Samba wants no ticket within TLS" 65 rehome inspect domain
said "and it says what to do" "starttls: no"
kdestroy
configure "ldap://$samba_host" "auth: gssapi" "starttls: no"
exits "no ticket" 65 rehome inspect domain
configure "ldaps://$samba_host"
exits "nobody may ask without a name" 65 rehome inspect domain

# ---- groups that are sent in pieces ----

echo "	ldap server require strong auth = no" >/tmp/weak
sed -i '/^\[global\]/r /tmp/weak' /etc/samba/smb.conf
samba_stop
samba_start
spoil_ldap 127.0.0.2 ranged 40
configure "ldap://$samba_host:3890" "$administrator" "$password" "starttls: no" \
	"allow_plaintext: yes"
sed -i 's/table: { media/table: { crowd: crowd, media/; s/^layouts:/&\n  crowd: { dirs: [ { path: seats } ] }/' \
	/etc/rehome/rehome.yaml
sed -i "s/$samba_host:3890/localhost:3890/" /etc/rehome/rehome.yaml
lists "a group of $crowd members, 40 at a time"
is "all of them are its members" \
	"$(json "[a['fields']['layout']['value'] for a in d['accounts']].count('crowd')" \
		</tmp/domain.json)" "$crowd"
end_spoil_ldap

# ---- people ----

configure "ldaps://$samba_host" "$administrator" "$password" \
	"filter: (&(objectClass=user)(!(cn=m*)))"
start_sshd
exits "the first sync" 0 rehome sync domain
is "anna's key opens her jail" "$(login_by_key anna /root/anna.key)" jailed
exits "the second sync" 0 rehome sync domain
said "it says that there is nothing to do" "othing to do"
samba_modify <<END
dn: cn=anna,$people_dn
changetype: modify
replace: userAccountControl
userAccountControl: 546
END
exits "anna is disabled there" 0 rehome sync domain
is "her key lets her in no more" "$(login_by_key anna /root/anna.key)" refused
samba_modify <<END
dn: cn=anna,$people_dn
changetype: modify
replace: userAccountControl
userAccountControl: 544
-
replace: sAMAccountName
sAMAccountName: avogel

dn: cn=anna,$people_dn
changetype: modrdn
newrdn: cn=Anna Vogel
deleteoldrdn: 1
END
exits "she is back, under a new name" 0 rehome sync domain
exits "which comes first, and then she is let in" 0 rehome sync domain
is "her key opens it" "$(login_by_key avogel /root/anna.key)" jailed
samba_admin ldapdelete "cn=Anna Vogel,$people_dn"
exits "she is deleted" 0 rehome sync domain
is "her key lets her in no more" "$(login_by_key avogel /root/anna.key)" refused
samba_stop

finish
