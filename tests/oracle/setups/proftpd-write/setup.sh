# <Limit> for commands and their groups, with exceptions, and directories that the user may not change.
. /.oracle/machine.sh
source_is proftpd

ftpd_group red 2001 cleo
ftpd_user anna 2001 2001 /srv/anna
ftpd_user ben 2002 2002 /srv/ben
ftpd_user cleo 2003 2003 /srv/cleo
writing() {
	{ echo "DefaultRoot ~"; cat; } | ftpd_conf
}

case $1 in
plain)
	printf '' | writing
	;;
no-write)
	writing <<-X
		<Limit WRITE>
		DenyAll
		</Limit>
	X
	;;
all)
	writing <<-X
		<Limit ALL>
		DenyUser anna
		</Limit>
	X
	;;
but-one)
	writing <<-X
		<Limit WRITE>
		AllowUser anna
		AllowGroup red
		DenyAll
		</Limit>
	X
	;;
single)
	writing <<-X
		<Limit DELE RMD>
		DenyAll
		</Limit>
		<Limit MKD,XMKD>
		DenyUser ben
		</Limit>
	X
	;;
only-store)
	writing <<-X
		<Limit WRITE>
		DenyAll
		</Limit>
		<Limit STOR>
		AllowAll
		</Limit>
	X
	;;
contradiction)
	writing <<-X
		<Limit STOR>
		DenyAll
		</Limit>
		<Limit STOR>
		AllowAll
		</Limit>
		<Limit MKD>
		AllowAll
		</Limit>
		<Limit MKD>
		DenyAll
		</Limit>
	X
	;;
levels)
	writing <<-X
		<Limit STOR>
		AllowUser anna
		DenyUser ben
		</Limit>
		<Directory /srv>
		<Limit WRITE>
		DenyUser cleo
		</Limit>
		<Limit STOR>
		DenyUser anna
		</Limit>
		</Directory>
	X
	;;
ordered)
	writing <<-X
		<Limit WRITE>
		Order deny,allow
		AllowUser anna
		DenyUser cleo
		</Limit>
	X
	;;
directory-words)
	writing <<-X
		<Directory /srv>
		DenyAll
		</Directory>
	X
	;;
lower-case)
	writing <<-X
		<Limit stor Mkd>
		DenyUser anna
		</Limit>
	X
	;;
filters)
	writing <<-X
		<Limit STOR>
		DenyFilter ^nothing$
		</Limit>
		PathDenyFilter "\.exe$"
		<Directory /srv>
		HideFiles ^secret
		</Directory>
	X
	;;
modes)
	chmod 0555 /srv/anna
	chown 0:2002 /srv/ben
	chmod 0775 /srv/ben
	chown 0:0 /srv/cleo
	ftpd_user dora 2004 2004 /srv/dora
	chown 2001:2001 /srv/dora
	chmod 1777 /srv/dora
	ftpd_user emil 2005 2005 /srv/emil
	chown 0:2001 /srv/emil
	chmod 0775 /srv/emil
	ftpd_group green 2001 emil
	ftpd_user fay 2006 2006 /srv/fay
	chmod 0333 /srv/fay
	printf '' | writing
	;;
esac
