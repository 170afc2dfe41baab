# Options in a unit of systemd instead of a configuration.
. /.oracle/machine.sh
source_is pureftpd
database=/etc/pure-ftpd/pureftpd.pdb
echo "anna:$(hash pw):2001:2000::/srv/anna:::::::::::::" >/etc/pure-ftpd/pureftpd.passwd
home /srv/anna 2001:2000
password anna pw
user system 2002 /srv/anna/./ /bin/sh "$(hash pw)"
password system pw
pure-pw mkdb $database -f /etc/pure-ftpd/pureftpd.passwd
unit=/etc/systemd/system/pure-ftpd.service
starts() {
	printf '[Unit]\nDescription=FTP\n[Service]\nExecStart=/usr/sbin/pure-ftpd %s\n' "$*" >$unit
	printf '[Install]\nWantedBy=multi-user.target\n' >>$unit
	# What systemd would run, for start.sh.
	echo "exec pure-ftpd $*" >/.oracle/start.sh
}
mkdir -p /run/pure-ftpd /etc/systemd/system/multi-user.target.wants
ln -s ../pure-ftpd.service /etc/systemd/system/multi-user.target.wants/
case $1 in
flags) starts -AEHu100 -U 117:007 -lpuredb:$database -l pam ;;
long) starts --chrooteveryone --noanonymous --dontresolve --minuid=100 --umask 117:007 --login=PureDB:$database ;;
abbreviated) starts --chroot --noa --dont --minu 100 --login unix ;;
file)
	printf 'PureDB %s\nDontResolve yes\nNoAnonymous yes\n' $database >/etc/pure-ftpd.conf
	starts /etc/pure-ftpd.conf ;;
override)
	starts -A -E -H -l puredb:$database
	mkdir $unit.d
	printf '[Service]\nExecStart=\nExecStart=/usr/sbin/pure-ftpd -E -H -l puredb:%s -K\n' $database >$unit.d/50-more.conf
	echo "exec pure-ftpd -E -H -l puredb:$database -K" >/.oracle/start.sh ;;
variables)
	starts '-E -H $MORE ${DATABASE}'
	sed -i "/^\[Service\]/aEnvironmentFile=/etc/default/ftp\nEnvironment=\"DATABASE=-lpuredb:$database\"" $unit
	echo 'MORE="-A -u 100"' >/etc/default/ftp
	echo "exec pure-ftpd -E -H -A -u 100 -lpuredb:$database" >/.oracle/start.sh ;;
unknown-flag) starts -A -E -H -l puredb:$database -v ;;
missing-value) starts -A -E -H -l puredb:$database -u ;;
stray) starts -A -E -H -l puredb:$database stray ;;
esac
