# <IfModule>, <IfDefine>, Define, environment, modules that are loaded or not, unknown directives.
. /.oracle/machine.sh
source_is proftpd

ftpd_user anna 2001 2001 /srv/anna
ftpd_user ben 2002 2001 /srv/ben

case $1 in
not-loaded)
	ftpd_conf <<-X
		<IfModule mod_tls.c>
		NoSuchDirective on
		<IfModule mod_core.c>
		DefaultRoot /
		</IfModule>
		</IfModule>
		<IfModule !mod_tls.c>
		DefaultRoot ~
		</IfModule>
	X
	;;
loaded)
	ftpd_conf <<-X
		LoadModule mod_ifsession.c
		<IfModule mod_ifsession.c>
		DefaultRoot ~
		</IfModule>
		<IfModule mod_auth_file.c>
		Umask 027
		</IfModule>
	X
	;;
trailing-blank)
	printf '%s\n' '<IfModule mod_tls.c>' 'Umask 027' '</IfModule> ' 'DefaultRoot ~' | ftpd_conf
	;;
unclosed)
	printf '%s\n' '<IfModule mod_tls.c>' 'Umask 027' 'DefaultRoot ~' | ftpd_conf
	;;
unclosed-true)
	printf '%s\n' '<IfModule mod_core.c>' 'Umask 027' 'DefaultRoot ~' | ftpd_conf
	;;
foreign-directive)
	printf '%s\n' 'DefaultRoot ~' 'TLSEngine on' | ftpd_conf
	;;
ident)
	printf '%s\n' 'DefaultRoot ~' 'IdentLookups off' | ftpd_conf
	;;
missing-module)
	printf '%s\n' 'DefaultRoot ~' 'LoadModule mod_nosuch.c' | ftpd_conf
	;;
static-module)
	printf '%s\n' 'LoadModule mod_auth.c' 'DefaultRoot ~' | ftpd_conf
	;;
define)
	ftpd_conf <<-X
		<IfDefine JAIL>
		DefaultRoot /srv
		</IfDefine>
		Define JAIL
		<IfDefine JAIL>
		DefaultRoot ~
		</IfDefine>
		<IfDefine !JAIL>
		<Limit LOGIN>
		DenyUser ben
		</Limit>
		</IfDefine>
	X
	;;
environment)
	ftpd_conf <<-X
		SetEnv WHERE /srv/anna
		SetEnv WHO ben
		DefaultRoot %{env:WHERE} %{env:NOBODY}
		<Limit LOGIN>
		DenyUser %{env:WHO}
		</Limit>
	X
	;;
environment-words)
	ftpd_conf <<-X
		SetEnv WHO "ben anna"
		DefaultRoot ~
		<Limit LOGIN>
		DenyUser %{env:WHO}
		</Limit>
	X
	;;
wrong-context)
	printf '%s\n' 'DefaultRoot ~' '<Directory /srv>' 'DefaultRoot /' '</Directory>' | ftpd_conf
	;;
wrong-boolean)
	printf '%s\n' 'DefaultRoot ~' 'RequireValidShell maybe' | ftpd_conf
	;;
no-words)
	printf '%s\n' 'DefaultRoot' | ftpd_conf
	;;
order-twice)
	printf '%s\n' 'DefaultRoot ~' 'AuthOrder mod_auth_unix.c' | ftpd_conf
	;;
unknown-user)
	printf '%s\n' 'DefaultRoot ~' 'User nosuchuser' | ftpd_conf
	;;
crossed-sections)
	printf '%s\n' 'DefaultRoot ~' '<Directory /srv>' '<Limit WRITE>' 'DenyAll' '</Directory>' \
		'</Limit>' | ftpd_conf
	;;
never-closed)
	printf '%s\n' 'DefaultRoot ~' '<Directory /srv>' 'Umask 077' | ftpd_conf
	;;
directory-twice)
	printf '%s\n' 'DefaultRoot ~' '<Directory /srv>' 'Umask 077' '</Directory>' \
		'<Directory /srv>' 'Umask 027' '</Directory>' | ftpd_conf
	;;
empty-section)
	printf '%s\n' 'DefaultRoot ~' '<Limit LOGIN>' '</Limit>' '<Directory /srv>' \
		'</Directory>' | ftpd_conf
	;;
first-wins)
	printf '%s\n' 'Umask 077' 'Umask 022' 'DefaultRoot ~ !none' 'DefaultRoot /' | ftpd_conf
	;;
world-readable)
	printf '%s\n' 'DefaultRoot ~' | ftpd_conf
	chmod 0644 /etc/proftpd/ftpd.passwd
	;;
insecure-allowed)
	printf '%s\n' 'DefaultRoot ~' | ftpd_conf
	sed -i '1iAuthFileOptions InsecurePerms' /etc/proftpd/proftpd.conf
	chmod 0644 /etc/proftpd/ftpd.passwd
	;;
esac
