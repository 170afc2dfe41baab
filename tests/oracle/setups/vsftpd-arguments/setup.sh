# A unit with a drop-in: several files and options on the command line, the last one wins.
. /.oracle/machine.sh
source_is vsftpd
rm -f /usr/lib/systemd/system/vsftpd.service
mkdir -p /etc/systemd/system/vsftpd.service.d /etc/systemd/system/multi-user.target.wants /etc/ftp
cat >/etc/systemd/system/vsftpd.service <<'END'
[Service]
ExecStart=/usr/sbin/vsftpd /etc/vsftpd.conf
END
cat >/etc/systemd/system/vsftpd.service.d/more.conf <<'END'
[Service]
EnvironmentFile=/etc/default/vsftpd
ExecStart=
ExecStart=/usr/sbin/vsftpd -olocal_umask=027 /etc/ftp/base.conf \
	"/etc/ftp/more.conf" $OPTIONS
END
ln -sf /etc/systemd/system/vsftpd.service /etc/systemd/system/multi-user.target.wants/
echo 'OPTIONS="-ochroot_local_user=YES -olisten=YES"' >/etc/default/vsftpd
cat >/etc/ftp/base.conf <<'END'
listen=NO
anonymous_enable=NO
local_enable=YES
write_enable=YES
local_root=/srv
seccomp_sandbox=NO
END
cat >/etc/ftp/more.conf <<'END'
local_root=
anonymous_enable=NO
END
# It is not read.
echo 'local_enable=NO' >/etc/vsftpd.conf
user anna 2001 /home/anna /bin/sh "$(hash pw)"
home /home/anna root
password anna pw
user ben 2002 /home/ben /bin/sh "$(hash pw)"
home /home/ben ben
password ben pw
