# PAM services of other kinds in front of AuthUserFile: password files, lists, none at all.
. /.oracle/machine.sh
source_is proftpd

mkdir -p /etc/proftpd
h=$(hash pw)
for name in anna ben cleo dora; do
	echo "$name:$h:2001:2000::/srv/$name:/bin/bash" >>/etc/proftpd/ftpd.passwd
	home /srv/$name 2001:2000
	password $name pw
	password $name pampw
done
chmod 640 /etc/proftpd/ftpd.passwd
user sys1 3010 /home/sys1 /bin/bash "$(hash syspw)"
home /home/sys1 3010:3010
password sys1 syspw
password sys1 pampw
printf 'anna:%s\nsys1:%s\ncleo:\nghost:%s\n' "$(hash pampw)" "$(hash pampw)" "$(hash pampw)" \
	>/etc/pam.pwd
password ghost pampw
echo ben >/etc/denied

more=''
case $1 in
pwdfile) printf 'auth required pam_pwdfile.so pwdfile=/etc/pam.pwd\naccount required pam_permit.so\nsession required pam_permit.so\n' ;;
account-denies) printf 'auth required pam_permit.so\naccount required pam_deny.so\nsession required pam_permit.so\n' ;;
permits) printf 'auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_permit.so\n' ;;
listed) printf 'auth required pam_listfile.so item=user sense=deny file=/etc/denied onerr=succeed\nauth required pam_pwdfile.so pwdfile=/etc/pam.pwd\naccount required pam_permit.so\n' ;;
no-session) printf 'auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_deny.so\n' ;;
other-service) more='AuthPAMConfig nosuchservice' ;;
options) printf 'auth required pam_pwdfile.so pwdfile=/etc/pam.pwd\naccount required pam_permit.so\nsession required pam_permit.so\n'
	more='AuthPAMOptions NoTTY' ;;
esac >/etc/pam.d/proftpd
cat >/etc/proftpd/proftpd.conf <<X
ServerName "oracle"
ServerType standalone
UseIPv6 off
User proftpd
Group nogroup
DelayEngine off
UseReverseDNS off
AuthUserFile /etc/proftpd/ftpd.passwd
DefaultRoot ~
$more
X
