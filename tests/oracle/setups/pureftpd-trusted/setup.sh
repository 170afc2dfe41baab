# Who is jailed: everybody, everybody but a trusted group, or only by marks and quotas.
. /.oracle/machine.sh
source_is pureftpd
virtual() {
	echo "$1:$(hash pw):$2:$3::$4:${5-::::::::::::}" >>/etc/pure-ftpd/pureftpd.passwd
	password "$1" pw
}
virtual member 2001 3000 /srv/member
home /srv/member 2001:3000
virtual plain 2002 2000 /srv/plain
home /srv/plain 2002:2000
virtual memberquota 2001 3000 /srv/member ':::::10:1000::::::'
virtual membermark 2001 3000 /srv/./member ':::::10:1000::::::'
user system 2004 /home/system /bin/sh
group trusted 3000 system
virtual supplementary 2004 2000 /srv/supplementary
home /srv/supplementary 2004:2000
user toor 0 /srv /bin/sh "$(hash pw)"
password toor pw
user wheel 2005 /home/wheel /bin/sh "$(hash pw)" 0
home /home/wheel 2005:0
password wheel pw
pure-pw mkdb /etc/pure-ftpd/pureftpd.pdb -f /etc/pure-ftpd/pureftpd.passwd
# Few names, for PAM waits after each wrong password.
sed -i '/^\(daemon\|bin\|sys\|sync\|games\|man\|lp\|mail\|news\|uucp\|proxy\|www-data\|backup\|list\|irc\|gnats\|_apt\|proftpd\):/d' /etc/passwd
printf 'root\n' >/etc/ftpusers
cd /etc/pure-ftpd/conf
echo yes >DontResolve
echo 0 >MinUID
echo yes >KeepAllFiles
rm -f ../auth/*
ln -s ../conf/PureDB ../auth/10
ln -s ../conf/PAMAuthentication ../auth/20
mkdir -p /run/pure-ftpd
case $1 in
trusted) echo 3000 >TrustedGID ;;
everyone) echo yes >ChrootEveryone ;;
both)
	echo yes >ChrootEveryone
	echo 3000 >TrustedGID
	unknown member memberquota membermark supplementary ;;
zero) echo 0 >TrustedGID ;;
esac
