# Anonymous FTP and what it does to a real account of that name.
. /.oracle/machine.sh
source_is vsftpd
sed -i '/^\(root\|nobody\):/!d' /etc/passwd
printf 'auth required pam_unix.so nodelay\naccount required pam_unix.so\n' >/etc/pam.d/vsftpd
user ftp 2001 /srv/ftp /bin/sh "$(hash pw)"
user anna 2002 /home/anna /bin/sh "$(hash pw)"
group readers 3000 ftp
home /srv/ftp root
home /srv/pub root
home /srv/in ftp
home /home/anna root
password ftp pw
password anonymous
password anna pw
more=
case $1 in
default) ;;
only) more='local_enable=NO\nwrite_enable=YES\n' ;;
off) more='anonymous_enable=NO\n' ;;
both-off) more='anonymous_enable=NO\nlocal_enable=NO\n' ;;
no-account) more='ftp_username=nosuch\n' ;;
no-account-named) more='ftp_username=\n' ;;
other-account) more='ftp_username=anna\nwrite_enable=YES\nanon_umask=022\n' ;;
root) more='anon_root=/srv/pub\n' ;;
root-missing) more='anon_root=/nosuch\n' ;;
root-writable) more='anon_root=/srv/in\nallow_writeable_chroot=YES\n' ;;
home-missing)
	more='anon_root=/srv/pub\n'
	rm -r /srv/ftp
	;;
rights)
	more='anon_upload_enable=YES\nanon_mkdir_write_enable=YES\nwrite_enable=YES\n'
	;;
list-denies)
	more='userlist_enable=YES\n'
	echo ftp >/etc/vsftpd.user_list
	;;
list-allows)
	more='userlist_enable=YES\nuserlist_deny=NO\n'
	printf 'anonymous\nFTP\n' >/etc/vsftpd.user_list
	;;
list-without-local)
	more='local_enable=NO\nuserlist_enable=YES\nuserlist_deny=NO\n'
	echo ftp >/etc/vsftpd.user_list
	;;
own-file)
	more='user_config_dir=/etc/vsftpd/users\n'
	mkdir -p /etc/vsftpd/users
	printf 'anon_root=/srv/pub\nanon_umask=0\n' >/etc/vsftpd/users/ftp
	printf 'no_such_option=1\n' >/etc/vsftpd/users/anonymous
	;;
passwords)
	more='secure_email_list_enable=YES\n'
	printf 'pw\nother\n' >/etc/vsftpd.email_passwords
	password anonymous pw
	password anonymous other
	;;
passwords-missing) more='secure_email_list_enable=YES\n' ;;
passwords-empty)
	more='secure_email_list_enable=YES\n'
	: >/etc/vsftpd.email_passwords
	;;
banned)
	more='deny_email_enable=YES\n'
	echo someone@example.com >/etc/vsftpd.banned_emails
	;;
one-process) more='one_process_model=YES\nlocal_enable=NO\nanon_umask=022\n' ;;
one-process-local) more='one_process_model=YES\n' ;;
guests) more='guest_enable=YES\nguest_username=anna\n' ;;
token) more='user_sub_token=srv\nanon_root=/srv/pub\n' ;;
esac
{
	cat <<'END'
listen=YES
local_enable=YES
seccomp_sandbox=NO
END
	printf "$more"
} >/etc/vsftpd.conf
