# mod_sql on SQLite: SQLAuthTypes, least and default ids, NULLs, rows twice, a WHERE clause, groups.
. /.oracle/machine.sh
source_is proftpd

mkdir -p /etc/proftpd
db=/etc/proftpd/users.db
sql() {
	python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executescript(sys.argv[2])
db.commit()' "$db" "$1"
}
digest() {
	python3 -c 'import base64, hashlib, sys
print(base64.b64encode(hashlib.new(sys.argv[1], b"pw").digest()).decode())' "$1"
}
hex() {
	python3 -c 'import hashlib, sys; print(hashlib.new(sys.argv[1], b"pw").hexdigest())' "$1"
}
sql "create table users(userid text, passwd text, uid int, gid int, homedir text, shell text,
	active int);
create table groups(groupname text, gid int, members text);
insert into groups values('ftp', 2000, 'sqla,sqlb');
insert into groups values('staff', 2100, 'sqlc');
insert into groups values('odd', '2200x', 'sqlc,sqla');
insert into groups values('spaced', 2300, 'sqla, sqlc');
insert into groups values('wild', 2400, 'sql_,x');
insert into groups values('case', 2500, 'SQLA,SQLC')"
row() { # NAME PASSWORD UID GID HOME SHELL ACTIVE, each as SQL
	sql "insert into users values('$1', $2, $3, $4, $5, $6, $7)"
	password "$1" pw
}
h="'$(hash pw)'"
row sqla "$h" 2001 2000 "'/srv/sqla'" "'/bin/bash'" 1
row sqlb "'{md5}$(digest md5)'" 2002 2000 "'/srv/sqlb'" "'/bin/false'" 1
row sqlc "'pw'" 2003 2000 "'/srv/sqlc'" "'/bin/bash'" 1
row sqld "'{sha1}$(digest sha1)'" 2004 2000 "'/srv/sqld'" "''" 1
row sqle "'{SHA256}$(digest sha256)'" 2005 2000 "'/srv/sqle'" NULL 1
row sqlf "$h" 100 100 "'/srv/sqlf'" "'/bin/bash'" 1
row sqlg "$h" 0 0 "'/srv/sqlg'" "'/bin/bash'" 1
row sqlh "$h" 2008 2000 NULL "'/bin/bash'" 1
row sqli "$h" 2009 2000 "'/srv/sqli'" "'/bin/bash'" 0
row sqlj "$h" 2010 2000 "'/srv/sqlj'" "'/bin/bash'" 1
row sqlj "'pw2'" 2011 2000 "'/srv/sqlj2'" "'/bin/bash'" 1
password sqlj pw2
row sqlk "''" 2012 2000 "'/srv/sqlk'" "'/bin/bash'" 1
row sqll NULL 2013 2000 "'/srv/sqll'" "'/bin/bash'" 1
row SQLM "$h" 2014 2000 "'/srv/sqlm'" "'/bin/bash'" 1
name sqlm
row sqln "'$(hex md5)'" 2015 2000 "'/srv/sqln'" "'/bin/bash'" 1
row sqlo "'$(hex sha512)'" 2016 2000 "'/srv/sqlo'" "'/bin/bash'" 1
row sqlp "$h" "'abc'" "'2000 '" "''" "'/bin/bash'" 1
row sqlq "$h" NULL NULL "'NULL'" "'/bin/bash'" 1
row sqlr "$h" 2018.0 "''" "'/srv/sqlr'" "'/bin/bash'" 1
row sqls "$h" -2 4294967297 "'/srv/sqls'" "'/bin/bash'" 1
password "o'hara" pw
row "o''hara" "$h" 2020 2000 "'/srv/ohara'" "'/bin/bash'" 1
row "sql_" "$h" 2021 2000 "'/srv/wild'" "'/bin/bash'" 1
row sqlt "'{md5}short'" 2022 2000 "'/srv/sqlt'" "'/bin/bash'" 1
password sqlt '{md5}short'
password sqlu "!$(hash pw)"
row sqlu "'!$(hash pw)'" 2023 2000 "'/srv/sqlu'" "'/bin/bash'" 1
name "sqla' or '1'='1"
chmod 600 $db
for directory in sqla:2001 sqlb:2002 sqlc:2003 sqld:2004 sqle:2005 sqlf:3999 sqlg:3999 \
	sqldefault:2008 sqli:2009 sqlj:2010 sqlk:2012 sqll:2013 sqlm:2014 sqln:2015 sqlo:2016 \
	sqlr:3999 sqls:3999 ohara:2020 wild:2021 sqlt:2022 sqlu:2023; do
	home /srv/${directory%:*} ${directory#*:}:2000
done

more='SQLMinID 1000
SQLDefaultUID 3999
SQLDefaultGID 3999
SQLDefaultHomedir /srv/sqldefault
SQLUserWhereClause "active=1"
SQLAuthenticate users groups
RequireValidShell off'
case $1 in
all) ;;
defaults) more='' ;;
shells) more='SQLUserWhereClause "active=1 AND shell <> '"'"''"'"'"
SQLMinUserUID 2003
SQLMinUserGID 1' ;;
users-only) more='SQLAuthenticate users
RequireValidShell off' ;;
userset) more='SQLAuthenticate userset groupset users groups
RequireValidShell off' ;;
off) more='SQLAuthenticate off' ;;
esac
cat >/etc/proftpd/proftpd.conf <<X
LoadModule mod_sql.c
LoadModule mod_sql_sqlite.c
LoadModule mod_sql_passwd.c
ServerName "oracle"
ServerType standalone
UseIPv6 off
User root
Group nogroup
DelayEngine off
UseReverseDNS off
AuthOrder mod_sql.c
DefaultRoot ~ !staff,!case
SQLBackend sqlite3
SQLEngine auth
SQLConnectInfo $db
SQLAuthTypes Crypt OpenSSL Plaintext MD5 SHA512
SQLPasswordEngine on
SQLPasswordEncoding hex
$more
X
