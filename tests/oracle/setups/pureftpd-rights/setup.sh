# What could be written: settings for everybody, quotas, modes of landing directories.
. /.oracle/machine.sh
source_is pureftpd
virtual() {
	echo "$1:$(hash pw):$2:$3::$4:${5-::::::::::::}" >>/etc/pure-ftpd/pureftpd.passwd
	password "$1" pw
}
virtual anna 2001 2000 /srv/anna/./
home /srv/anna 2001:2000
virtual readonly 2001 2000 /srv/readonly/./
home /srv/readonly 0:0
virtual group 2001 2000 /srv/group/./
home /srv/group 0:2000 2775
virtual sticky 2001 2000 /srv/sticky/./
home /srv/sticky 0:0 1777
virtual mine 2001 2000 /srv/mine/./
home /srv/mine 2001:2000 0555
virtual noexec 2001 2000 /srv/noexec/./
home /srv/noexec 2001:2000 0600
virtual more 2001 2000 /srv/anna/./ ':::::10:1000::::::'
virtual sub 2001 2000 /srv/hidden/./in
home /srv/hidden/in 2001:2000
chmod 700 /srv/hidden
user extra 2040 /home/extra /bin/sh
home /srv/supplementary 0:2060 0775
group helpers 2060 extra
virtual supplementary 2040 2000 /srv/supplementary/./
sed -i 's/^root:x:0:.*/root:x:0:wheel/' /etc/group
echo 'wheel:x:2050:2050::/:/bin/sh' >>/etc/passwd
virtual wheel 2050 2000 /srv/anna
if command -v setfacl >/dev/null && home /srv/acl 0:0 && setfacl -m u:2001:rwx /srv/acl; then
	virtual acl 2001 2000 /srv/acl/./
fi
pure-pw mkdb /etc/pure-ftpd/pureftpd.pdb -f /etc/pure-ftpd/pureftpd.passwd
cd /etc/pure-ftpd/conf
echo yes >DontResolve
rm -f ../auth/*
ln -s ../conf/PureDB ../auth/10
mkdir -p /run/pure-ftpd
case $1 in
keep) echo yes >KeepAllFiles ;;
quota) echo '1000 10' >Quota ;;
umask) echo '022 027' >Umask ;;
dots) echo yes >ProhibitDotFilesRead ;;
rename) echo yes >AutoRename; echo on >NoRename; echo 1 >NoChmod ;;
nolog) rm AltLog ;;
group0) echo yes >KeepAllFiles; echo '0 0' >Quota; echo yes >ChrootEveryone ;;
esac
