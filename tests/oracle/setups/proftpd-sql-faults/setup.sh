# Words of mod_sql's directives that keep the daemon from starting, and odd ones that do not.
. /.oracle/machine.sh
source_is proftpd

mkdir -p /etc/proftpd
python3 - "$(hash pw)" <<'X'
import sqlite3, sys
db = sqlite3.connect("/etc/proftpd/users.db")
db.executescript("create table users(userid text, passwd text, uid int, gid int, homedir text, "
	"shell text); create table groups(groupname text, gid int, members text);")
db.execute("insert into users values('anna',?,2001,2000,'/srv/anna','/bin/bash')", sys.argv[1:])
db.commit()
X
home /srv/anna 2001:2000
password anna pw

digests='LoadModule mod_sql_passwd.c' types='SQLAuthTypes Crypt' more=''
case $1 in
digest-not-loaded) digests=''
	types='SQLAuthTypes Crypt MD5' ;;
digest-loaded) types='SQLAuthTypes crypt md5' ;;
unknown-type) types='SQLAuthTypes Crypt Scrypted' ;;
backend-type) types='SQLAuthTypes Backend Crypt' ;;
set-alone) more='SQLAuthenticate userset' ;;
twice) more='SQLAuthenticate users users' ;;
starred) more='SQLAuthenticate users* groups*' ;;
engine) more='SQLEngine maybe' ;;
six-columns) more='SQLUserInfo users userid passwd uid gid homedir' ;;
not-custom) more='SQLUserInfo users' ;;
two-group-queries) more='SQLGroupInfo custom:/a/b' ;;
word-as-id) more='SQLMinID ten' ;;
blank-id) more='SQLMinID " 1000"' ;;
query-kind) more='SQLNamedQuery q DELETE "FROM users"' ;;
option) more='SQLOptions NoSuchOption' ;;
encoding) more='SQLPasswordEncoding Hex' ;;
salt) more='SQLPasswordUserSalt home' ;;
esac
cat >/etc/proftpd/proftpd.conf <<X
LoadModule mod_sql.c
LoadModule mod_sql_sqlite.c
$digests
ServerName "oracle"
ServerType standalone
UseIPv6 off
User root
Group nogroup
DelayEngine off
UseReverseDNS off
AuthOrder mod_sql.c
DefaultRoot ~
SQLConnectInfo /etc/proftpd/users.db
$types
$more
X
