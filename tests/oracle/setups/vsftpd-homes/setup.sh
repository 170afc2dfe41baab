# Homes and jails: odd "/./", links, missing and forbidden directories, ACLs, uid 0, groups.
. /.oracle/machine.sh
source_is vsftpd
cat >/etc/vsftpd.conf <<'END'
listen=YES
anonymous_enable=NO
local_enable=YES
write_enable=YES
local_umask=002
chroot_local_user=YES
chroot_list_enable=YES
chroot_list_file=/etc/vsftpd.chroot_list
passwd_chroot_enable=YES
seccomp_sandbox=NO
END
: >/etc/vsftpd.chroot_list
uid=2000
# lives NAME HOME: an account whose home is made by hand.
lives() {
	uid=$((uid + 1))
	user "$1" $uid "$2" /bin/sh "$(hash pw)"
	password "$1" pw
}
free() { echo "$1" >>/etc/vsftpd.chroot_list; }
mkdir -p /srv/sites/dave/www /srv/sites/etc /srv/sites/link-target
lives dave /srv/sites/./dave
chown dave /srv/sites/dave
lives dave2 /srv/sites/./dave/www
lives start-missing /srv/sites/./nosuch
lives start-absolute /srv/sites/.//etc
lives start-up /srv/sites/dave/./../etc
lives start-twice /srv/./sites/./dave
lives start-end /srv/sites/./
lives start-only /./srv/sites
lives start-nothing /./
ln -s /etc /srv/sites/absolute
lives start-link /srv/sites/./absolute
ln -s ../../../etc /srv/sites/up
lives start-uplink /srv/sites/./up
mkdir -m 0700 /srv/sites/closed
lives start-closed /srv/sites/./closed
lives jail-missing /srv/nosuch/./x
lives free-start /srv/sites/./dave
free free-start
lives free-missing /srv/sites/./nosuch
free free-missing
lives free-jail-missing /srv/nosuch/./x
free free-jail-missing
lives no-dot /srv/sites/.
lives slashes //srv///sites//
lives trailing /srv/sites/
lives root-home /
lives free-root-home /
free free-root-home
lives empty-home ''
lives relative-home srv/sites
lives file-home /etc/passwd
lives missing /home/missing
lives free-missing-home /home/free-missing-home
free free-missing-home
lives below-file /etc/passwd/x
ln -s /srv/sites /home/linked
lives linked /home/linked
ln -s loop /home/loop
lives loop /home/loop
ln -s /srv/sites/dave /home/absolute
lives absolute /home/absolute/www
mkdir -p -m 0700 /srv/vault/inner
chmod 0755 /srv/vault/inner
lives in-vault /srv/vault/inner
lives own-vault /srv/vault2
mkdir -m 0700 /srv/vault2
chown own-vault /srv/vault2
free own-vault
lives closed /srv/closed
mkdir -m 0711 /srv/closed
lives unsearchable /srv/unsearchable
mkdir -m 0744 /srv/unsearchable
# Groups.
group shared 3000 by-group,by-acl-group-not
lives by-group /srv/by-group
mkdir -m 0770 /srv/by-group
chown root:shared /srv/by-group
free by-group
lives by-group-jailed /srv/by-group
group second 3001 by-group-jailed,by-group,absolute
lives group-read /srv/group-read
mkdir -m 0750 /srv/group-read
chown root:3002 /srv/group-read
group third 3002 group-read
lives owner-less /srv/owner-less
mkdir -m 0077 /srv/owner-less
chown owner-less /srv/owner-less
lives sticky /srv/sticky
mkdir -m 1777 /srv/sticky
free sticky
lives write-only /srv/write-only
mkdir -m 0733 /srv/write-only
free write-only
lives no-search-write /srv/no-search-write
mkdir -m 0766 /srv/no-search-write
free no-search-write
if command -v setfacl >/dev/null; then
	lives acl-user /srv/acl-user
	mkdir -m 0755 /srv/acl-user
	setfacl -m u:acl-user:rwx /srv/acl-user
	lives acl-free /srv/acl-free
	mkdir -m 0755 /srv/acl-free
	setfacl -m u:acl-free:rwx /srv/acl-free
	free acl-free
	lives acl-masked /srv/acl-masked
	mkdir -m 0755 /srv/acl-masked
	setfacl -m u:acl-masked:rwx,m::rx /srv/acl-masked
	lives acl-denied /srv/acl-denied
	mkdir -m 0755 /srv/acl-denied
	setfacl -m u:acl-denied:--- /srv/acl-denied
	lives acl-group /srv/acl-group
	mkdir -m 0700 /srv/acl-group
	setfacl -m g:second:rwx /srv/acl-group
	sed -i 's/^second:.*/&,acl-group/' /etc/group
	free acl-group
fi
# uid 0, and two names for one uid.
uid=-1
lives toor /root
free toor
uid=-1
lives jailed-toor /root
uid=2000
lives same-as-dave /srv/sites/dave
free same-as-dave
