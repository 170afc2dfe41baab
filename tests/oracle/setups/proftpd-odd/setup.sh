# Directives that are seldom met and still decide, or look as if they did.
. /.oracle/machine.sh
source_is proftpd

ftpd_group red 2001
ftpd_user anna 2001 2001 /srv/anna
ftpd_user ben 2002 2002 /srv/ben
home /srv/pub 2002:2002
odd() {
	{ echo 'DefaultRoot ~'; cat; } | ftpd_conf
}

case $1 in
owners)
	odd <<-X
		<Directory /srv/anna>
		GroupOwner red
		</Directory>
	X
	;;
login-in-directory)
	odd <<-X
		<Directory /srv>
		<Limit LOGIN>
		DenyAll
		</Limit>
		</Directory>
	X
	;;
no-clients)
	printf '%s\n' 'MaxClients none' 'MaxLoginAttempts 1' 'RootRevoke off' | odd
	;;
closing)
	echo 'closed' >/etc/shutmsg
	printf '' | odd
	;;
star-alias)
	for name in $(cut -d: -f1 /etc/passwd; grep -v '^#' /etc/ftpusers); do
		password "$name" pw
	done
	printf '%s\n' 'UserAlias * anna' | odd
	;;
alias-chain)
	printf '%s\n' 'UserAlias x y' 'UserAlias y anna' | odd
	password x pw
	password y pw
	;;
using-alias)
	ftpd_conf <<-X
		<Anonymous /srv/pub>
		User ben
		UserAlias anna ben
		AuthUsingAlias on
		AnonRequirePassword on
		</Anonymous>
	X
	;;
classes)
	{
		echo 'LoadModule mod_ifsession.c'
		cat <<-X
			<Class lo>
			From 127.0.0.1
			</Class>
			<IfClass lo>
			<Limit STOR>
			AllowAll
			</Limit>
			</IfClass>
		X
	} | odd
	;;
user-password-in-global)
	odd <<-X
		<Global>
		UserPassword anna $(hash other)
		</Global>
	X
	password anna other
	;;
no-home-word)
	ftpd_user dora 2004 2004 srv/anna
	ftpd_user emil 2005 2001 /srv/anna/
	ftpd_user fay 2006 2001 /srv//anna/../anna
	printf '' | odd
	;;
chdir-deep)
	home /srv/anna/a 2001:2001
	home /srv/anna/a/b 2001:2001
	chmod 0700 /srv/anna/a
	chown 0:0 /srv/anna/a
	printf '%s\n' 'DefaultChdir a/b' | odd
	;;
link-out)
	mkdir -p /srv/out
	chown 2001:2001 /srv/out
	ln -s /srv/out /srv/anna/link
	ln -s ../out /srv/ben/link
	printf '%s\n' 'DefaultChdir /link' | odd
	;;
hidden)
	odd <<-X
		ShowSymlinks off
		<Directory /srv/anna>
		HideNoAccess on
		HideUser root
		<Limit ALL>
		IgnoreHidden on
		</Limit>
		</Directory>
	X
	;;
protocols)
	printf '%s\n' 'Protocols sftp' | odd
	;;
names)
	ftpd_user 'with blank' 2010 2010 /srv/blank
	ftpd_user 'Ünï' 2011 2011 /srv/uni
	ftpd_user 'UPPER' 2012 2012 /srv/upper
	ftpd_user 'user@example.com' 2013 2013 /srv/at
	printf '' | odd
	;;
limit-unknown-user)
	odd <<-X
		<Limit LOGIN>
		AllowUser nobodyknows
		AllowUser anna
		DenyAll
		</Limit>
	X
	;;
vhost-same-port)
	odd <<-X
		<VirtualHost 127.0.0.1>
		DefaultRoot /srv
		</VirtualHost>
	X
	;;
esac
