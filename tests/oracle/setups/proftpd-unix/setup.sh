# Accounts of passwd and shadow in every state, with and without PAM in front of mod_auth_unix.
. /.oracle/machine.sh
source_is proftpd

h=$(hash pw)
today=$(($(date +%s) / 86400))
# account NAME SHADOW-REST [PASSWD-FIELD]: "-" for no line in shadow
uid=3000
account() {
	uid=$((uid + 1))
	echo "$1:${3:-x}:$uid:$uid::/home/$1:/bin/bash" >>/etc/passwd
	echo "$1:x:$uid:" >>/etc/group
	[ "$2" = - ] || echo "$1:$2" >>/etc/shadow
	home /home/"$1" $uid:$uid
	password "$1" pw
}
account plain "$h:19000:0:99999:7:::"
account locked "!$h:19000:0:99999:7:::"
account nohash '*:19000:0:99999:7:::'
account empty ':19000:0:99999:7:::'
account past "$h:19000:0:99999:7::$((today - 1)):"
account today "$h:19000:0:99999:7::$today:"
account tomorrow "$h:19000:0:99999:7::$((today + 1)):"
account never "$h:19000:0:99999:7::0:"
account must "$h:0:0:99999:7:::"
account aged "$h:10000:0:90:7:::"
account inactive "$h:10000:0:90:7:14::"
account graced "$h:$((today - 95)):0:90:7:14::"
account inpasswd - "$h"
account bothplaces "$(hash other):19000:0:99999:7:::" "$h"
password bothplaces other
account missing -
account md5 "$(hash pw '$1$oracle12'):19000:0:99999:7:::"
account yescrypt "$(hash pw '$y$j9T$oraclesalt'):19000:0:99999:7:::"
account listed "$h:19000:0:99999:7:::"
account noshell "$h:19000:0:99999:7:::"
sed -i 's|^\(noshell:.*\):/bin/bash|\1:/usr/sbin/nologin|' /etc/passwd
echo listed >>/etc/ftpusers
echo "toor:x:0:0::/home/toor:/bin/bash" >>/etc/passwd
echo "toor:$h:19000:0:99999:7:::" >>/etc/shadow
home /home/toor 0:0
password toor pw
group staff 4000 plain,today,md5
group ftpgroup 4001 plain,plain

case $1 in
pam) more='' ;;
no-pam) more='AuthPAM off' ;;
lenient) more='RequireValidShell off
UseFtpUsers off
RootLogin on' ;;
lenient-no-pam) more='RequireValidShell off
UseFtpUsers off
RootLogin on
AuthPAM off' ;;
persistent) more='PersistentPasswd on
AuthPAM off' ;;
no-initgroups) more='AuthUnixOptions NoInitgroups NoGetgrouplist
AuthPAM off' ;;
esac
cat >/etc/proftpd/proftpd.conf <<X
ServerName "oracle"
ServerType standalone
UseIPv6 off
User proftpd
Group nogroup
DelayEngine off
UseReverseDNS off
DefaultRoot ~ !staff
$more
X
