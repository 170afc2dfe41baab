# chown_uploads: uploads of guests and of anonymous users become somebody else's, or end the session.
. /.oracle/machine.sh
source_is vsftpd
cat >/etc/vsftpd.conf <<'END'
listen=YES
anonymous_enable=YES
ftp_username=ftp
anon_root=/srv/in
local_enable=YES
write_enable=YES
anon_upload_enable=YES
anon_mkdir_write_enable=YES
anon_other_write_enable=YES
anon_umask=022
chown_uploads=YES
chown_username=heir
chown_upload_mode=0644
guest_enable=YES
guest_username=virtual
user_sub_token=$USER
local_root=/srv/v/$USER
allow_writeable_chroot=YES
user_config_dir=/etc/vsftpd/users
seccomp_sandbox=NO
END
printf 'auth required pam_pwdfile.so pwdfile=/etc/logins\naccount required pam_permit.so\n' \
	>/etc/pam.d/vsftpd
user heir 3001 /nonexistent /bin/false
user virtual 3000 /srv /bin/false
user other 3002 /srv /bin/false
user ftp 3003 /srv /bin/false
mkdir -p /etc/vsftpd/users /srv/in/sub
chown ftp /srv/in/sub
guest() {
	echo "$1:$(hash pw)" >>/etc/logins
	password "$1" pw
	home "/srv/v/$1" "$2"
	[ $# = 2 ] || printf "$3" >"/etc/vsftpd/users/$1"
}
guest plain virtual
guest others other 'guest_username=other\n'
guest heirs heir 'guest_username=heir\n'
guest ftps ftp 'guest_username=ftp\n'
guest local virtual 'virtual_use_local_privs=YES\n'
guest off virtual 'chown_uploads=NO\n'
guest named virtual 'chown_username=other\n'
guest mode virtual 'chown_upload_mode=0600\n'
guest no-upload virtual 'anon_upload_enable=NO\n'
guest readable virtual 'anon_world_readable_only=NO\n'
guest denied virtual 'cmds_denied=STOR\nguest_username=other\n'
chown other /srv/v/denied
password anonymous
