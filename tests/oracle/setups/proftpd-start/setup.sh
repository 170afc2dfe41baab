# How the daemon is started: the unit's variables, -c and -D from /etc/default.
. /.oracle/machine.sh
source_is proftpd

ftpd_user anna 2001 2001 /srv/anna
ftpd_conf <<X
<IfDefine JAIL>
DefaultRoot ~
</IfDefine>
<IfDefine !JAIL>
DefaultRoot /srv
</IfDefine>
<IfDefine MASK>
Umask 077
</IfDefine>
X
mkdir -p /etc/default /etc/systemd/system/multi-user.target.wants
unit=/etc/systemd/system/proftpd.service
cat >$unit <<'X'
[Service]
Environment=OPTIONS= CONFIG_FILE=/etc/proftpd/proftpd.conf
EnvironmentFile=-/etc/default/proftpd
ExecStartPre=/usr/sbin/proftpd --configtest -c $CONFIG_FILE $OPTIONS
ExecStart=/usr/sbin/proftpd -c $CONFIG_FILE $OPTIONS
X
ln -s $unit /etc/systemd/system/multi-user.target.wants/

case $1 in
plain)
	options=
	;;
default-file)
	options='-D JAIL'
	echo 'OPTIONS="-D JAIL"' >/etc/default/proftpd
	;;
drop-in)
	options='-D MASK'
	mkdir $unit.d
	printf '%s\n' '[Service]' 'ExecStart=' \
		'ExecStart=/usr/sbin/proftpd -DMASK -c /etc/proftpd/proftpd.conf' \
		>$unit.d/local.conf
	;;
other-file)
	options=
	sed 's/DefaultRoot.*/DefaultRoot ~/' /etc/proftpd/proftpd.conf >/etc/proftpd/other.conf
	echo 'CONFIG_FILE=/etc/proftpd/other.conf' >/etc/default/proftpd
	options='-c /etc/proftpd/other.conf'
	;;
init-script)
	rm -r /etc/systemd/system
	options='-D JAIL -D MASK'
	echo 'OPTIONS="-D JAIL --define=MASK"' >/etc/default/proftpd
	;;
set)
	source_is proftpd --set defines=JAIL
	options='-D JAIL'
	;;
esac
echo "exec proftpd -n -c /etc/proftpd/proftpd.conf $options" >/.oracle/start.sh
