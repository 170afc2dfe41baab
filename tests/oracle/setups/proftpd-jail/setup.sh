# DefaultRoot, DefaultChdir and CreateHome: expressions, links, what is missing or closed.
. /.oracle/machine.sh
source_is proftpd

ftpd_group red 2001
ftpd_group blue 2100 cleo
ftpd_user anna 2001 2001 /srv/anna
ftpd_user ben 2002 2002 /srv/deep/ben
ftpd_user cleo 2003 2003 /srv/cleo

case $1 in
expressions)
	ftpd_conf <<-X
		DefaultRoot /srv red,!blue
		DefaultRoot ~ !red !blue
	X
	;;
blank-is-and)
	ftpd_conf <<-X
		DefaultRoot /srv/anna red blue
		DefaultRoot ~ !blue,!red
		DefaultRoot /srv
	X
	;;
slash-first)
	ftpd_conf <<-X
		DefaultRoot / red
		DefaultRoot ~
	X
	;;
user-in-path)
	home /srv/jails/anna 2001:2001
	home /srv/jails/b/ben 2002:2002
	home /srv/jails/cleo/in 2003:2003
	ftpd_conf <<-X
		DefaultRoot /srv/jails/%u red
		DefaultRoot /srv/jails/%u[0]/%u !blue
		DefaultRoot /srv/jails/%u
	X
	;;
missing)
	ftpd_conf <<-X
		DefaultRoot /srv/none red
		DefaultRoot ~/www
	X
	;;
links)
	home /srv/real 2001:2001
	ln -s real /srv/link
	ftpd_user dora 2004 2001 /srv/link
	ln -s /srv/nowhere /srv/dead
	ftpd_user emil 2005 2001 /srv/dead
	ftpd_conf <<-X
		DefaultRoot ~
	X
	;;
links-refused)
	home /srv/real/fay 2001:2001
	ln -s real /srv/link
	ftpd_user fay 2004 2001 /srv/link/fay
	ftpd_conf <<-X
		DefaultRoot ~
		AllowChrootSymlinks off
	X
	;;
prefix)
	home /srv/an 2001:2001
	home /srv/an/na 2001:2001
	ftpd_conf <<-X
		DefaultRoot /srv/an red
		DefaultRoot /srv/deep
	X
	;;
chdir)
	home /srv/anna/in 2001:2001
	home /srv/deep/ben/in 2002:2002
	ftpd_conf <<-X
		DefaultChdir in
		DefaultRoot ~ red
	X
	;;
chdir-by-group)
	home /srv/anna/in 2001:2001
	home /srv/cleo/x/y 2003:2003
	ftpd_conf <<-X
		DefaultChdir ~/in red
		DefaultChdir /srv/deep/none !blue
		DefaultChdir x/y blue
		DefaultRoot ~ red
		DefaultRoot ~ !blue
	X
	;;
chdir-in-jail)
	home /srv/anna/in 2001:2001
	home /srv/deep/ben/in 2002:2002
	ftpd_conf <<-X
		DefaultChdir /in
		DefaultRoot ~
	X
	;;
closed)
	chmod 0700 /srv/deep
	ftpd_user dora 2004 2001 /srv/other 
	chown 0:0 /srv/other
	chmod 0700 /srv/other
	ftpd_user emil 2005 2001 /srv/nox
	chmod 0600 /srv/nox
	ftpd_conf <<-X
		DefaultRoot ~
	X
	;;
closed-unjailed)
	chmod 0700 /srv/deep
	ftpd_user dora 2004 2001 /srv/other
	chown 0:0 /srv/other
	chmod 0700 /srv/other
	printf '' | ftpd_conf
	;;
closed-above)
	mkdir -p /srv/shut/dir
	home /srv/shut/dir 2001:2001
	chmod 0700 /srv/shut
	printf '%s\n' 'DefaultRoot /srv/shut/dir' | ftpd_conf
	;;
no-home)
	ftpd_user dora 2004 2001 /srv/dora
	rm -r /srv/dora
	ftpd_user emil 2005 2001 /srv/emil
	rm -r /srv/emil
	echo >/srv/emil
	printf '' | ftpd_conf
	;;
no-home-jailed)
	ftpd_user dora 2004 2001 /srv/dora
	rm -r /srv/dora
	printf '%s\n' 'DefaultRoot /srv' | ftpd_conf
	;;
made)
	ftpd_user dora 2004 2001 /srv/new/dora
	ftpd_user emil 2005 2100 /srv/new/emil
	rm -r /srv/new
	ftpd_conf <<-X
		CreateHome on 0750 dirmode 0711
		DefaultRoot ~ !blue
		DefaultRoot /srv
	X
	;;
other-home)
	printf '%s\n' 'DefaultRoot ~anna' | ftpd_conf
	;;
percent-home)
	ftpd_user dora 2004 2001 /srv/pc/%u
	home /srv/pc/dora 2004:2001
	printf '' | ftpd_conf
	;;
wildcard)
	printf '%s\n' 'DefaultRoot /srv/*' | ftpd_conf
	;;
root-home)
	ftpd_user dora 2004 2001 /
	printf '%s\n' 'DefaultRoot ~' | ftpd_conf
	;;
esac
