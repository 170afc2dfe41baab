# One configuration a case: what vsftpd's grammar makes of it shows in umask, jail and rights.
. /.oracle/machine.sh
source_is vsftpd
sed -i '/^\(root\|nobody\|ftp\):/!d' /etc/passwd
printf 'auth required pam_unix.so nodelay\naccount required pam_unix.so\n' >/etc/pam.d/vsftpd
user anna 2001 /home/anna /bin/sh "$(hash pw)"
home /home/anna root
user ben 2002 /home/ben /bin/sh "$(hash pw)"
home /home/ben ben
password anna pw
password ben pw
mkdir /srv/www
name ANNA
start='listen=YES
anonymous_enable=NO
local_enable=YES
write_enable=YES
seccomp_sandbox=NO
'
case $1 in
plain) more='local_umask=022\n' ;;
comment) more='#local_enable=NO\n\n \t \n\v\f\n# chroot_local_user=YES\nlocal_umask=022' ;;
indented-comment) more='  # a comment\n' ;;
indented-key) more='  local_umask=022\n\tchroot_local_user=YES\n' ;;
blank-before) more='local_umask =022\n' ;;
blank-after) more='local_umask= 022\n' ;;
blank-behind-number) more='local_umask=022  \n' ;;
blank-behind-flag) more='chroot_local_user=YES \n' ;;
comment-behind-flag) more='chroot_local_user=YES # jail\n' ;;
comment-behind-text) more='local_root=/srv/www # web\n' ;;
comment-behind-text-jailed) more='chroot_local_user=YES\nlocal_root=/srv/www # web\n' ;;
trimmed-text) more='local_root= \t/srv/www \t\r\n' ;;
only-blanks) more='local_root= \n' ;;
emptied) more='local_root=/srv/www\nlocal_root=\n' ;;
text-without-equals) more='local_root=/srv/www\nlocal_root\n' ;;
flag-without-equals) more='chroot_local_user\n' ;;
flag-emptied) more='chroot_local_user=\n' ;;
crlf) more='chroot_local_user=YES\r\n' ;;
crlf-number) more='local_umask=022\r\n' ;;
words) more='chroot_local_user=tRuE\nallow_writeable_chroot=1\nwrite_enable=false\n' ;;
on) more='chroot_local_user=on\n' ;;
quoted) more='chroot_local_user="YES"\n' ;;
decimal) more='local_umask=22\n' ;;
octal-cut) more='local_umask=0278\n' ;;
not-a-number) more='local_umask=abc\n' ;;
negative) more='local_umask=-1\n' ;;
huge) more='local_umask=99999999999999999999\n' ;;
blank-then-digits) more='local_umask=\t \n' ;;
twice) more='local_umask=022\nlocal_umask=027\nchroot_local_user=YES\nchroot_local_user=NO\n' ;;
unknown) more='no_such_option=YES\n' ;;
unknown-without-value) more='no_such_option=\n' ;;
upper-case-key) more='Local_umask=022\n' ;;
red-hat-only) more='userlist_log=YES\n' ;;
newer) more='ssl_tlsv11=YES\n' ;;
debian-only) more='download_file=*.txt\n' ;;
nul) more='local_umask=022\0033\nchroot_local_user=YES\0x\n' ;;
nul-line) more='\0\n' ;;
no-newline) more='chroot_local_user=YES' ;;
long-line) more="user_sub_token=$(head -c 20000 /dev/zero | tr '\0' x)\nlocal_umask=022\n" ;;
cut-off) more="#$(head -c 99999 /dev/zero | tr '\0' x)\nno_such_option=YES\n" ;;
cut-within) more="#$(head -c 99850 /dev/zero | tr '\0' x)\n" ;;
equals-in-value) more='ftpd_banner=a=b\nlocal_root=/srv/www=\n' ;;
foreign-owner | world-writable) more='local_umask=022\n' ;;
esac
{
	printf '%s' "$start"
	printf "$more"
} >/etc/vsftpd.conf
case $1 in
foreign-owner) chown anna /etc/vsftpd.conf ;;
world-writable) chmod 0666 /etc/vsftpd.conf ;;
esac
