# .ftpaccess in homes: what it may say, where it is looked for, and AllowOverride.
. /.oracle/machine.sh
source_is proftpd

ftpd_user anna 2001 2001 /srv/anna
ftpd_user ben 2002 2002 /srv/ben
ftpd_user cleo 2003 2001 /srv/anna/cleo
printf '%s\n' '<Limit MKD>' 'DenyAll' '</Limit>' 'Umask 077' >/srv/anna/.ftpaccess

case $1 in
default)
	printf '%s\n' 'DefaultRoot ~' | ftpd_conf
	;;
unjailed)
	printf '' | ftpd_conf
	;;
off)
	printf '%s\n' 'DefaultRoot ~' 'AllowOverride off' | ftpd_conf
	;;
off-above)
	printf '%s\n' 'DefaultRoot ~' '<Directory /srv/anna>' 'AllowOverride off' '</Directory>' |
		ftpd_conf
	;;
on-below)
	printf '%s\n' 'DefaultRoot ~' 'AllowOverride off' '<Directory /srv/anna>' \
		'AllowOverride on' '</Directory>' | ftpd_conf
	;;
faults)
	printf '%s\n' 'NoSuchDirective on' 'DefaultRoot /' '<Limit STOR>' 'DenyAll' '</Limit>' \
		>/srv/ben/.ftpaccess
	printf '%s\n' 'DefaultRoot ~' | ftpd_conf
	;;
unreadable)
	chmod 0600 /srv/anna/.ftpaccess
	printf '%s\n' 'DefaultRoot ~' | ftpd_conf
	;;
with-directory)
	printf '%s\n' 'DefaultRoot ~' '<Directory /srv/anna>' '<Limit STOR>' 'DenyAll' '</Limit>' \
		'</Directory>' | ftpd_conf
	;;
above-jail)
	printf '%s\n' '<Limit STOR>' 'DenyAll' '</Limit>' >/srv/.ftpaccess
	printf '%s\n' 'DefaultRoot ~' | ftpd_conf
	;;
above-unjailed)
	printf '%s\n' '<Limit STOR>' 'DenyAll' '</Limit>' >/srv/.ftpaccess
	printf '' | ftpd_conf
	;;
login)
	printf '%s\n' '<Limit LOGIN>' 'DenyAll' '</Limit>' >/srv/ben/.ftpaccess
	printf '%s\n' 'DefaultRoot ~' | ftpd_conf
	;;
words)
	printf '%s\n' 'DenyAll' >/srv/ben/.ftpaccess
	printf '%s\n' 'DefaultRoot ~' | ftpd_conf
	;;
esac
