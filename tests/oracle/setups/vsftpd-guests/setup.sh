# Virtual users of a Berkeley DB as guests: rights, tokens, other people's accounts, groups.
. /.oracle/machine.sh
source_is vsftpd
cat >/etc/vsftpd.conf <<'END'
listen=YES
anonymous_enable=NO
local_enable=YES
write_enable=YES
anon_umask=027
local_umask=007
guest_enable=YES
guest_username=virtual
user_sub_token=$USER
local_root=/srv/v/$USER
chroot_local_user=NO
allow_writeable_chroot=NO
user_config_dir=/etc/vsftpd/users
pam_service_name=virtual
seccomp_sandbox=NO
END
printf 'auth required pam_userdb.so db=/etc/vsftpd/login crypt=crypt\n%s\n' \
	'account required pam_userdb.so db=/etc/vsftpd/login' >/etc/pam.d/virtual
user virtual 3000 /srv/v /bin/false
user other '3001' '/srv/other/$USER' /bin/false
group friends 3100 virtual,other
group web 3101 other
mkdir -p /etc/vsftpd/users /srv/v /srv/other
chmod 0700 /srv/v
texts=/tmp/login.txt
# guest NAME [LINES]: in the database, with a directory.
guest() {
	printf '%s\n%s\n' "$1" "$(hash pw)" >>$texts
	password "$1" pw
	[ -e "/srv/v/$1" ] || home "/srv/v/$1" root
	[ $# = 1 ] || printf "$2" >"/etc/vsftpd/users/$1"
}
guest plain
home /srv/v/writable virtual
guest writable
home /srv/v/allowed virtual
guest allowed 'allow_writeable_chroot=YES\n'
for right in anon_upload_enable anon_mkdir_write_enable anon_other_write_enable; do
	home /srv/v/$right virtual
	guest $right "$right=YES\nallow_writeable_chroot=YES\n"
done
all='allow_writeable_chroot=YES\nanon_upload_enable=YES\nanon_mkdir_write_enable=YES\nanon_other_write_enable=YES\n'
home /srv/v/all virtual
guest all "$all"
guest all-in-roots "$all"
home /srv/v/all-readonly virtual
guest all-readonly "${all}write_enable=NO\n"
home /srv/v/local virtual
guest local 'virtual_use_local_privs=YES\nallow_writeable_chroot=YES\n'
home /srv/v/local-start virtual
guest local-start 'virtual_use_local_privs=YES\nlocal_root=pub\nguest_username=other\n'
mkdir -p /srv/other/local-start/pub
guest others "${all}guest_username=other\nlocal_root=\n"
home /srv/other/others other
guest others-local 'guest_username=other\nvirtual_use_local_privs=YES\nlocal_root=\n'
home /srv/other/others-local other
home /srv/v/by-group root:friends 0770
guest by-group "$all"
home /srv/v/by-group-refused root:friends 0770
guest by-group-refused
home /srv/v/by-web root:web 0770
guest by-web "$all"
home /srv/v/by-web-other root:web 0770
guest by-web-other "${all}guest_username=other\n"
home /srv/v/closed root:root 0700
guest closed "$all"
guest missing
rm -r /srv/v/missing
guest tokenless 'user_sub_token=\n'
guest token-twice 'local_root=/srv/v/$USER/$USER\n'
mkdir /srv/v/token-twice/token-twice
guest token-other 'user_sub_token=oth\nguest_username=other\nlocal_root=/srv/oth\n'
mkdir /srv/token-other
guest token-empty-root 'local_root=$USER\nuser_sub_token=$USER\n'
mkdir /srv/v/token-empty-root/token-empty-root
# The home of the guest account has to be there too; a token in it counts.
guest home-missing "${all}guest_username=other\n"
guest root "$all"
guest asroot "${all}guest_username=root\n"
guest asroot-local 'guest_username=root\nvirtual_use_local_privs=YES\n'
guest no-guest 'guest_enable=NO\n'
guest virtual
guest Anna
guest anna
guest .dot
guest _under
guest 9nine
guest user@example.com
guest 'do$USERllar'
guest -dash
guest 'a#b'
guest "it's"
guest umlaut-ä
guest "$(printf '%0129d' 0)"
guest "$(printf '%0128d' 0)"
home /srv/v/chown virtual
guest chown "${all}chown_uploads=YES\n"
for folder in /srv/v/*; do
	[ "$(stat -c %U "$folder")" = root ] || mkdir -p "$folder/sub"
done
db5.3_load -T -t hash -f $texts /etc/vsftpd/login.db
rm $texts
