# Custom queries of mod_sql, their variables, their columns by position, other connections.
. /.oracle/machine.sh
source_is proftpd

mkdir -p /etc/proftpd
db=/etc/proftpd/users.db
python3 - "$(hash pw)" <<'X'
import sqlite3, sys
h = sys.argv[1]
db = sqlite3.connect("/etc/proftpd/users.db")
db.executescript("""create table accounts(id integer primary key, login text collate nocase,
	secret text, uid int, gid int, home text, shell text, domain int);
create table domains(id integer primary key, name text);
create table teams(team text, id int, login text);
insert into domains values(1, 'a.example'), (2, 'b.example');
insert into teams values('ftp', 2000, 'anna'), ('staff', 2100, 'anna'), ('staff', 2100, 'ben'),
	('o''team', 2200, 'ben');""")
rows = [("anna", h, 2001, 2000, "/srv/anna", "/bin/bash", 1),
	("ben", h, 2002, 2200, "/srv/ben", "/bin/bash", 1),
	("Cleo", h, 2003, 2000, "/srv/cleo", "/bin/bash", 2),
	("dora", h, 2004, 2000, None, "/bin/bash", 2),
	("o'hara", h, 2005, 2000, "/srv/ohara", None, 1),
	("'quoted'", h, 2006, 2000, "/srv/quoted", "/bin/bash", 1)]
db.executemany("insert into accounts(login, secret, uid, gid, home, shell, domain) "
	"values(?,?,?,?,?,?,?)", rows)
db.commit()
X
chmod 600 $db
for directory in anna:2001 ben:2002 cleo:2003 dora:2004 ohara:2005 quoted:2006 default:2004; do
	home /srv/${directory%:*} ${directory#*:}:2000
done
for who in anna ben Cleo dora "o'hara" "'quoted'"; do
	password "$who" pw
done

columns='login, secret, uid, gid, home, shell'
groups='SQLGroupInfo custom:/gname/gid/gmembers
SQLNamedQuery gname SELECT "team, id, login FROM teams WHERE team = '"'%{0}'"'"
SQLNamedQuery gid SELECT "team, id, login FROM teams WHERE id = %{0}"
SQLNamedQuery gmembers SELECT "team, id, login FROM teams WHERE login = '"'%{0}'"'"'
more=$groups
case $1 in
select) more="$more
SQLUserInfo custom:/user
SQLNamedQuery user SELECT \"$columns FROM accounts WHERE login = '%{0}' LIMIT 1\"" ;;
freeform) more="$more
SQLUserInfo custom:/user
SQLNamedQuery user FREEFORM \"SELECT $columns FROM accounts a JOIN domains d ON a.domain = d.id WHERE a.login = '%U' AND d.name = 'a.example'\"" ;;
byid) more="$more
SQLUserInfo custom:/user/byid/all/every
SQLNamedQuery user SELECT \"$columns FROM accounts WHERE login = '%{0}'\"
SQLNamedQuery byid SELECT \"$columns FROM accounts WHERE uid = %{0}\"
SQLNamedQuery all SELECT \"login FROM accounts\"
SQLNamedQuery every SELECT \"$columns FROM accounts\"" ;;
session-user) more="SQLAuthenticate users
SQLUserInfo custom:/user
SQLNamedQuery user SELECT \"$columns FROM accounts WHERE login = '%{0}' AND '%u' = '-' AND '%g' = '-' AND '%v' = 'oracle'\"" ;;
five-columns) more="SQLAuthenticate users
SQLUserInfo custom:/user
SQLNamedQuery user SELECT \"login, secret, uid, gid, home FROM accounts WHERE login = '%{0}'\"" ;;
two-rows) more="SQLAuthenticate users
SQLUserInfo custom:/user
SQLNamedQuery user SELECT \"login, secret, uid, gid, home FROM accounts WHERE login = '%{0}' OR ('%{0}' = 'anna' AND login = 'ben') ORDER BY login = 'ben'\"" ;;
missing-query) more="SQLUserInfo custom:/nosuch" ;;
named-connection) more="SQLAuthenticate users
SQLNamedConnectInfo other sqlite3 $db
SQLUserInfo custom:/user
SQLNamedQuery user SELECT \"$columns FROM accounts WHERE login = '%{0}'\" other" ;;
columns) more="SQLAuthenticate users
SQLUserInfo accounts login secret uid gid home shell
SQLUserWhereClause \"domain IN (SELECT id FROM domains WHERE name LIKE '%.example')\"" ;;
no-home-column) more="SQLAuthenticate users
SQLUserInfo accounts login secret uid gid NULL shell
SQLDefaultHomedir /srv/default" ;;
no-home-at-all) more="SQLAuthenticate users
SQLUserInfo accounts login secret uid gid NULL shell" ;;
no-ids) more="SQLAuthenticate users
SQLUserInfo accounts login secret NULL NULL home NULL
SQLDefaultUID 2001
SQLDefaultGID 2000" ;;
esac
cat >/etc/proftpd/proftpd.conf <<X
LoadModule mod_sql.c
LoadModule mod_sql_sqlite.c
ServerName "oracle"
ServerType standalone
UseIPv6 off
User root
Group nogroup
DelayEngine off
UseReverseDNS off
AuthOrder mod_sql.c
DefaultRoot ~ !staff
SQLConnectInfo $db
SQLAuthTypes Crypt
$more
X
