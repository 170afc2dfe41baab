# Modules that refuse or rename logins: what they decide is not known, and where they are off, have
# no rules or rules for other things, they decide nothing.
. /.oracle/machine.sh
source_is proftpd

ftpd_user anna 2001 2001 /srv/anna
ftpd_user ben 2002 2002 /srv/ben
printf 'ALL: 127.0.0.1\n' >/etc/proftpd/here
printf '' >/etc/proftpd/nobody
wrapped() {
	{ printf '%s\n' 'DefaultRoot ~' 'LoadModule mod_wrap2.c' 'LoadModule mod_wrap2_file.c'; cat; } |
		ftpd_conf
}
rewritten() {
	{ printf '%s\n' 'DefaultRoot ~' 'LoadModule mod_rewrite.c' 'RewriteEngine on'; cat; } |
		ftpd_conf
}

case $1 in
wrap-off)
	wrapped <<-X
		WrapTables file:/etc/proftpd/nobody file:/etc/proftpd/here
	X
	;;
wrap-without-tables)
	echo 'WrapEngine on' | wrapped
	;;
wrap-refuses)
	printf '%s\n' 'WrapEngine on' \
		'WrapTables file:/etc/proftpd/nobody file:/etc/proftpd/here' | wrapped
	unknown anna ben
	;;
wrap-lets-in)
	printf '%s\n' 'WrapEngine on' \
		'WrapTables file:/etc/proftpd/here file:/etc/proftpd/nobody' | wrapped
	unknown anna ben
	;;
rewrite-off)
	printf '%s\n' 'LoadModule mod_rewrite.c' 'RewriteEngine off' 'RewriteRule ^anna$ ben' |
		ftpd_conf
	;;
rewrite-name)
	echo 'RewriteRule ^anna$ ben' | rewritten
	unknown anna
	;;
rewrite-backslash)
	printf '%s\n' 'RewriteRule ^(.*)\\\\(.*)$ $1/$2' | rewritten
	;;
rewrite-files)
	printf '%s\n' 'RewriteCondition %m ^(STOR|MKD)$' 'RewriteRule ^(.*)$ $1' | rewritten
	;;
rewrite-home)
	printf '%s\n' 'RewriteHome on' 'RewriteCondition %m REWRITE_HOME' \
		'RewriteRule ^/srv/anna$ /srv/ben' | rewritten
	unknown anna
	;;
ban)
	printf '%s\n' 'DefaultRoot ~' 'LoadModule mod_ban.c' 'BanEngine on' \
		'BanTable /run/ban.tab' | ftpd_conf
	;;
esac
