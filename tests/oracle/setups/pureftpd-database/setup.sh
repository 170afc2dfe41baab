# Virtual users in a database, through Debian's wrapper: homes with and without a mark, quotas, uids
# below the limit, every kind of hash, fields that are missing, a text that is not the database's.
. /.oracle/machine.sh
source_is pureftpd
text=/etc/pure-ftpd/pureftpd.passwd
hash=$(hash pw)
# virtual NAME HASH UID GID HOME [FIELDS]
virtual() {
	echo "$1:$2:$3:$4::$5:${6-::::::::::::}" >>$text
	password "$1" pw
}
virtual anna "$hash" 2001 2000 /srv/anna/./
home /srv/anna 2001:2000
virtual unjailed "$hash" 2002 2000 /srv/unjailed
home /srv/unjailed 2002:2000
virtual inside "$hash" 2003 2000 /srv/./inside
home /srv/inside 2003:2000
virtual quota "$hash" 2004 2000 /srv/quota ':::::100:1048576::::::'
home /srv/quota 2004:2000
virtual low "$hash" 500 2000 /srv/low/./
home /srv/low 500:2000
virtual root "$hash" 0 0 /srv/anna/./
virtual md5 "$(hash pw '$1$oracle12')" 2007 2000 /srv/anna/./
virtual des "$(hash pw ab)" 2008 2000 /srv/anna/./
virtual bcrypt "$(hash pw '$2b$05$abcdefghijklmnopqrstuu')" 2009 2000 /srv/anna/./
virtual yescrypt "$(hash pw '$y$j9T$abcdefghijklmnopqrstu.')" 2009 2000 /srv/anna/./
virtual locked "!$hash" 2009 2000 /srv/anna/./
virtual star '*' 2009 2000 /srv/anna/./
virtual nohash '' 2009 2000 /srv/anna/./
virtual plain pw 2009 2000 /srv/anna/./
virtual apr1 '$apr1$oracle12$6yEo3oQjyzMsKbsBLJqSx0' 2009 2000 /srv/anna/./
virtual longdes "$(hash pw ab)x" 2009 2000 /srv/anna/./
virtual here "$hash" 2009 2000 /srv/anna/./ ':::::::::127.0.0.0/8:10.0.0.0/8:'
virtual faraway "$hash" 2009 2000 /srv/anna/./ ':::::::::10.0.0.0/8::'
virtual denied "$hash" 2009 2000 /srv/anna/./ '::::::::::127.0.0.0/8:'
elsewhere faraway denied
virtual cutrule "$hash" 2009 2000 /srv/anna/./ ':::::::::10.0.0.0/8'
if [ "$(date +%H)" -ge 12 ]; then hours=0000-0100; else hours=2300-2359; fi
virtual later "$hash" 2009 2000 /srv/anna/./ ":::::::::::$hours"
elsewhere later
virtual always "$hash" 2009 2000 /srv/anna/./ ':::::::::::junk'
virtual nohome "$hash" 2009 2000 ''
virtual missing "$hash" 2009 2000 /srv/missing/./
virtual relative "$hash" 2009 2000 srv/anna
echo "six:$hash:2010:2000::/srv/anna/./" >>$text
echo "five:$hash:2010:2000:" >>$text
password six pw
password five pw
virtual hexuid "$hash" 0x7d1 2000 /srv/anna
virtual wraps "$hash" 4294969297 2000 /srv/anna
virtual last "$hash" 4294967295 2000 /srv/anna
virtual 'blank inside' "$hash" 2010 2000 /srv/anna/./
virtual 'jürgen' "$hash" 2010 2000 /srv/anna/./
virtual ftp "$hash" 2010 2000 /srv/anna/./
virtual twice "$hash" 2021 2000 /srv/anna/./
virtual twice "$(hash pw2)" 2022 2000 /srv/quota/./
virtual "$(printf 'z%.0s' $(seq 128))" "$hash" 2010 2000 /srv/anna
virtual "$(printf 'y%.0s' $(seq 129))" "$hash" 2010 2000 /srv/anna
# Behind a directory that the user cannot enter: unjailed, the log deletes what is uploaded.
virtual hidden "$hash" 2001 2000 /srv/closed/hidden
home /srv/closed/hidden 2001:2000
chmod 700 /srv/closed
virtual hiddenjail "$hash" 2001 2000 /srv/closed/hidden/./
virtual linked "$hash" 2001 2000 /srv/jail/./relative
home /srv/jail/real 2001:2000
ln -s real /srv/jail/relative
virtual absolute "$hash" 2001 2000 /srv/jail/./absolute
ln -s /srv/jail/real /srv/jail/absolute
virtual full "$hash" 2001 2000 /srv/full ':::::5:100000::::::'
home /srv/full 2001:2000
echo '5 100' >/srv/full/.ftpquota
chown 2001 /srv/full/.ftpquota
virtual over "$hash" 2001 2000 /srv/over ':::::50:100::::::'
home /srv/over 2001:2000
echo '5 1000' >/srv/over/.ftpquota
chown 2001 /srv/over/.ftpquota
virtual uncounted "$hash" 2001 2000 /srv/uncounted ':::::5:100::::::'
home /srv/uncounted 2001:2000
echo '50 1000' >/srv/uncounted/.ftpquota
virtual filesonly "$hash" 2001 2000 /srv/anna ':::::50:::::::'
virtual noquota "$hash" 2001 2000 /srv/anna ':::::0:0::::::'
# The groups are those of the first account with the uid.
user system 2030 /home/system /bin/sh "$hash"
echo 'second:x:2030:2030::/home/second:/bin/sh' >>/etc/passwd
group extra 2040 system,second
group other 2041 second
group root2 2042 system
virtual grouped "$hash" 2030 2000 /srv/anna/./
virtual closed "$hash" 2050 2050 /srv/anna/./
echo "#comment:$hash:2033:2000::/srv/anna/./::::::::::::" >>$text
password '#comment' pw
virtual stale "$hash" 2010 2000 /srv/anna/./
virtual changed "$hash" 2010 2000 /srv/anna/./
pure-pw mkdb /etc/pure-ftpd/pureftpd.pdb -f $text
sed -i -e '/^stale:/d' -e '/^changed:/s/2010/2011/' $text
virtual fresh "$hash" 2010 2000 /srv/anna/./
name system nobody-at-all
cd /etc/pure-ftpd/conf
echo yes >DontResolve
printf '# comment\n\nno\nyes\n' >VerboseLog
echo '117 007' >Umask
ln -s ../conf/PureDB ../auth/50pure
rm -f ../auth/*unix ../auth/*pam
mkdir -p /run/pure-ftpd
