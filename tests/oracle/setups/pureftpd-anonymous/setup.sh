# Anonymous sessions, beside those of users or instead of them.
. /.oracle/machine.sh
source_is pureftpd
user anna 2001 /home/anna /bin/sh "$(hash pw)"
home /home/anna 2001:2001
user FTP 2002 /home/anna /bin/sh "$(hash pw)"
password anna pw
password FTP pw
password ftp pw
rm -f /etc/pure-ftpd/conf/NoAnonymous
sed -i '/^ftp:/d' /etc/passwd
ftp_home=/srv/ftp ftp_uid=2003
case $1 in
marked) ftp_home=/srv/./ftp ;;
rootish) ftp_uid=0 ;;
esac
[ "$1" = absent ] || user ftp $ftp_uid $ftp_home /bin/sh "$(hash pw)"
home /srv/ftp 2003:2003
group helpers 2060 ftp
# Few names, for PAM waits after each wrong password.
for file in passwd shadow; do
	grep -E '^(root|anna|FTP|ftp|nobody):' /etc/$file >/tmp/$file
	cat /tmp/$file >/etc/$file
done
printf 'root\n' >/etc/ftpusers
cd /etc/pure-ftpd/conf
rm -f ../auth/*unix
echo yes >DontResolve
mkdir -p /run/pure-ftpd
case $1 in
only) echo yes >AnonymousOnly ;;
never) echo yes >NoAnonymous ;;
both)
	echo yes >NoAnonymous
	echo yes >AnonymousOnly
	unknown $(cut -d: -f1 /etc/passwd) $(grep -v '^#' /etc/ftpusers) anonymous ;;
create) echo yes >AnonymousCanCreateDirs ;;
noupload) echo yes >AnonymousCantUpload ;;
mkdir-only) echo yes >AnonymousCantUpload; echo yes >AnonymousCanCreateDirs ;;
esac
