# Several methods of authentication: which one decides, with which password, in which home.
. /.oracle/machine.sh
source_is pureftpd
# Of two right passwords, the first leads to the session that the importer's row says.
case $1 in
pam-puredb | unix-puredb | none | broken) password both system ;;
esac
virtual() {
	echo "$1:$(hash virtual):$2:2000::$3:::::::::::::" >>/etc/pure-ftpd/pureftpd.passwd
	password "$1" virtual
}
virtual anna 2001 /srv/anna/./
home /srv/anna 2001:2000
virtual both 2002 /srv/both/./
home /srv/both 2002:2000
virtual bothlow 2003 /srv/both/./
virtual bothexpired 2004 /srv/both/./
virtual nologin 2005 /srv/both/./
user both 3001 /home/both /bin/sh "$(hash system)"
home /home/both 3001:3001
user bothlow 500 /home/both /bin/sh "$(hash system)"
user system 3002 /home/both/./ /bin/sh "$(hash system)"
user nologin 3003 /home/both /usr/sbin/nologin "$(hash system)"
user locked 3004 /home/both /bin/sh "!$(hash system)"
user open 3005 /home/both /bin/sh ''
user ftpshell 3006 /home/both Ftp "$(hash system)"
echo "bothexpired:x:3007:3007::/home/both:/bin/sh" >>/etc/passwd
echo "bothexpired:$(hash system):19000:0:99999:7::19100:" >>/etc/shadow
for name in bothlow system nologin locked ftpshell bothexpired; do
	password $name system
done
name nobody-at-all
pure-pw mkdb /etc/pure-ftpd/pureftpd.pdb -f /etc/pure-ftpd/pureftpd.passwd
# Few names, for PAM waits after each wrong password.
sed -i '/^\(daemon\|bin\|sys\|sync\|games\|man\|lp\|mail\|news\|uucp\|proxy\|www-data\|backup\|list\|irc\|gnats\|_apt\|proftpd\):/d' /etc/passwd
printf 'root\n' >/etc/ftpusers
cd /etc/pure-ftpd/conf
echo yes >DontResolve
echo yes >UnixAuthentication
rm -f ../auth/*
mkdir -p /run/pure-ftpd
link() { ln -s "../conf/$2" "../auth/$1"; }
case $1 in
pam-puredb) link 10 PAMAuthentication; link 20 PureDB ;;
puredb-pam) link 10 PureDB; link 20 PAMAuthentication ;;
unix-puredb) link 10 UnixAuthentication; link 20 PureDB ;;
puredb-unix) link 10 PureDB; link 20 UnixAuthentication ;;
none) echo no >UnixAuthentication; link 10 UnixAuthentication; link 20 Missing; cp PureDB ../auth/30file ;;
mysql-puredb)
	# Not built in: the daemon does not start, and whoever was known to MySQL is not.
	echo 'MYSQLServer 127.0.0.1' >/etc/pure-ftpd/db/mysql.conf
	echo /etc/pure-ftpd/db/mysql.conf >MySQLConfigFile
	link 10 MySQLConfigFile; link 20 PureDB
	unknown anna both bothlow bothexpired nologin ;;
broken) link 10 PAMAuthentication; link 20 PureDB; echo 'PDB1 of an older release' >/etc/pure-ftpd/pureftpd.pdb ;;
esac
