# samba.sh - a real Active Directory domain controller for the end-to-end scripts: Samba's. To be
# sourced after ../sandbox/lib.sh.
#
#	samba_is_there || ...
#	samba_prepare          lays what tools/samba-server.sh unpacked over this machine, makes a domain
#	samba_start
#	samba_add <entries.ldif
#
# It answers on ldap://, ldaps:// and Kerberos of $samba_host. Passwords over ldap:// need StartTLS,
# as with Microsoft's.

samba_files=${REHOME_SAMBA:-/var/cache/rehome-tests/samba}/root
samba_host=dc1.ad.example.org
samba_realm=AD.EXAMPLE.ORG
samba_suffix=dc=ad,dc=example,dc=org
samba_password='Kupfer-Anker-72-Linde'
samba_secret=/root/samba.pass
samba_ca=/var/lib/samba/private/tls/ca.pem
samba_log=/var/log/samba-test.log

samba_is_there() {
	[ -x "$samba_files/usr/sbin/samba" ]
}

samba_prepare() {
	cp -a "$samba_files/." /
	ldconfig
	hostname dc1
	# An address of its own: Kerberos asks whose it is.
	echo "127.0.0.2 $samba_host dc1" >>/etc/hosts
	rm -f /etc/samba/smb.conf
	mkdir -p /var/lib/samba/private /run/samba /var/log/samba
	# File systems in memory lack the attributes that its shares want; nobody needs the shares.
	samba-tool domain provision --realm "$samba_realm" --domain AD --server-role dc \
		--adminpass "$samba_password" --dns-backend=NONE --host-name dc1 --host-ip 127.0.0.2 \
		--option 'posix:eadb=/var/lib/samba/eadb.tdb' >"$samba_log" 2>&1 ||
		bail "Samba makes no domain: $(tail -n 20 "$samba_log")"
	sed -i -e 's/^\tserver services = .*/\tserver services = rpc, ldap, cldap, kdc, winbindd/' \
		-e '/^\[global\]/a\	interfaces = lo' /etc/samba/smb.conf
	cat >/etc/krb5.conf <<-END
		[libdefaults]
			default_realm = $samba_realm
			dns_lookup_kdc = false
			rdns = false
		[realms]
			$samba_realm = {
				kdc = 127.0.0.2
			}
		[domain_realm]
			.ad.example.org = $samba_realm
	END
	: >/etc/ldap/ldap.conf
	(umask 077 && printf %s "$samba_password" >"$samba_secret")
}

samba_start() {
	samba --foreground --no-process-group --debuglevel=1 >>"$samba_log" 2>&1 &
	samba_pid=$!
	wait_until 60 samba_answers || bail "Samba does not start: $(tail -n 20 "$samba_log")"
	[ -n "${samba_has_name:-}" ] || give_samba_its_name
}

# Of the names that Kerberos knows the server by, this one comes with the DNS that it lacks.
give_samba_its_name() {
	samba_modify <<-END
		dn: cn=dc1,ou=Domain Controllers,$samba_suffix
		changetype: modify
		add: servicePrincipalName
		servicePrincipalName: ldap/$samba_host
	END
	samba_has_name=yes
}

# Its parts end by themselves when the parent does.
samba_stop() {
	kill "$samba_pid"
	wait "$samba_pid" 2>/dev/null || :
}

# Binding needs more of it than the root DSE.
samba_answers() {
	samba_admin ldapsearch -s base -b "$samba_suffix" 1.1 >/dev/null 2>&1
}

# samba_admin PROGRAM [ARG]...: ldapsearch, ldapmodify, ... as the domain's administrator.
samba_admin() {
	samba_program=$1
	shift
	LDAPTLS_CACERT=$samba_ca "$samba_program" -x -H "ldaps://$samba_host" \
		-D "cn=Administrator,cn=Users,$samba_suffix" -y "$samba_secret" "$@"
}

# samba_add, samba_modify: entries, changes, from stdin.
samba_add() {
	samba_admin ldapadd >/tmp/samba.out 2>&1 || bail "Samba refuses: $(grep -v '^$\|^adding' /tmp/samba.out)"
}

samba_modify() {
	samba_admin ldapmodify >/tmp/samba.out 2>&1 ||
		bail "Samba refuses: $(grep -v '^$\|^modifying' /tmp/samba.out)"
}
