# <Limit LOGIN>: Order, lists of users and groups, what is implicit, and the AND that is broken.
. /.oracle/machine.sh
source_is proftpd

ftpd_user anna 2001 2001 /srv/anna
ftpd_user ben 2002 2001 /srv/ben
ftpd_user cleo 2003 2002 /srv/cleo
ftpd_user dora 2004 2003 /srv/dora
ftpd_group red 2001 dora,cleo
ftpd_group blue 2002 dora
ftpd_group green 2003

limit() {
	{ echo "DefaultRoot ~"; cat; } | ftpd_conf
}

case $1 in
allow-users)
	limit <<-X
		<Limit LOGIN>
		AllowUser anna
		AllowUser ben,cleo
		DenyAll
		</Limit>
	X
	;;
deny-first)
	limit <<-X
		<Limit LOGIN>
		Order deny,allow
		AllowUser anna
		DenyUser ben
		</Limit>
	X
	;;
deny-all-first)
	limit <<-X
		<Limit LOGIN>
		Order deny, allow
		AllowUser anna
		DenyAll
		</Limit>
	X
	;;
two-negated)
	limit <<-X
		<Limit LOGIN>
		DenyUser !anna,!ben
		</Limit>
	X
	;;
groups-and)
	limit <<-X
		<Limit LOGIN>
		AllowGroup red,blue
		DenyAll
		</Limit>
	X
	;;
groups-or)
	limit <<-X
		<Limit LOGIN>
		AllowGroup OR red,blue
		DenyAll
		</Limit>
	X
	;;
groups-lines)
	limit <<-X
		<Limit LOGIN>
		AllowGroup green
		AllowGroup blue
		DenyAll
		</Limit>
	X
	;;
broken-and)
	limit <<-X
		<Limit LOGIN>
		AllowGroup AND red blue
		DenyAll
		</Limit>
	X
	;;
broken-and-users)
	limit <<-X
		<Limit LOGIN>
		DenyUser AND anna
		DenyUser and !ben ben
		</Limit>
	X
	;;
or-users)
	limit <<-X
		<Limit LOGIN>
		AllowUser OR anna ben
		DenyAll
		</Limit>
	X
	;;
regex)
	limit <<-X
		<Limit LOGIN>
		AllowUser regex "^(anna|cle.)$"
		DenyAll
		</Limit>
	X
	;;
regex-group)
	limit <<-X
		<Limit LOGIN>
		DenyGroup regex ^bl
		</Limit>
	X
	;;
two-blocks)
	limit <<-X
		<Limit LOGIN>
		AllowUser anna,ben
		DenyAll
		</Limit>
		<Limit LOGIN>
		DenyUser ben
		</Limit>
	X
	;;
in-list)
	limit <<-X
		<Limit SITE LOGIN,CWD>
		DenyUser cleo
		</Limit>
	X
	;;
all-is-not-login)
	limit <<-X
		<Limit ALL>
		DenyUser anna
		</Limit>
	X
	;;
negated-group)
	limit <<-X
		<Limit LOGIN>
		DenyGroup !red
		</Limit>
	X
	;;
number-as-group)
	ftpd_user emil 2005 2999 /srv/emil
	limit <<-X
		<Limit LOGIN>
		AllowGroup 2999
		DenyAll
		</Limit>
	X
	;;
in-global)
	limit <<-X
		<Global>
		<Limit LOGIN>
		DenyUser anna
		</Limit>
		</Global>
		<Limit LOGIN>
		AllowUser anna
		AllowUser ben
		</Limit>
	X
	;;
wrong-order)
	limit <<-X
		<Limit LOGIN>
		Order mutual-failure
		</Limit>
	X
	;;
from-here)
	limit <<-X
		<Limit LOGIN>
		Order allow,deny
		Allow from 127.0.0.1 10.0.0.0/8
		AllowUser ben
		DenyAll
		</Limit>
	X
	;;
esac
