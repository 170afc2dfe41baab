# mod_sql when something is missing: an error of the database ends the session, for everyone.
. /.oracle/machine.sh
source_is proftpd

mkdir -p /etc/proftpd
db=/etc/proftpd/users.db
python3 - "$(hash pw)" <<'X'
import sqlite3, sys
db = sqlite3.connect("/etc/proftpd/users.db")
db.executescript("create table users(userid text, passwd text, uid int, gid int, homedir text, "
	"shell text); create table groups(groupname text, gid int, members text);")
for name in ("anna", "both"):
	db.execute("insert into users values(?,?,2001,2000,?,'/bin/bash')",
		(name, sys.argv[1], "/srv/" + name))
db.commit()
X
chmod 600 $db
echo "carl:$(hash pw):2003:2000::/srv/carl:/bin/bash" >/etc/proftpd/ftpd.passwd
chmod 640 /etc/proftpd/ftpd.passwd
user both 3001 /home/both /bin/bash "$(hash syspw)"
user sys1 3002 /home/sys1 /bin/bash "$(hash syspw)"
for directory in /srv/anna:2001 /srv/both:2001 /srv/carl:2003 /home/both:3001 /home/sys1:3002; do
	home ${directory%:*} ${directory#*:}:${directory#*:}
done
password anna pw
password both pw
password both syspw
password carl pw
password sys1 syspw

modules='LoadModule mod_sql.c
LoadModule mod_sql_sqlite.c'
more=''
case $1 in
whole) ;;
no-backend) modules='LoadModule mod_sql.c' ;;
no-connection) db='' ;;
missing-database) db=/etc/proftpd/nosuch.db ;;
not-a-database) db=/etc/proftpd/junk
	# Its sessions are stuck in SQLite: nobody is answered, however long one waits.
	patience 3
	echo junk >$db ;;
missing-table) more='SQLUserInfo nosuch userid passwd uid gid homedir shell' ;;
missing-groups) more='SQLGroupInfo nosuch groupname gid members' ;;
bad-clause) more='SQLUserWhereClause "nosuch = 1"' ;;
survives) more='SQLUserInfo nosuch userid passwd uid gid homedir shell
SQLOptions NoDisconnectOnError' ;;
engine-off) more='SQLEngine off' ;;
engine-log) more='SQLEngine log' ;;
users-only) more='SQLAuthenticate users' ;;
groups-only) more='SQLAuthenticate groups' ;;
authoritative) more='AuthOrder mod_sql.c* mod_auth_file.c mod_auth_unix.c' ;;
not-listed) more='AuthOrder mod_auth_file.c mod_auth_unix.c' ;;
esac
types='SQLAuthTypes Crypt'
case $1 in
no-types) types='' ;;
esac
cat >/etc/proftpd/proftpd.conf <<X
$modules
ServerName "oracle"
ServerType standalone
UseIPv6 off
User root
Group nogroup
DelayEngine off
UseReverseDNS off
AuthPAM off
DefaultRoot ~
AuthUserFile /etc/proftpd/ftpd.passwd
${db:+SQLConnectInfo $db}
$types
$more
X
