# What ended every session: contradictions, missing accounts, missing files.
. /.oracle/machine.sh
source_is vsftpd
sed -i '/^\(root\|nobody\|ftp\):/!d' /etc/passwd
printf 'auth required pam_unix.so nodelay\naccount required pam_unix.so\n' >/etc/pam.d/vsftpd
user anna 2001 /home/anna /bin/sh "$(hash pw)"
home /home/anna root
password anna pw
listen='listen=YES\n'
more=
case $1 in
nothing) ;;
listen-both) more='listen_ipv6=YES\n' ;;
listen-neither) listen= ;;
listen-ipv6) listen='listen_ipv6=YES\n' ;;
one-process) more='one_process_model=YES\n' ;;
launching-user) more='run_as_launching_user=YES\n' ;;
no-ftp) more='ftp_enable=NO\n' ;;
http) more='http_enable=YES\n' ;;
guest) more='guest_enable=YES\nguest_username=nosuch\n' ;;
guest-unset) more='guest_enable=YES\nguest_username=\n' ;;
chown) more='chown_uploads=YES\nchown_username=nosuch\n' ;;
nopriv) more='nopriv_user=nosuch\n' ;;
no-nobody) sed -i '/^nobody:/d' /etc/passwd ;;
secure-dir) more='secure_chroot_dir=/usr/nosuch\n' ;;
secure-dir-unset) more='secure_chroot_dir=\n' ;;
secure-dir-file) more='secure_chroot_dir=/etc/passwd\n' ;;
secure-dir-writable)
	more='secure_chroot_dir=/srv/writable\n'
	mkdir -m 0777 /srv/writable
	;;
secure-dir-closed)
	more='secure_chroot_dir=/srv/closed\n'
	mkdir -m 0700 /srv/closed
	;;
secure-dir-link)
	more='secure_chroot_dir=/srv/link\n'
	mkdir /srv/closed
	ln -s closed /srv/link
	;;
log) more='xferlog_enable=YES\n' ;;
log-folder) more='xferlog_enable=YES\nvsftpd_log_file=/srv/nosuch/log\n' ;;
log-folder-unused) more='xferlog_enable=YES\nxferlog_file=/srv/nosuch/log\n' ;;
log-folder-standard) more='xferlog_enable=YES\nxferlog_std_format=YES\nxferlog_file=/srv/nosuch/log\n' ;;
log-folder-dual) more='dual_log_enable=YES\nxferlog_file=/srv/nosuch/log\n' ;;
log-syslog) more='xferlog_enable=YES\nsyslog_enable=YES\nvsftpd_log_file=/srv/nosuch/log\n' ;;
log-directory) more='xferlog_enable=YES\nvsftpd_log_file=/srv\n' ;;
log-unset) more='xferlog_enable=YES\nvsftpd_log_file=\n' ;;
banner) more='banner_file=/srv/nosuch\n' ;;
banner-directory) more='banner_file=/srv\n' ;;
banned) more='deny_email_enable=YES\nbanned_email_file=/srv/nosuch\n' ;;
certificate) more='ssl_enable=YES\nforce_local_logins_ssl=NO\nrsa_cert_file=/srv/nosuch\n' ;;
certificate-default) more='ssl_enable=YES\nforce_local_logins_ssl=NO\n' ;;
certificate-none) more='ssl_enable=YES\nforce_local_logins_ssl=NO\nrsa_cert_file=\n' ;;
wrappers) more='tcp_wrappers=YES\n' ;;
no-pam) more='pam_service_name=\n' ;;
pam-missing)
	more='pam_service_name=nosuch\n'
	printf 'auth required pam_deny.so\n' >/etc/pam.d/other
	;;
esac
{
	printf "$listen"
	cat <<'END'
anonymous_enable=NO
local_enable=YES
seccomp_sandbox=NO
END
	printf "$more"
} >/etc/vsftpd.conf
