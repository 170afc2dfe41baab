# pam_pwdfile for guests with local rights, and a second module that may be enough by itself.
. /.oracle/machine.sh
source_is vsftpd
cat >/etc/vsftpd.conf <<'END'
listen=YES
anonymous_enable=NO
local_enable=YES
write_enable=YES
local_umask=022
guest_enable=YES
guest_username=www-data
virtual_use_local_privs=YES
chroot_local_user=YES
allow_writeable_chroot=YES
user_sub_token=%u
local_root=/srv/www/%u
hide_ids=YES
seccomp_sandbox=NO
END
cat >/etc/pam.d/vsftpd <<'END'
auth sufficient pam_pwdfile.so pwdfile /etc/vsftpd.passwd
auth required pam_unix.so nullok nodelay
account required pam_permit.so
END
: >/etc/vsftpd.passwd
entry() {
	printf '%s\n' "$1" >>/etc/vsftpd.passwd
	name=${1%%:*}
	home "/srv/www/$name" www-data
	password "$name" pw
}
entry "anna:$(hash pw)"
entry "ben:$(hash pw '$1$oracle12')"
entry "cleo:$(hash pw ab):ignored:x"
entry 'open:'
entry 'apr1:$apr1$abcdefgh$Zz'
entry 'plain:pw'
entry "carriage:$(hash pw)$(printf '\r')"
entry "twice:$(hash other)"
entry "twice:$(hash pw)"
entry "#hash:$(hash pw)"
entry "both:$(hash pw)"
user both 2001 /home/both /bin/sh "$(hash unix)"
password both unix
user real 2002 /home/real /bin/sh "$(hash pw)"
home /srv/www/real www-data
password real pw
user blank 2003 /home/blank /bin/sh ''
home /srv/www/blank www-data
user homeless 2004 /home/homeless /bin/sh "$(hash pw)"
password homeless pw
