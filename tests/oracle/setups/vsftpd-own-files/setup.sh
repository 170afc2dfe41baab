# user_config_dir: what a user's own file can change, and what ends that user's sessions. Not here:
# what ends them by killing the helper, which is a race against the first answer.
. /.oracle/machine.sh
source_is vsftpd
cat >/etc/vsftpd.conf <<'END'
listen=YES
anonymous_enable=NO
local_enable=YES
write_enable=YES
local_umask=022
chroot_local_user=YES
allow_writeable_chroot=YES
user_config_dir=/etc/vsftpd/users
seccomp_sandbox=NO
END
mkdir -p /etc/vsftpd/users /srv/web/mars /srv/none-readable
chmod 0700 /srv/none-readable
uid=2000
# own NAME LINES: an account with a home of its own and a file of its own.
own() {
	uid=$((uid + 1))
	user "$1" $uid "/home/$1" /bin/sh "$(hash pw)"
	home "/home/$1" "$1"
	password "$1" pw
	[ $# = 1 ] || printf "$2" >"/etc/vsftpd/users/$1"
}
own none
own empty ''
own umask 'local_umask=077\n'
own anonumask 'anon_umask=070\n'
own readonly 'write_enable=NO\n'
own unjail 'chroot_local_user=NO\n'
own list 'chroot_list_enable=YES\nchroot_list_file=/nosuch\n'
own strict 'allow_writeable_chroot=NO\n'
own elsewhere 'local_root=/srv/web\n'
own token 'local_root=/srv/web/TOK\nuser_sub_token=TOK\n'
mv /etc/vsftpd/users/token /etc/vsftpd/users/mars
own mars
own relative 'local_root=www\n'
mkdir /home/relative/www
own dotdot 'local_root=../none\n'
own missing 'local_root=/nosuch\n'
own afile 'local_root=/etc/passwd\n'
own unreadable 'local_root=/srv/none-readable\n'
own slash 'local_root=/\n'
own guest 'guest_enable=YES\nguest_username=nobody\n'
own guestlocal 'guest_enable=YES\nguest_username=none\nvirtual_use_local_privs=YES\n'
own guestrights 'guest_enable=YES\nguest_username=none\nanon_upload_enable=YES\n'
own guestnone 'guest_enable=YES\nguest_username=nosuch\n'
own guestunset 'guest_enable=YES\nguest_username=\n'
own localoff 'local_enable=NO\n'
own nopriv-session 'nopriv_user=nosuch\nsession_support=YES\n'
own banner 'banner_file=/nosuch\n'
own userlist 'userlist_enable=YES\nuserlist_file=/nosuch\n'
own pam 'pam_service_name=\n'
own runas 'run_as_launching_user=YES\n'
own crlf 'write_enable=NO\r\n'
own crlftext 'local_root=/srv/web\r\n'
own unknown 'no_such_option=1\n'
own blank 'local_umask=027 \n'
own onlyblanks 'local_root= \n'
own redhat 'userlist_log=YES\n'
own configdir 'user_config_dir=/nosuch\n'
own foreign 'local_umask=027\n'
chown foreign /etc/vsftpd/users/foreign
own directory
mkdir /etc/vsftpd/users/directory
own fifo
mkfifo /etc/vsftpd/users/fifo
own dangling
ln -s /nosuch /etc/vsftpd/users/dangling
own loop
ln -s loop /etc/vsftpd/users/loop
own linked
ln -s umask /etc/vsftpd/users/linked
own outside
ln -s ../../../../../../etc/vsftpd/users/umask /etc/vsftpd/users/outside
own unreadablefile 'local_umask=077\n'
chmod 0 /etc/vsftpd/users/unreadablefile
own passive 'pasv_address=192.0.2.1\n'
own files 'file_open_mode=0777\nhide_file=*.bak\ndeny_file=*.exe\n'
own nolist 'dirlist_enable=NO\ndownload_enable=NO\n'
# Files without an account.
printf 'local_umask=077\n' >/etc/vsftpd/users/nobody-here
printf 'local_umask=077\n' >/etc/vsftpd/users/README
# The name with which it was typed counts.
name NONE umask.bak
