# ldap_proxy.sh - a bad line to a directory server. To be sourced after ../sandbox/lib.sh.

# spoil_ldap ADDRESS WHAT [ARG]...: from now on the server at port 3890 is the one at this address,
# spoilt by ldap_proxy.py; replaces what was spoilt before.
spoil_ldap() {
	end_spoil_ldap
	: >/tmp/proxy.out
	python3 "$sandbox_dir/../e2e/ldap_proxy.py" 3890 "$@" >/tmp/proxy.out 2>&1 &
	proxy_pid=$!
	wait_until 10 grep -q ready /tmp/proxy.out || bail "no proxy: $(cat /tmp/proxy.out)"
}

end_spoil_ldap() {
	[ -n "${proxy_pid:-}" ] || return 0
	kill "$proxy_pid" 2>/dev/null || :
	wait "$proxy_pid" 2>/dev/null || :
	proxy_pid=
}
