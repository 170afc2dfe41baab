# The user list and the list of those who are locked in: whole lines, byte by byte.
. /.oracle/machine.sh
source_is vsftpd
sed -i '/^\(root\|nobody\|ftp\):/!d' /etc/passwd
printf 'auth required pam_unix.so nodelay\naccount required pam_unix.so\n' >/etc/pam.d/vsftpd
uid=2000
for one in anna ben cleo dora emil fay gus; do
	uid=$((uid + 1))
	user $one $uid /home/$one /bin/sh "$(hash pw)"
	home /home/$one root
	password $one pw
done
lines='anna\n ben\ncleo \ndora\r\n# emil\n\nFAY\nghost\n-x\nu mlaut\ngus'
printf "$lines" >/etc/vsftpd.user_list
printf "$lines" >/etc/vsftpd.chroot_list
more=
case $1 in
denied) more='userlist_enable=YES\n' ;;
allowed) more='userlist_enable=YES\nuserlist_deny=NO\n' ;;
off) more='userlist_deny=NO\n' ;;
missing) more='userlist_enable=YES\nuserlist_file=/nosuch\n' ;;
unnamed) more='userlist_enable=YES\nuserlist_file=\n' ;;
directory) more='userlist_enable=YES\nuserlist_file=/etc\nuserlist_deny=NO\n' ;;
null) more='userlist_enable=YES\nuserlist_file=/dev/null\n' ;;
fifo)
	more='userlist_enable=YES\nuserlist_file=/srv/fifo\n'
	mkfifo /srv/fifo
	;;
foreign)
	more='userlist_enable=YES\n'
	chown anna /etc/vsftpd.user_list
	;;
cut-off)
	more='userlist_enable=YES\nuserlist_deny=NO\n'
	{
		echo anna
		yes x | head -c 99990
		printf 'ben\ncleo\ndora\n'
	} >/etc/vsftpd.user_list
	;;
cut-within)
	more='userlist_enable=YES\nuserlist_deny=NO\n'
	{
		yes x | head -c 99998
		printf 'anna\n'
	} >/etc/vsftpd.user_list
	user an 2100 /home/anna /bin/sh "$(hash pw)"
	password an pw
	;;
jailed) more='chroot_list_enable=YES\n' ;;
free) more='chroot_local_user=YES\nchroot_list_enable=YES\n' ;;
jail-missing) more='chroot_list_enable=YES\nchroot_list_file=/nosuch\n' ;;
jail-unnamed) more='chroot_list_enable=YES\nchroot_list_file=\n' ;;
jail-directory) more='chroot_local_user=YES\nchroot_list_enable=YES\nchroot_list_file=/etc\n' ;;
jail-off) more='chroot_list_file=/nosuch\n' ;;
esac
{
	cat <<'END'
listen=YES
anonymous_enable=NO
local_enable=YES
seccomp_sandbox=NO
END
	printf "$more"
} >/etc/vsftpd.conf
