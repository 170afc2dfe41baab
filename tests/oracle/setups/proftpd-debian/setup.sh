# Debian's own configuration with the usual edits: system users, modules.conf, conf.d.
. /.oracle/machine.sh
source_is proftpd

user anna 2001 /home/anna /bin/bash "$(hash pw)"
home /home/anna anna
password anna pw
user ben 2002 /home/ben /usr/sbin/nologin "$(hash pw)"
home /home/ben ben
password ben pw
user cleo 2003 /home/cleo /bin/bash "!$(hash pw)"
home /home/cleo cleo
password cleo pw
user dora 2004 /home/dora /bin/bash "$(hash pw)"
home /home/dora dora
password dora pw
group ftpusers 2100 anna,dora
echo dora >>/etc/ftpusers
mkdir -p /etc/proftpd/conf.d
printf 'ModulePath /usr/lib/proftpd\n' >/etc/proftpd/modules.conf
for module in ctrls_admin radius quotatab quotatab_file quotatab_radius rewrite load ban wrap2 \
	wrap2_file dynmasq exec shaper ratio site_misc facl unique_id copy deflate ifversion \
	readme ifsession; do
	[ ! -e /usr/lib/proftpd/mod_$module.so ] ||
		echo "LoadModule mod_$module.c" >>/etc/proftpd/modules.conf
done
cat >/etc/proftpd/proftpd.conf <<'X'
Include /etc/proftpd/modules.conf
UseIPv6 off
<IfModule mod_ident.c>
  IdentLookups off
</IfModule>
ServerName "Debian"
ServerType standalone
DeferWelcome off
DefaultServer on
ShowSymlinks on
TimeoutNoTransfer 600
TimeoutStalled 600
TimeoutIdle 1200
DisplayLogin welcome.msg
DisplayChdir .message true
ListOptions "-l"
DenyFilter \*.*/
Port 21
<IfModule mod_dynmasq.c>
</IfModule>
MaxInstances 30
User proftpd
Group nogroup
Umask 022 022
AllowOverwrite on
TransferLog /var/log/proftpd/xferlog
SystemLog /var/log/proftpd/proftpd.log
<IfModule mod_quotatab.c>
QuotaEngine off
</IfModule>
<IfModule mod_ratio.c>
Ratios off
</IfModule>
<IfModule mod_delay.c>
DelayEngine off
</IfModule>
<IfModule mod_ctrls.c>
ControlsEngine off
ControlsMaxClients 2
ControlsLog /var/log/proftpd/controls.log
ControlsInterval 5
ControlsSocket /var/run/proftpd/proftpd.sock
</IfModule>
<IfModule mod_ctrls_admin.c>
AdminControlsEngine off
</IfModule>
UseReverseDNS off
Include /etc/proftpd/conf.d/
X
mkdir -p /var/log/proftpd

case $1 in
plain) ;;
jailed)
	echo 'DefaultRoot ~' >/etc/proftpd/conf.d/jail.conf
	;;
group)
	cat >/etc/proftpd/conf.d/group.conf <<'X'
DefaultRoot ~ ftpusers,!root
RequireValidShell off
UseFtpUsers off
<Limit LOGIN>
  AllowGroup ftpusers
  DenyAll
</Limit>
X
	;;
empty-directory)
	rmdir /etc/proftpd/conf.d
	;;
version)
	cat >/etc/proftpd/conf.d/version.conf <<'X'
<IfVersion >= 1.3.5>
DefaultRoot ~
</IfVersion>
<IfVersion < 1.3.5>
Nonsense
</IfVersion>
X
	;;
esac
