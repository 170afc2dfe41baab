# <VirtualHost> and <Global>: nothing comes from the main server, everything from <Global>.
. /.oracle/machine.sh
port='Port 21'

ftpd_user anna 2001 2001 /srv/anna
ftpd_user ben 2002 2001 /srv/ben /bin/false
ftpd_group red 2001
auth='AuthOrder mod_auth_file.c
AuthUserFile /etc/proftpd/ftpd.passwd
AuthGroupFile /etc/proftpd/ftpd.group'

case $1 in
main)
	source_is proftpd
	ftpd_conf <<-X
		DefaultRoot ~
		<VirtualHost 127.0.0.1>
		Port 2122
		DefaultRoot /srv
		RequireValidShell off
		</VirtualHost>
	X
	;;
global-lists)
	source_is proftpd
	ftpd_conf <<-X
		DefaultRoot /srv/ben !red
		<Global>
		DefaultRoot ~ red
		RequireValidShell off
		Umask 077
		</Global>
		Umask 027
	X
	;;
two-globals)
	source_is proftpd
	ftpd_conf <<-X
		<Global>
		DefaultRoot ~
		Umask 077
		</Global>
		<Global>
		DefaultRoot /srv
		Umask 027
		</Global>
	X
	;;
global-in-host)
	source_is proftpd
	ftpd_conf <<-X
		<VirtualHost 127.0.0.1>
		Port 2122
		<Global>
		DefaultRoot ~
		</Global>
		</VirtualHost>
		Umask 027
	X
	;;
host)
	source_is proftpd --set server=127.0.0.1
	printf '%s\n' 'Port 2121' 'DefaultRoot /srv' 'RequireValidShell off' 'Umask 077' \
		'<VirtualHost 127.0.0.1>' 'Port 21' 'DefaultRoot ~' "$auth" \
		'</VirtualHost>' | ftpd_conf
	;;
host-global)
	source_is proftpd --set server=second
	printf '%s\n' 'Port 2121' '<Global>' 'DefaultRoot ~' 'RequireValidShell off' \
		'</Global>' '<VirtualHost 127.0.0.1>' 'Port 21' 'ServerName second' 'Umask 027' \
		"$auth" '</VirtualHost>' | ftpd_conf
	;;
only-host)
	source_is proftpd
	printf '%s\n' 'Port 0' '<VirtualHost 127.0.0.1>' 'Port 21' 'DefaultRoot ~' "$auth" \
		'</VirtualHost>' | ftpd_conf
	;;
esac
