# <Anonymous>: guest accounts with and without a password, aliases, their group and their jail.
. /.oracle/machine.sh
source_is proftpd

ftpd_user anna 2001 2001 /srv/anna
ftpd_user guest 2002 2002 /srv/guest
ftpd_user other 2003 2002 /srv/other
ftpd_group red 2001
ftpd_group pub 2002 anna
home /srv/pub 2002:2002
home /srv/pub/in 2002:2002
home /srv/pub2 2003:2002

case $1 in
with-password)
	ftpd_conf <<-X
		DefaultRoot ~ red
		<Anonymous /srv/pub>
		User guest
		Group pub
		AnonRequirePassword on
		</Anonymous>
	X
	;;
group-of-server)
	ftpd_conf <<-X
		<Anonymous /srv/pub>
		User guest
		AnonRequirePassword on
		DefaultChdir /in
		Umask 077
		</Anonymous>
	X
	;;
open)
	ftpd_conf <<-X
		<Anonymous /srv/pub>
		User guest
		Group pub
		</Anonymous>
	X
	;;
alias-inside)
	ftpd_conf <<-X
		DefaultRoot ~
		<Anonymous /srv/pub>
		User guest
		Group pub
		UserAlias visitor guest
		AnonRequirePassword on
		</Anonymous>
	X
	password visitor pw
	;;
alias-outside)
	ftpd_conf <<-X
		DefaultRoot ~
		UserAlias anni anna
		UserAlias visitor guest
		<Anonymous /srv/pub>
		User guest
		Group pub
		AnonRequirePassword on
		</Anonymous>
	X
	password visitor pw
	password anni pw
	;;
alias-only)
	ftpd_conf <<-X
		DefaultRoot ~
		AuthAliasOnly on
		UserAlias anni anna
		UserAlias visitor guest
	X
	password visitor pw
	password anni pw
	;;
alias-only-inside)
	ftpd_conf <<-X
		DefaultRoot ~
		UserAlias anni anna
		<Anonymous /srv/pub>
		User guest
		Group pub
		UserAlias visitor guest
		AuthAliasOnly on
		AnonRequirePassword on
		</Anonymous>
	X
	password visitor pw
	password anni pw
	;;
alias-only-off-inside)
	ftpd_conf <<-X
		DefaultRoot ~
		AuthAliasOnly on
		UserAlias anni anna
		<Anonymous /srv/pub>
		User guest
		Group pub
		UserAlias visitor guest
		AuthAliasOnly off
		AnonRequirePassword on
		</Anonymous>
	X
	password visitor pw
	password anni pw
	;;
two)
	ftpd_conf <<-X
		<Anonymous /srv/pub>
		User guest
		Group pub
		AnonRequirePassword on
		</Anonymous>
		<Anonymous /srv/pub2>
		User other
		Group pub
		AnonRequirePassword on
		UserAlias visitor guest
		</Anonymous>
	X
	password visitor pw
	;;
limits)
	ftpd_conf <<-X
		<Limit LOGIN>
		DenyAll
		</Limit>
		<Anonymous /srv/pub>
		User guest
		Group pub
		AnonRequirePassword on
		<Limit LOGIN>
		AllowAll
		</Limit>
		<Limit WRITE>
		DenyAll
		</Limit>
		<Directory in>
		<Limit STOR>
		AllowAll
		</Limit>
		</Directory>
		DefaultChdir in
		</Anonymous>
	X
	;;
star-directory)
	ftpd_conf <<-X
		<Anonymous /srv/pub>
		User guest
		Group pub
		AnonRequirePassword on
		<Directory *>
		Umask 027
		<Limit MKD>
		DenyAll
		</Limit>
		</Directory>
		</Anonymous>
	X
	;;
user-dirs)
	home /srv/pub/visitor 2002:2002
	ftpd_conf <<-X
		<Anonymous /srv/pub>
		User guest
		Group pub
		UserAlias visitor guest
		UserDirRoot on
		AnonRequirePassword on
		</Anonymous>
	X
	password visitor pw
	;;
home-of-guest)
	ftpd_conf <<-X
		<Anonymous ~guest>
		User guest
		Group pub
		AnonRequirePassword on
		</Anonymous>
	X
	;;
own-password)
	ftpd_conf <<-X
		DefaultRoot ~
		UserPassword anna $(hash other | sed 's/\$/$/g')
		<Anonymous /srv/pub>
		User guest
		Group pub
		AnonRequirePassword on
		UserPassword guest $(hash secret)
		</Anonymous>
	X
	password anna other
	password guest secret
	;;
missing)
	ftpd_conf <<-X
		<Anonymous /srv/none>
		User guest
		Group pub
		AnonRequirePassword on
		</Anonymous>
	X
	;;
esac
