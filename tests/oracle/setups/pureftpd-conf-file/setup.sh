# One configuration file, read by the daemon itself.
. /.oracle/machine.sh
source_is pureftpd --set config=/etc/pure-ftpd.conf
passwd=/etc/pure-ftpd/pureftpd.passwd
echo "anna:$(hash pw):2001:2000::/srv/anna:::::::::::::" >$passwd
echo "member:$(hash pw):2001:8::/srv/anna:::::::::::::" >>$passwd
home /srv/anna 2001:2000
chmod 0777 /srv/anna
password anna pw
password member pw
user system 2002 /srv/anna/./ /bin/sh "$(hash pw)"
user ftp 2003 /srv/anna /bin/sh "$(hash pw)"
password system pw
password ftp pw
pure-pw mkdb /etc/pure-ftpd/pureftpd.pdb -f $passwd
cd /etc
cat >pure-ftpd.conf <<END
# Comment

PureDB /etc/pure-ftpd/pureftpd.pdb
DontResolve yes
NoAnonymous yes
END
more() { printf "$@" >>/etc/pure-ftpd.conf; }
case $1 in
separators) more 'ChrootEveryone = yes\n MinUID:100\nUmask\t=\t117:007\n' ;;
upper) more 'CHROOTEVERYONE YES\nminuid 5\n' ;;
no-value) more 'ChrootEveryone\n' ;;
comment-behind) more 'MinUID 100 # of people\n' ;;
unknown-name) more 'ChrootSomebody yes\n' ;;
longer-name) more 'TLSLevel 1\n' ;;
quoted) sed -i 's/^PureDB.*/PureDB "\/etc\/pure-ftpd\/pureftpd.pdb"/' pure-ftpd.conf; more 'PAMAuthentication yes\n' ;;
include) more 'Include /etc/pure-ftpd.more\n'; echo 'ChrootEveryone yes' >pure-ftpd.more ;;
include-missing) more 'Include /etc/missing\nInclude /etc\nChrootEveryone yes\n' ;;
include-loop) more 'Include /etc/pure-ftpd.conf\n' ;;
umask) more 'Umask 022:077\n' ;;
umask-blank) more 'Umask 022 077\n' ;;
order) sed -i '/^PureDB/d' pure-ftpd.conf; more 'PAMAuthentication yes\nPureDB /etc/pure-ftpd/pureftpd.pdb\n' ;;
bool-words) more 'ChrootEveryone true\nNoChmod on\nNoRename 1\nKeepAllFiles off\nAutoRename false\nNATmode 0\n' ;;
bad-bool) more 'ChrootEveryone yess\n' ;;
utf8) more 'FortunesFile /etc/b\303\274cher\n' ;;
trusted-octal) more 'TrustedGID 010\n' ;;
quota) more 'Quota 100:10\nPerUserLimits 5:5\nUserBandwidth 100 200\nUserBandwidth 50\n' ;;
crlf) sed -i 's/$/\r/' pure-ftpd.conf; more 'ChrootEveryone yes\r\n' ;;
empty) : >pure-ftpd.conf ;;
esac
mkdir -p /run/pure-ftpd
