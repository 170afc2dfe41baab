# slapd.sh - a real directory server for the end-to-end scripts. To be sourced after
# ../sandbox/lib.sh.
#
#	slapd_prepare
#	slapd_start
#	slapd_add <samples/directory/directory.ldif
#	... ldap://ldap.example.org, ldaps://..., $slapd_ldapi ...
#	slapd_stop
#
# Everything of it is below $slapd_dir, in memory. It serves dc=example,dc=org from mdb, with the
# overlays memberof, ppolicy, sssvlv and unique, and the schemas of samples/directory and
# slapd.schema; with `slapd_prepare ad` it says that it is an Active Directory. Root has every right
# through ldapi; $slapd_service may read what others may not (userPassword, ou=hidden).

. "$sandbox_dir/../e2e/ldap_proxy.sh"

slapd_dir=/run/slapd-test
slapd_log=$slapd_dir/log
slapd_suffix=dc=example,dc=org
slapd_host=ldap.example.org
slapd_ldapi="ldapi://$(printf %s "$slapd_dir/ldapi" | sed 's|/|%2F|g')"
slapd_service=cn=rehome,ou=services,$slapd_suffix
slapd_service_password='Anker-Mohn-18-Kiesel'
slapd_secret=$slapd_dir/service.pass
slapd_ca=$slapd_dir/tls/ca.crt
slapd_foreign_ca=$slapd_dir/tls/foreign-ca.crt

# What this machine's administrator tells every client is not for the tests.
: >/etc/ldap/ldap.conf

# ---- certificates ----

# slapd_make_ca NAME
slapd_make_ca() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj "/CN=$1 of the test" -keyout "$1.key" -out "$1.crt" 2>/dev/null
}

# slapd_make_certificate NAME CA HOST[,HOST]...
slapd_make_certificate() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=${3%%,*}" \
		-keyout "$1.key" -out "$1.csr" 2>/dev/null
	printf 'subjectAltName=%s\n' "DNS:$(echo "$3" | sed 's/,/,DNS:/g')" >"$1.ext"
	openssl x509 -req -in "$1.csr" -CA "$2.crt" -CAkey "$2.key" -CAcreateserial -days 2 \
		-extfile "$1.ext" -out "$1.crt" 2>/dev/null
}

slapd_make_tls() (
	mkdir -p "$slapd_dir/tls"
	cd "$slapd_dir/tls"
	slapd_make_ca ca
	slapd_make_ca foreign-ca
	slapd_make_certificate good ca "$slapd_host,localhost"
	slapd_make_certificate wrong-name ca elsewhere.example.net
	slapd_make_certificate foreign foreign-ca "$slapd_host,localhost"
)

# slapd_certificate good|wrong-name|foreign: what the server shows from its next start.
slapd_certificate() {
	ln -sfn "$1.crt" "$slapd_dir/tls/server.crt"
	ln -sfn "$1.key" "$slapd_dir/tls/server.key"
}

# ---- configuration ----

slapd_configuration() {
	root='gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth'
	for schema in core cosine inetorgperson nis; do
		echo "include /etc/ldap/schema/$schema.schema"
	done
	cat <<-END
		include $sandbox_dir/../../samples/directory/keys.schema
		include $sandbox_dir/../e2e/slapd.schema
		modulepath /usr/lib/ldap
		moduleload back_mdb
		moduleload memberof
		moduleload ppolicy
		moduleload sssvlv
		moduleload unique
		pidfile $slapd_dir/slapd.pid
		TLSCACertificateFile $slapd_ca
		TLSCertificateFile $slapd_dir/tls/server.crt
		TLSCertificateKeyFile $slapd_dir/tls/server.key
		attributeoptions lang-
		sockbuf_max_incoming 16777216
		sizelimit unlimited
		rootDSE $slapd_dir/root-dse.ldif

		database config
		rootdn "$root"

		database mdb
		suffix "$slapd_suffix"
		rootdn "$root"
		directory $slapd_dir/db
		maxsize 1073741824
		dbnosync
		index objectClass,uid,member,memberUid,entryUUID eq
		access to attrs=userPassword \
			by dn.exact="$slapd_service" read by anonymous auth by * none
		access to dn.subtree="ou=hidden,$slapd_suffix" \
			by dn.exact="$slapd_service" read by * none
		access to * by * read
		overlay memberof
		overlay ppolicy
		overlay sssvlv
		overlay unique
		unique_uri "ldap:///ou=services,$slapd_suffix?cn?sub"
	END
}

