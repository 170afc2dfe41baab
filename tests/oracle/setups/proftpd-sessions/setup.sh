# mod_ifsession: what <IfUser>, <IfGroup>, <IfClass> and <IfAuthenticated> change after the login.
. /.oracle/machine.sh
source_is proftpd

ftpd_user anna 2001 2001 /srv/anna
ftpd_user ben 2002 2002 /srv/ben
ftpd_user cleo 2003 2001 /srv/cleo
ftpd_group red 2001
ftpd_group blue 2002 cleo
sessions() {
	{ echo "LoadModule mod_ifsession.c"; cat; } | ftpd_conf
}

case $1 in
limits)
	sessions <<-X
		DefaultRoot ~
		<IfUser anna>
		<Limit WRITE>
		DenyAll
		</Limit>
		</IfUser>
		<IfUser !anna>
		<Limit MKD>
		DenyAll
		</Limit>
		</IfUser>
	X
	;;
login)
	sessions <<-X
		DefaultRoot ~
		<IfGroup red>
		<Limit LOGIN>
		DenyUser anna
		</Limit>
		</IfGroup>
	X
	;;
no-effect)
	sessions <<-X
		<IfUser anna>
		DefaultRoot ~
		DefaultChdir /srv
		RequireValidShell off
		</IfUser>
		Umask 027
	X
	;;
umask)
	sessions <<-X
		DefaultRoot ~
		Umask 022
		<IfUser anna,ben>
		Umask 077
		</IfUser>
		<IfGroup blue>
		Umask 027
		</IfGroup>
	X
	;;
groups)
	sessions <<-X
		DefaultRoot ~
		<IfGroup red,blue>
		<Limit STOR>
		DenyAll
		</Limit>
		</IfGroup>
		<IfGroup OR red blue>
		<Limit MKD>
		DenyAll
		</Limit>
		</IfGroup>
		<IfGroup AND red !blue>
		<Limit DELE>
		DenyAll
		</Limit>
		</IfGroup>
	X
	;;
regex)
	sessions <<-X
		DefaultRoot ~
		<IfUser regex ^b>
		<Limit WRITE>
		DenyAll
		</Limit>
		</IfUser>
		<IfGroup regex ^blu>
		<Limit MKD>
		DenyAll
		</Limit>
		</IfGroup>
	X
	;;
directories)
	sessions <<-X
		DefaultRoot ~
		<Directory /srv>
		<Limit MKD>
		DenyAll
		</Limit>
		</Directory>
		<IfUser anna>
		<Directory /srv/anna>
		<Limit MKD>
		AllowAll
		</Limit>
		</Directory>
		</IfUser>
		<IfUser ben>
		<Directory ~>
		<Limit STOR>
		DenyAll
		</Limit>
		</Directory>
		</IfUser>
		<IfUser cleo>
		<Directory /srv>
		Umask 077
		</Directory>
		</IfUser>
	X
	;;
authenticated)
	sessions <<-X
		DefaultRoot ~
		<IfAuthenticated>
		<Limit STOR>
		DenyUser anna
		</Limit>
		</IfAuthenticated>
	X
	;;
two-limits)
	sessions <<-X
		DefaultRoot ~
		<Limit WRITE>
		DenyAll
		</Limit>
		<IfUser anna>
		<Limit WRITE>
		AllowAll
		</Limit>
		</IfUser>
		<IfGroup blue>
		<Limit STOR>
		AllowAll
		</Limit>
		</IfGroup>
	X
	;;
in-global)
	sessions <<-X
		<Global>
		DefaultRoot ~
		<IfUser anna>
		<Limit WRITE>
		DenyAll
		</Limit>
		</IfUser>
		</Global>
	X
	;;
not-loaded)
	ftpd_conf <<-X
		DefaultRoot ~
		<IfUser anna>
		Umask 077
		</IfUser>
	X
	;;
esac
