#!/bin/sh
# ldap_connect.sh - the connection to a real directory server: every way to bind, TLS that believes
# nobody by mistake, passwords that stay here, and listings that break off.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/slapd.sh"

plain=ldap://$slapd_host
spoilt=ldap://$slapd_host:3890
tls=ldaps://$slapd_host
everybody='(objectClass=inetOrgPerson)'

# list URIS [KEY=VALUE]...: who is below the suffix, without any TLS that is not asked for.
list() {
	list_uris=$1
	shift
	timeout 30 "$LDAP_LISTING" "$list_uris" "$slapd_suffix" "$everybody" "$@" -- uid cn
}

# As the service account, which sees one entry more than people do.
list_as_service() {
	list_uris=$1
	shift
	list "$list_uris" "bind_dn=$slapd_service" "password_file=$slapd_secret" "$@"
}

people() {
	printf 'dn: ou=hidden,%s\nobjectClass: organizationalUnit\nou: hidden\n\n' "$slapd_suffix"
	people_number=1
	while [ "$people_number" -le 25 ]; do
		people_parent=$slapd_suffix
		[ "$people_number" != 25 ] || people_parent=ou=hidden,$slapd_suffix
		printf 'dn: uid=p%s,%s\nobjectClass: inetOrgPerson\nuid: p%s\ncn: P\nsn: P\n\n' \
			"$people_number" "$people_parent" "$people_number"
		people_number=$((people_number + 1))
	done
}

# ---- binds ----

test_binds() {
	check "nobody in particular lists through StartTLS" list "$plain" "ca_file=$slapd_ca"
	said "what everybody may see" "24 entries, 1 pages"
	said "completely" "complete ($plain, StartTLS, anonymous)"
	check "the service account lists through StartTLS" \
		list_as_service "$plain" "ca_file=$slapd_ca"
	said "also what people may not see" "25 entries, 1 pages"
	check "and through ldaps" list_as_service "$tls" "ca_file=$slapd_ca"
	said "which it says" "complete ($tls, simple bind)"
	check "root is known at the socket" list "$slapd_ldapi"
	said "without any password" "complete ($slapd_ldapi, external bind)"
	check "a password may be sent to the socket" list_as_service "$slapd_ldapi"
	check "pages are as large as said" list "$slapd_ldapi" page_size=10
	said "and no larger" "25 entries, 3 pages"
	slapd_modify <<-END
		dn: cn=config
		changetype: modify
		replace: olcTLSVerifyClient
		olcTLSVerifyClient: allow
	END
	(umask 077 && cp "$slapd_dir/tls/good.key" /root/client.key)
	check "a certificate of ours is as good as a name" list "$tls" "ca_file=$slapd_ca" \
		auth=external "cert_file=$slapd_dir/tls/good.crt" key_file=/root/client.key
	refuse "without a ticket GSSAPI asks nobody" list "$plain" "ca_file=$slapd_ca" auth=gssapi
	said "and fails" "cannot bind (gssapi)"
}

# ---- passwords ----

test_passwords() {
	refuse "no password goes out in plain text" list_as_service "$plain" starttls=no
	said "for the reason" "would be sent in plain text"
	check "unless that is said" list_as_service "$plain" starttls=no allow_plaintext=yes
	printf '%s\n' "Falsch-$slapd_service_password" >/root/wrong.pass
	chmod 600 /root/wrong.pass
	refuse "a wrong password is refused" list "$tls $plain" "ca_file=$slapd_ca" \
		"bind_dn=$slapd_service" password_file=/root/wrong.pass
	said "by the server" "invalid credentials (LDAP result 49)"
	unsaid "and is not tried at the next one" "$plain: error"
	unsaid "nor shown" Falsch
	chmod 640 "$slapd_secret"
	refuse "a password that a group can read is refused" \
		list_as_service "$tls" "ca_file=$slapd_ca"
	said "with the mode" "mode 0640 lets others read it"
	chmod 600 "$slapd_secret"
	chown nobody "$slapd_secret"
	refuse "so is one of another user" list_as_service "$tls" "ca_file=$slapd_ca"
	said "with the owner" "and must be root's"
	chown root "$slapd_secret"
	ln -s "$slapd_secret" /root/link.pass
	refuse "and one behind a link" list "$tls" "ca_file=$slapd_ca" "bind_dn=$slapd_service" \
		password_file=/root/link.pass
	said "which it is" "is a symbolic link"
}