# slapd_root_dse posix|ad: what the server says of itself besides.
slapd_root_dse() {
	echo dn:
	if [ "$1" = ad ]; then
		echo supportedCapabilities: 1.2.840.113556.1.4.800
		echo supportedCapabilities: 1.2.840.113556.1.4.1670
	fi
}

# slapd_prepare [ad]: a new, empty server, with only what its service account needs. Not started.
slapd_prepare() {
	rm -rf "$slapd_dir"
	mkdir -p "$slapd_dir/db"
	grep -q "$slapd_host" /etc/hosts || echo "127.0.0.1 $slapd_host" >>/etc/hosts
	slapd_make_tls || bail "there are no certificates"
	slapd_certificate good
	slapd_root_dse "${1:-posix}" >"$slapd_dir/root-dse.ldif"
	slapd_configuration >"$slapd_dir/slapd.conf"
	(umask 077 && printf %s "$slapd_service_password" >"$slapd_secret")
	slapadd -f "$slapd_dir/slapd.conf" -b "$slapd_suffix" >"$slapd_log" 2>&1 <<-END ||
		dn: $slapd_suffix
		objectClass: dcObject
		objectClass: organization
		dc: example
		o: Example

		dn: ou=services,$slapd_suffix
		objectClass: organizationalUnit
		ou: services

		dn: $slapd_service
		objectClass: organizationalRole
		objectClass: simpleSecurityObject
		cn: rehome
		userPassword: $slapd_service_password
	END
		bail "slapd refuses its configuration or first entries: $(cat "$slapd_log")"
}

# ---- the process ----

# slapd_start [OPTION]...: answers at ldap://, ldaps:// and $slapd_ldapi when this returns.
slapd_start() {
	slapd -f "$slapd_dir/slapd.conf" -h "ldap://127.0.0.1/ ldaps://127.0.0.1/ $slapd_ldapi" \
		-d stats "$@" >>"$slapd_log" 2>&1 &
	slapd_pid=$!
	wait_until 10 slapd_answers || bail "slapd does not start: $(tail -n 20 "$slapd_log")"
}

slapd_answers() {
	slapd_root ldapsearch -s base -b '' 1.1 >/dev/null 2>&1
}

slapd_stop() {
	slapd_end TERM
}

# As if the machine had lost its power.
slapd_kill() {
	slapd_end KILL
}

slapd_end() {
	kill "-$1" "$slapd_pid" 2>/dev/null || :
	wait "$slapd_pid" 2>/dev/null || :
	rm -f "$slapd_dir/ldapi"
}

slapd_restart() {
	slapd_stop
	slapd_start
}

# ---- what is in it ----

# slapd_root PROGRAM [ARG]...: ldapsearch, ldapmodify, ... as root through ldapi.
slapd_root() {
	slapd_program=$1
	shift
	"$slapd_program" -H "$slapd_ldapi" -Q -Y EXTERNAL "$@"
}

# slapd_add, slapd_modify: entries, changes, from stdin. Lists of entries may name the suffix again.
slapd_add() {
	slapd_change ldapadd -c
}

slapd_modify() {
	slapd_change ldapmodify
}

# slapd_delete DN...: with everything below.
slapd_delete() {
	slapd_change ldapdelete -r "$@"
}

slapd_change() {
	slapd_status=0
	slapd_root "$@" >"$slapd_dir/change.out" 2>&1 || slapd_status=$?
	# 68: is there already.
	case $slapd_status in
	0 | 68) ;;
	*) bail "slapd refuses a change: $(grep -v '^$\|^adding\|^modifying' "$slapd_dir/change.out")" ;;
	esac
}

# slapd_limit WHO LIMIT: `slapd_limit '*' size.hard=100`, for everybody but root, until it is
# started again.
slapd_limit() {
	slapd_modify <<-END
		dn: olcDatabase={1}mdb,cn=config
		changetype: modify
		replace: olcLimits
		olcLimits: $1 $2
	END
}

slapd_no_limit() {
	slapd_modify <<-END
		dn: olcDatabase={1}mdb,cn=config
		changetype: modify
		replace: olcLimits
	END
}

# slapd_values FILTER ATTRIBUTE: the values, one a line, as root sees them.
slapd_values() {
	slapd_root ldapsearch -LLL -o ldif-wrap=no -b "$slapd_suffix" "$1" "$2" |
		sed -n "s/^$2: //p"
}

# slapd_spoil WHAT [ARG]...: from now on the server at port 3890 is this one, spoilt (ldap_proxy.py).
slapd_spoil() {
	spoil_ldap 127.0.0.1 "$@"
}

slapd_unspoil() {
	end_spoil_ldap
}
