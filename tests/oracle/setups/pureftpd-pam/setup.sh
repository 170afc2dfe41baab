# Debian as installed: PAM and the system's accounts.
. /.oracle/machine.sh
source_is pureftpd
user anna 2001 /home/anna /bin/bash "$(hash pw)"
home /home/anna 2001:2001
group helpers 2060 anna,marked
user marked 2002 /home/./marked /bin/sh "$(hash pw)"
home /home/marked 2002:2002
user nologin 2003 /home/anna /usr/sbin/nologin "$(hash pw)"
user locked 2004 /home/anna /bin/sh "!$(hash pw)"
user open 2005 /home/anna/./ /bin/sh ''
user missing 2006 /home/missing /bin/sh "$(hash pw)"
user nohome 2007 '' /bin/sh "$(hash pw)"
user low 900 /home/anna /bin/sh "$(hash pw)"
user listed 2008 /home/anna /bin/sh "$(hash pw)"
echo listed >>/etc/ftpusers
user ftp 2009 /home/anna /bin/sh "$(hash pw)"
user 'with.dot' 2010 /home/anna /bin/sh "$(hash pw)"
echo 'gone:x:2011:2011::/home/anna:/bin/sh' >>/etc/passwd
echo "gone:$(hash pw):19000:0:99999:7::19100:" >>/etc/shadow
echo 'twin:x:2001:2001::/home/anna:/bin/sh' >>/etc/passwd
echo "twin:$(hash pw):19000:0:99999:7:::" >>/etc/shadow
group twins 2070 twin
for name in anna marked nologin locked missing nohome low listed ftp with.dot gone twin; do
	password $name pw
done
name anonymous nobody-at-all
rm -f /etc/pure-ftpd/auth/*unix
mkdir -p /run/pure-ftpd