# ---- TLS ----

test_tls() {
	refuse "a foreign authority is not believed" list "$tls" "ca_file=$slapd_foreign_ca"
	said "by name" "is by 'ca of the test', who is not believed"
	refuse "nor through StartTLS" list "$plain" "ca_file=$slapd_foreign_ca"
	said "by name too" "is by 'ca of the test', who is not believed"
	refuse "nor is any that nobody named" list "$tls"
	mkdir /root/believed
	cp "$slapd_ca" /root/believed/
	printf '%s\n' 'TLS_REQCERT never' 'TLS_CACERTDIR /root/believed' 'SIZELIMIT 1' >/root/.ldaprc
	cp /root/.ldaprc ./ldaprc
	refuse "settings of whoever calls do not weaken it" \
		env HOME=/root LDAPTLS_REQCERT=never LDAPTLS_CACERTDIR=/root/believed \
		"$LDAP_LISTING" "$tls" "$slapd_suffix" "$everybody" -- uid
	said "which are not even read" "who is not believed"
	check "nor cut it short" env HOME=/root LDAPSIZELIMIT=1 \
		"$LDAP_LISTING" "$slapd_ldapi" "$slapd_suffix" "$everybody" -- uid
	said "at all" "25 entries, 1 pages"
	rm /root/.ldaprc ./ldaprc
	echo "TLS_CACERT $slapd_ca" >/etc/ldap/ldap.conf
	check "what the machine's administrator believes is believed" list "$tls"
	: >/etc/ldap/ldap.conf
	check "a server may stand unverified when that is said" list "$tls" verify_certificate=no
	said "with a warning" "the server's certificate is not verified"
	slapd_certificate wrong-name
	slapd_restart
	refuse "a certificate for another name is refused" list "$tls" "ca_file=$slapd_ca"
	said "with both names" "is for elsewhere.example.net, not for '$slapd_host'"
	slapd_certificate good
	slapd_restart
}

# ---- several servers ----

test_servers() {
	check "a dead server is passed over" list "ldap://127.0.0.1:1 $tls" "ca_file=$slapd_ca"
	said "with a warning" "ldap://127.0.0.1:1: warning: cannot connect: Connection refused"
	said "and the next one tells" "complete ($tls, anonymous)"
	refuse "when none is alive, that is an error" \
		list "ldap://127.0.0.1:1 ldap://nobody.invalid"
	said "of the first" "ldap://127.0.0.1:1: error: cannot connect: Connection refused"
	said "and of the last" "ldap://nobody.invalid: error: cannot connect: host"
	slapd_spoil silent
	check "a server that says nothing is passed over" \
		list "$spoilt $tls" "ca_file=$slapd_ca" connect_timeout=1
	said "with a warning too" "$spoilt: warning: cannot start TLS: timed out"
	slapd_unspoil
}

# ---- listings that break off ----

test_broken_listings() {
	slapd_limit '*' 'size.soft=10 size.hard=10 size.prtotal=10'
	check "a limit of the server leaves a list" list "$tls" "ca_file=$slapd_ca"
	said "that is not whole" "size limit exceeded (LDAP result 4) after 10 entries"
	slapd_no_limit
	slapd_spoil cut-after 7
	check "so does a connection that ends" list "$spoilt" starttls=no page_size=5
	said "between pages" "the connection was lost after 7 entries"
	slapd_spoil garble-after 7
	check "and bytes that are no LDAP" list "$spoilt" starttls=no page_size=5
	said "in a page" "after 7 entries"
	slapd_spoil stall-after 7
	check "and a server that falls silent" list "$spoilt" starttls=no search_timeout=1
	said "in time" "timed out after 7 entries"
	slapd_spoil at-page 2 "kill -KILL $slapd_pid"
	check "and one that dies between pages" list "$spoilt" starttls=no page_size=5
	said "after whole ones" "the connection was lost after 10 entries"
	slapd_unspoil
	wait "$slapd_pid" 2>/dev/null || :
	rm -f "$slapd_dir/ldapi"
}

: "${LDAP_LISTING:=$sandbox_dir/../../build/bench/bench-ldap-listing}"
cd /root
slapd_prepare
slapd_start
people | slapd_add
test_binds
test_passwords
test_tls
test_servers
test_broken_listings
finish
