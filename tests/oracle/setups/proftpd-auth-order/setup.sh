# AuthOrder: who says who it is, who judges the password, and who is not asked at all. "both" is in
# the file and in passwd, with different passwords, homes and groups.
. /.oracle/machine.sh
source_is proftpd

mkdir -p /etc/proftpd
cat >/etc/proftpd/ftpd.passwd <<X
alice:$(hash pw):2001:2000:alice:/srv/alice:/bin/bash
both:$(hash pw):2002:2000:both:/srv/both:/bin/bash
open::2003:2000::/srv/open:/bin/bash
X
cat >/etc/proftpd/ftpd.group <<'X'
ftp:x:2000:
staff:x:2100:alice
odd:x:12x:alice
more:x:2200:bob,alice:both
X
printf 'last:x:2300:alice' >>/etc/proftpd/ftpd.group
chmod 640 /etc/proftpd/ftpd.passwd
home /srv/alice 2001:2000
home /srv/both 2002:2000
home /srv/open 2003:2000
user both 3001 /home/both /bin/bash "$(hash syspw)"
user sys1 3010 /home/sys1 /bin/bash "$(hash syspw)"
group extra 3002 both,sys1
home /home/both 3001:3001
home /home/sys1 3010:3010
for password in pw syspw; do
	password alice $password
	password both $password
	password sys1 $password
done
password open pw

files='AuthUserFile /etc/proftpd/ftpd.passwd
AuthGroupFile /etc/proftpd/ftpd.group'
case $1 in
default) more=$files ;;
no-pam) more="$files
AuthPAM off" ;;
no-group-file) more="AuthUserFile /etc/proftpd/ftpd.passwd
AuthPAM off" ;;
no-user-file) more='AuthGroupFile /etc/proftpd/ftpd.group
AuthPAM off' ;;
unix-first) more="$files
AuthOrder mod_auth_unix.c mod_auth_file.c" ;;
file-only) more="$files
AuthOrder mod_auth_file.c" ;;
file-authoritative) more="$files
AuthOrder mod_auth_file.c* mod_auth_unix.c" ;;
unix-authoritative) more="$files
AuthOrder mod_auth_unix.c* mod_auth_file.c" ;;
pam-authoritative) more="$files
AuthOrder mod_auth_pam.c* mod_auth_file.c mod_auth_unix.c" ;;
pam-last) more="$files
AuthOrder mod_auth_file.c mod_auth_unix.c mod_auth_pam.c" ;;
not-loaded) more="$files
AuthOrder mod_nosuch.c mod_auth_file.c" ;;
without-suffix) more="$files
AuthOrder mod_auth_file mod_auth_unix.c" ;;
user-password) more="$files
UserPassword alice $(hash syspw)
UserPassword both {plain}
UserPassword sys1 $(hash pw)
UserPassword open $(hash pw)" ;;
empty-user-password) more="$files
UserPassword alice \"\"
UserPassword sys1 \"\"" ;;
esac
cat >/etc/proftpd/proftpd.conf <<X
ServerName "oracle"
ServerType standalone
UseIPv6 off
User proftpd
Group nogroup
DelayEngine off
UseReverseDNS off
DefaultRoot ~ staff
$more
X
