# AuthUserFile and AuthGroupFile, jails by group, names that are refused for one reason each.
. /.oracle/machine.sh
source_is proftpd

users=/etc/proftpd/ftpd.passwd
line() {
	echo "$1:$2:$3:$4:$1,,,:$5:$6" >>$users
}
made() {
	line "$@"
	home "$5" "$3:$4"
	password "$1" pw
}
mkdir -p /etc/proftpd
made alice "$(hash pw)" 2001 2000 /srv/alice /bin/bash
made bob "$(hash pw '$1$oracle12')" 2002 2000 /srv/bob /bin/false
made carol "$(hash pw ab)" 2003 2100 /srv/carol /bin/bash
made dave "$(hash pw)" 2004 2000 /srv/dave /bin/bash
made erin "$(hash pw)" 2005 2000 /srv/erin /bin/bash
line frank "$(hash pw)" 2006 2000 /srv/nosuchdir /bin/bash
password frank pw
made grace "$(hash pw)" 2007 2000 /srv/grace /bin/bash
made heidi "$(hash pw)" 0 0 /srv/heidi /bin/bash
made ivan "$(hash pw)" 2009 2000 /srv/ivan /bin/bash
password ivan syspw
made judy "$(hash pw)" 2010 2000 /srv/judy1 /bin/bash
made judy "$(hash pw2)" 2011 2000 /srv/judy2 /bin/bash
made kate "" 2012 2000 /srv/kate /bin/bash
made leo "!$(hash pw)" 2013 2000 /srv/leo /bin/bash
line mike "$(hash pw)" 2014 2000 "" /bin/bash
password mike pw
echo "nina:$(hash pw):2015:2000:x:/srv/nina" >>$users
name nina
echo "oscar:$(hash pw):abc:2000:x:/srv/oscar:/bin/bash" >>$users
name oscar
made pam1 "$(hash pw)" 2017 2300 /srv/pam1 /bin/bash
line quin "$(hash pw)" 2018 2400 /srv/quin/%u /bin/bash
home /srv/quin/quin/www 2018:2400
password quin pw
made rita "$(hash pw)" 2019 2500 /srv/rita /bin/bash
made sam "{MD5}abc" 2020 2000 /srv/sam /bin/bash
made tina "pw" 2021 2000 /srv/tina /bin/bash
home /srv/link-target 2022:2000
ln -s /srv/link-target /srv/uma
line uma "$(hash pw)" 2022 2000 /srv/uma /bin/bash
password uma pw
printf 'vic:%s:2023:2000:crlf:/srv/vic:/bin/bash\r\n' "$(hash pw)" >>$users
home /srv/vic 2023:2000
password vic pw
printf '#wanda:%s:2024:2000:c:/srv/wanda:/bin/bash\n' "$(hash pw)" >>$users
name wanda
made xul "$(hash pw '$2b$05$abcdefghijklmnopqrstuu')" 2025 2000 /srv/xul /bin/bash
made yara "$(hash pw)" 2026 2000 /srv/yara /bin/bash
password yaya pw
printf 'zoe:%s:2027:2000:no newline:/srv/zoe:/bin/bash' "$(hash pw)" >>$users
home /srv/zoe 2027:2000
password zoe pw
chmod 640 $users

cat >/etc/proftpd/ftpd.group <<'X'
ftp:x:2000:
staff:x:2100:dave,judy
clients:x:2300:
homes:x:2400:
broken
X
user ivan 3009 /home/ivan /bin/bash "$(hash syspw)"
home /home/ivan ivan
user sys1 3010 /home/sys1 /bin/bash "$(hash syspw)"
home /home/sys1 sys1
password sys1 syspw
echo erin >>/etc/ftpusers
home /srv/pub 2000:2000

cat >/etc/proftpd/proftpd.conf <<'X'
ServerName "oracle"
ServerType standalone
UseIPv6 off
User proftpd
Group nogroup
Umask 027 022
DelayEngine off
UseReverseDNS off
AuthUserFile /etc/proftpd/ftpd.passwd
AuthGroupFile /etc/proftpd/ftpd.group
DefaultRoot /srv/pub clients
DefaultRoot ~/www homes
DefaultRoot ~ !staff
UserAlias yaya yara
AllowOverwrite on
<Limit LOGIN>
  DenyUser grace,nobodyelse
</Limit>
X
