# /etc/shells, /etc/ftpusers and uid 0: exact lines, and the switches for them.
. /.oracle/machine.sh
source_is proftpd

ftpd_user anna 2001 2001 /srv/anna
ftpd_user ben 2002 2002 /srv/ben /bin/odd
ftpd_user cleo 2003 2003 /srv/cleo ""
ftpd_user dora 2004 2004 /srv/dora "/bin/with blank"
ftpd_user emil 0 0 /srv/emil
ftpd_user fay 2006 2006 /srv/fay
lists() {
	{ echo "DefaultRoot ~"; cat; } | ftpd_conf
}

case $1 in
shells)
	printf '%s\n' '# /bin/odd' ' /bin/bash' '/bin/odd ' '/bin/with blank' >/etc/shells
	printf '/bin/bash\r\n' >>/etc/shells
	printf '' | lists
	;;
no-shells)
	rm /etc/shells
	printf '' | lists
	;;
empty-shells)
	printf '\n' >/etc/shells
	printf '' | lists
	;;
shells-off)
	printf '%s\n' 'RequireValidShell off' | lists
	;;
ftpusers)
	printf '%s\n' '# anna' '  anna' 'fay ' 'cleo' '#ben' >/etc/ftpusers
	printf 'ben\r\n' >>/etc/ftpusers
	printf '%s\n' 'RequireValidShell off' | lists
	;;
ftpusers-off)
	printf '%s\n' anna >/etc/ftpusers
	printf '%s\n' 'UseFtpUsers off' | lists
	;;
no-ftpusers)
	rm /etc/ftpusers
	printf '' | lists
	;;
root-allowed)
	printf '%s\n' 'RootLogin on' | lists
	;;
root-in-global)
	printf '%s\n' '<Global>' 'RootLogin on' 'RequireValidShell no' '</Global>' \
		'RequireValidShell yes' | lists
	;;
empty-refused)
	ftpd_user gus 2007 2007 /srv/gus /bin/bash ""
	printf '' | lists
	;;
long-name)
	name=$(printf '%0300d' 7)
	ftpd_user "$name" 2008 2008 /srv/long
	printf '' | lists
	;;
esac
