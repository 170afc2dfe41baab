# Debian's directory of settings: which files and lines count, and what keeps the daemon from
# starting.
. /.oracle/machine.sh
source_is pureftpd
echo "anna:$(hash pw):2001:2000::/srv/anna:::::::::::::" >/etc/pure-ftpd/pureftpd.passwd
home /srv/anna 2001:2000
password anna pw
user system 2002 /srv/anna/./ /bin/sh "$(hash pw)"
password system pw
pure-pw mkdb /etc/pure-ftpd/pureftpd.pdb -f /etc/pure-ftpd/pureftpd.passwd
cd /etc/pure-ftpd/conf
echo yes >DontResolve
rm -f ../auth/*
ln -s ../conf/PureDB ../auth/10
mkdir -p /run/pure-ftpd
case $1 in
unknown-name) echo yes >ChrootEverybody ;;
short-name) echo yes >A; echo yes >-x; echo yes >1ab ;;
odd-name) echo yes >ChrootEveryone.bak; echo yes >ChrootEveryone~; echo yes >.ChrootEveryone; echo yes >Chroot_Everyone ;;
two-lines) printf '1000\n9000\nrubbish\n' >MinUID; printf 'on\nrubbish\n' >ChrootEveryone ;;
no-then-yes) printf '\n# no\n  no  \nOff\n0\n  YES\n' >ChrootEveryone ;;
trailing) printf '   1   \t\n' >ChrootEveryone ;;
empty) : >ChrootEveryone; : >MinUID ;;
directory) mkdir ChrootEveryone ;;
bad-number) echo 1000x >MinUID ;;
bad-umask) echo '22 22' >Umask ;;
comment-behind) echo 'yes # everybody' >ChrootEveryone ;;
tls) echo 1 >TLS ;;
tls-certificate)
	echo 1 >TLS
	openssl req -x509 -nodes -newkey rsa:2048 -subj /CN=oracle -days 9 \
		-keyout /etc/ssl/private/pure-ftpd.pem -out /tmp/certificate
	cat /tmp/certificate >>/etc/ssl/private/pure-ftpd.pem ;;
zero-clients) echo 0 >MaxClientsNumber ;;
no-auth-directory) rm -r ../auth ;;
bad-link) ln -s ../conf/MinUID ../auth/20 ;;
dangling-link) ln -s ../conf/Missing ../auth/20; ln -s ../conf ../auth/30 ;;
absolute-link) ln -sf /etc/pure-ftpd/conf/PAMAuthentication ../auth/10 ;;
number-pair) echo '100	20' >Quota; echo '0009 0' >PerUserLimits ;;
crlf) printf 'yes\r\n' >ChrootEveryone; printf '0\r\n' >MinUID ;;
esac
