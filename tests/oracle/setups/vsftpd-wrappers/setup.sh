# tcp_wrappers: who is let in from 127.0.0.1 by /etc/hosts.allow and /etc/hosts.deny.
. /.oracle/machine.sh
source_is vsftpd
sed -i '/^\(root\|nobody\|ftp\):/!d' /etc/passwd
printf 'auth required pam_unix.so nodelay\naccount required pam_unix.so\n' >/etc/pam.d/vsftpd
cat >/etc/vsftpd.conf <<'END'
listen=YES
anonymous_enable=NO
local_enable=YES
tcp_wrappers=YES
seccomp_sandbox=NO
END
user anna 2001 /home/anna /bin/sh "$(hash pw)"
home /home/anna root
password anna pw
allow=
deny=
case $1 in
no-rules) allow='# vsftpd: ALL\nsshd: ALL\n' deny='sshd: ALL\n' ;;
off)
	sed -i '/^tcp_wrappers/d' /etc/vsftpd.conf
	deny='ALL: ALL\n'
	;;
closed) deny='ALL: ALL\n' ;;
closed-by-name) deny='in.telnetd, VSFTPD : all\n' ;;
closed-else) allow='sshd: ALL\n' deny='vsftpd: ALL\n' ;;
allowed) allow='vsftpd: ALL\n' deny='ALL: ALL\n' ;;
allowed-later) allow='vsftpd: 10.0.0.1\nvsftpd: ALL\n' deny='ALL: ALL\n' ;;
listed) allow='vsftpd: 10. 127.0.0.\n' deny='ALL: ALL\n' ;;
listed-mask) allow='ALL: 127.0.0.0/255.0.0.0\n' deny='ALL: ALL\n' ;;
listed-host) allow='vsftpd: 10.0.0.0/8, \\\n 127.0.0.1\n' deny='vsftpd: ALL\n' ;;
only-allow) allow='vsftpd: 10.0.0.1\n' ;;
no-newline) deny='ALL: ALL' ;;
no-colon) deny='ALL ALL\n' ;;
indented) deny='  vsftpd : ALL\n' ;;
esac
printf "$allow" >/etc/hosts.allow
printf "$deny" >/etc/hosts.deny
