# Include: files, directories and patterns, and how much of a configuration an error in one loses.
. /.oracle/machine.sh
source_is proftpd

ftpd_user anna 2001 2001 /srv/anna
ftpd_user ben 2002 2001 /srv/ben
mkdir -p /etc/proftpd/more
jail='DefaultRoot ~'
deny='<Limit LOGIN>
DenyUser ben
</Limit>'
part() {
	printf '%s\n' "$2" >"/etc/proftpd/more/$1"
}
conf() {
	printf '%s\n' "$@" | ftpd_conf
}

case $1 in
file)
	part a.conf "$jail"
	conf "Include /etc/proftpd/more/a.conf" "$deny"
	;;
missing)
	conf "Include /etc/proftpd/more/none.conf" "$jail"
	;;
directory)
	part b.conf "Umask 077"
	part .a.conf "Umask 027"
	part c.conf~ "$deny"
	conf "Include /etc/proftpd/more" "$jail"
	;;
pattern)
	part b.conf "Umask 077"
	part .a.conf "Umask 027"
	part c.conf~ "$deny"
	conf "Include /etc/proftpd/more/*.conf" "$jail"
	;;
no-match)
	conf "Include /etc/proftpd/more/*.conf" "$jail"
	;;
deep-pattern)
	mkdir /etc/proftpd/more/x /etc/proftpd/more/y
	part x/a.conf "$jail"
	part y/a.conf "$deny"
	conf "Include /etc/proftpd/more/*/a.conf"
	;;
temporary)
	part b.conf~ "Umask 077"
	part c.conf "Umask 027"
	conf "IncludeOptions IgnoreTempFiles" "Include /etc/proftpd/more" "$jail"
	;;
linked-directory)
	part a.conf "$jail"
	ln -s more /etc/proftpd/link
	conf "Include /etc/proftpd/link/*.conf" "$deny"
	;;
linked-allowed)
	part a.conf "$jail"
	ln -s more /etc/proftpd/link
	conf "IncludeOptions AllowSymlinks" "Include /etc/proftpd/link/*.conf" "$deny"
	;;
broken)
	part a.conf "Umask 027
NoSuchDirective on
$deny"
	conf "Include /etc/proftpd/more/a.conf" "$jail"
	;;
broken-inside)
	part a.conf "Include /etc/proftpd/more/b.conf
Umask 027"
	part b.conf "Umask nonsense
$deny"
	conf "Include /etc/proftpd/more/a.conf" "$jail"
	;;
broken-twice)
	part a.conf "NoSuchDirective on"
	part b.conf "NoSuchDirective on
$deny"
	conf "Include /etc/proftpd/more" "$jail"
	;;
broken-deep)
	part a.conf "Include /etc/proftpd/more/b.conf
Umask 027"
	part b.conf "Include /etc/proftpd/more/c.conf
Umask 037"
	part c.conf "NoSuchDirective on
Umask 067"
	conf "Include /etc/proftpd/more/a.conf" "$deny" "$jail"
	;;
broken-main)
	conf "$jail" "NoSuchDirective on"
	;;
in-section)
	part a.conf "DenyUser ben"
	conf "$jail" "<Limit LOGIN>" "Include /etc/proftpd/more/a.conf" "</Limit>"
	;;
open-section)
	part a.conf "<Limit LOGIN>
DenyUser ben"
	conf "$jail" "Include /etc/proftpd/more/a.conf" "</Limit>"
	;;
relative)
	part a.conf "$jail"
	conf "Include more/a.conf"
	;;
directory-inside)
	mkdir /etc/proftpd/more/sub
	part sub/a.conf "$deny"
	part b.conf "$jail"
	conf "Include /etc/proftpd/more"
	;;
esac
