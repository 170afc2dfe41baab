# Digests of mod_sql_passwd: encodings, salts of a file and of the user, rounds, other kinds.
. /.oracle/machine.sh
source_is proftpd

mkdir -p /etc/proftpd
cat >/etc/make.py <<'X'
import base64, hashlib, sqlite3, sys
encoding, kind = sys.argv[1:3]
def encoded(raw):
	return {"hex": raw.hex(), "HEX": raw.hex().upper(),
		"base64": base64.b64encode(raw).decode()}[encoding]
def plain(name, data):
	return encoded(hashlib.new(name, data).digest())
def rounds(name, data, count):
	text = plain(name, data)
	for _ in range(count - 1):
		text = plain(name, text.encode())
	return text
pw = b"pw"
def rows():
	for name in ("md5", "sha1", "sha256", "sha512"):
		who = name.encode()
		if kind == "plain":
			yield name, plain(name, pw)
		elif kind == "name-append":
			yield name, plain(name, pw + who)
		elif kind == "name-prepend":
			yield name, plain(name, who + pw)
		elif kind == "file":
			yield name, plain(name, pw + b"filesalt")
		elif kind == "rounds":
			yield name, rounds(name, pw, 3)
		elif kind == "query":
			yield name, plain(name, pw + b"salt-of-" + who)
		elif kind == "pbkdf2":
			yield name, encoded(hashlib.pbkdf2_hmac("sha1", pw, who, 1000, 20))
	whole = plain("md5", pw)
	if kind == "plain":
		yield "start", whole[:12]
	if encoding != "base64":
		yield "other", whole.lower() if encoding == "HEX" else whole.upper()
	yield "empty", ""
	yield "null", None
	yield "text", "a password"
	yield "long", whole + whole + whole + whole + whole
db = sqlite3.connect("/etc/proftpd/users.db")
db.execute("create table users(userid text, passwd text, uid int, gid int, homedir text, "
	"shell text, salt text)")
for name, secret in rows():
	db.execute("insert into users values(?,?,2001,2000,?,'/bin/bash',?)",
		(name, secret, "/srv/" + name, "salt-of-" + name))
db.commit()
X
encoding=hex kind=plain more=''
case $1 in
hex) ;;
upper) encoding=HEX ;;
base64) encoding=base64 ;;
none) more='SQLPasswordEncoding none' ;;
engine-off) more='SQLPasswordEngine off' ;;
name-append) kind=name-append
	more='SQLPasswordUserSalt name' ;;
name-prepend) kind=name-prepend
	more='SQLPasswordUserSalt name Prepend' ;;
file) kind=file
	echo filesalt >/etc/proftpd/salt
	more='SQLPasswordSaltFile /etc/proftpd/salt' ;;
rounds) kind=rounds
	more='SQLPasswordRounds 3' ;;
query) kind=query
	more='SQLPasswordUserSalt sql:/salt
SQLNamedQuery salt SELECT "salt FROM users WHERE userid = '"'%{0}'"'"' ;;
pbkdf2) kind=pbkdf2
	more='SQLPasswordPBKDF2 sha1 1000 20
SQLPasswordUserSalt name' ;;
pbkdf2-unsalted) kind=pbkdf2
	more='SQLPasswordPBKDF2 sha1 1000 20' ;;
esac
types='MD5 SHA1 SHA256 SHA512'
case $kind in
pbkdf2) types=PBKDF2 ;;
esac
python3 /etc/make.py $encoding $kind
chmod 600 /etc/proftpd/users.db
for who in md5 sha1 sha256 sha512 start other empty null text long; do
	password $who pw
	home /srv/$who 2001:2000
done
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
DefaultRoot ~
SQLConnectInfo /etc/proftpd/users.db
SQLAuthenticate users
SQLAuthTypes $types
$more
SQLPasswordEngine on
SQLPasswordEncoding $encoding
X
