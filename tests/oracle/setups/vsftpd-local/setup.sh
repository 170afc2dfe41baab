# Local users of Debian's vsftpd: who has an account, a shell and a password, jailed in the home.
. /.oracle/machine.sh
source_is vsftpd
cat >/etc/vsftpd.conf <<'END'
listen=YES
anonymous_enable=NO
local_enable=YES
write_enable=YES
local_umask=027
chroot_local_user=YES
seccomp_sandbox=NO
END
for name in anna ben cleo dora emil; do
	password $name pw
done
user anna 2001 /home/anna /bin/bash "$(hash pw)"
home /home/anna root
user ben 2002 /home/ben /usr/sbin/nologin "$(hash pw)"
home /home/ben root
user cleo 2003 /home/cleo /bin/bash "!$(hash pw)"
home /home/cleo root
user dora 2004 /home/dora /bin/sh "$(hash pw)"
home /home/dora dora
user emil 2005 /home/emil /bin/sh "$(hash pw)"
home /home/emil root 0755
mkdir /home/emil/in
chown emil /home/emil/in
user empty 2006 /home/empty /bin/sh ''
home /home/empty root
name ANNA nobody-of-that-name
