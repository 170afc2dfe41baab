# Umask for files and directories: which <Directory> counts, and in which order they are looked at.
. /.oracle/machine.sh
source_is proftpd

ftpd_user anna 2001 2001 /srv/anna
ftpd_user ben 2002 2002 /srv/ben
home /srv/anna/in 2001:2001
home /srv/ben/in 2002:2002
ln -s /srv/anna /srv/link

case $1 in
server)
	printf '%s\n' 'DefaultRoot ~' 'Umask 027 022' | ftpd_conf
	;;
none)
	printf '%s\n' 'DefaultRoot ~' | ftpd_conf
	;;
nested)
	ftpd_conf <<-X
		DefaultRoot ~
		DefaultChdir in
		Umask 007
		<Directory /srv/anna/in>
		Umask 077
		<Limit MKD>
		DenyAll
		</Limit>
		</Directory>
		<Directory /srv>
		Umask 027
		</Directory>
		<Directory /srv/ben>
		<Limit STOR>
		DenyAll
		</Limit>
		</Directory>
	X
	;;
order-up)
	ftpd_conf <<-X
		DefaultRoot ~
		<Directory />
		Umask 027
		<Limit STOR>
		DenyAll
		</Limit>
		</Directory>
		<Directory ~>
		Umask 077
		<Limit MKD>
		DenyAll
		</Limit>
		</Directory>
	X
	;;
order-down)
	ftpd_conf <<-X
		DefaultRoot ~
		<Directory ~>
		Umask 077
		<Limit MKD>
		DenyAll
		</Limit>
		</Directory>
		<Directory />
		Umask 027
		<Limit STOR>
		DenyAll
		</Limit>
		</Directory>
	X
	;;
stars)
	ftpd_conf <<-X
		DefaultRoot ~
		<Directory /srv/*>
		<Limit STOR>
		DenyAll
		</Limit>
		</Directory>
		<Directory /srv/b*>
		<Limit MKD>
		DenyAll
		</Limit>
		</Directory>
	X
	;;
user-path)
	ftpd_conf <<-X
		DefaultRoot /srv
		<Directory /srv/%u>
		<Limit MKD>
		DenyAll
		</Limit>
		</Directory>
		<Directory /srv/%u/in>
		<Limit STOR>
		DenyAll
		</Limit>
		</Directory>
		DefaultChdir /%u/in
	X
	;;
link-path)
	ftpd_conf <<-X
		DefaultRoot ~
		<Directory /srv/link>
		<Limit MKD>
		DenyAll
		</Limit>
		</Directory>
		<Directory ~ben/>
		<Limit STOR>
		DenyAll
		</Limit>
		</Directory>
	X
	;;
merged)
	ftpd_conf <<-X
		DefaultRoot ~
		<Directory /srv>
		Umask 027
		<Limit WRITE>
		DenyAll
		</Limit>
		</Directory>
		<Directory /srv/anna>
		<Limit STOR>
		AllowAll
		</Limit>
		</Directory>
		<Directory /srv/anna/>
		<Limit MKD>
		AllowUser anna
		</Limit>
		</Directory>
	X
	;;
esac
