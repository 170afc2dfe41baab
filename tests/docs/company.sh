#!/bin/sh
# company.sh start | stop | modify - the directory server of docs/directory-sync.md and its kin, on their
# private machine: a slapd with the people of samples/directory. `modify` takes LDIF of changes on
# standard input; {LOGIN} in it is the DN of that person.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$sandbox_dir/../e2e/slapd.sh"
tap_finished=yes
sample=$sandbox_dir/../../samples/directory

dn_of() {
	slapd_root ldapsearch -LLL -o ldif-wrap=no -b "$slapd_suffix" "(uid=$1)" 1.1 |
		sed -n 's/^dn: //p'
}

# Whoever leaves goes to ou=former, which is not asked for.
start() {
	slapd_prepare
	slapd_start
	slapd_add <"$sample/directory.ldif"
	slapd_add <<-END
		dn: ou=former,$slapd_suffix
		objectClass: organizationalUnit
		ou: former
	END
	install -D -m 0644 "$slapd_ca" /etc/rehome/company-ca.crt
}

modify() {
	changes=$(cat)
	for login in $(printf '%s\n' "$changes" | sed -n 's/.*{\([a-z]*\)}.*/\1/p'); do
		changes=$(printf '%s\n' "$changes" | sed "s/{$login}/$(dn_of "$login")/")
	done
	printf '%s\n' "$changes" | slapd_modify
}

case $1 in
start) start ;;
stop) slapd_pid=$(cat "$slapd_dir/slapd.pid") && slapd_stop ;;
modify) modify ;;
*) bail "usage: company.sh start | stop | modify <LDIF" ;;
esac
