# Homes that the server makes at the first login.
. /.oracle/machine.sh
source_is pureftpd
virtual() {
	echo "$1:$(hash pw):$2:2000::$3:::::::::::::" >>/etc/pure-ftpd/pureftpd.passwd
	password "$1" pw
}
virtual there 2001 /srv/there/./
home /srv/there 2001:2000
virtual new 2001 /srv/new/a/b
virtual marked 2001 /srv/new2/a/./b
virtual jailed 2001 /srv/new3/a/./
virtual below 2001 /srv/./new4/a
virtual file 2001 /srv/file/x
echo >/srv/file
virtual dangling 2001 /srv/dangling
ln -s /nowhere /srv/dangling
virtual indangling 2001 /srv/dangling/x
virtual up 2001 /srv/up/../other/x
virtual link 2001 /srv/link/x/./
ln -s there /srv/link
virtual slashes 2001 //srv///new5//./
virtual foreign 2001 /srv/there/x/./
virtual grouped 2001 /srv/grouped/x/./
home /srv/grouped 9:2000 0575
user system 2005 /home/system /bin/sh "$(hash pw)"
password system pw
pure-pw mkdb /etc/pure-ftpd/pureftpd.pdb -f /etc/pure-ftpd/pureftpd.passwd
cd /etc/pure-ftpd/conf
echo yes >DontResolve
echo yes >CreateHomeDir
echo '077 027' >Umask
rm -f ../auth/*
ln -s ../conf/PureDB ../auth/10
ln -s ../conf/PAMAuthentication ../auth/20
mkdir -p /run/pure-ftpd
