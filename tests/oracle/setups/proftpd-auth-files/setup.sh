# Odd lines, filters and permissions of AuthUserFile and AuthGroupFile.
. /.oracle/machine.sh
source_is proftpd

mkdir -p /etc/proftpd
users=/etc/proftpd/ftpd.passwd groups=/etc/proftpd/ftpd.group
h=$(hash pw)
line() {
	printf "$1:%s:$2:$3::$4:$5" "$h" >>$users
	home /srv/${1} 2001:2000
	password "$1" pw
}
long=$(printf '%1100s' '' | tr ' ' s)
line alice 2001 2000 /srv/alice '/bin/bash\n'
line blank ' 2001' +2000 /srv/blank '/bin/bash\n'
line trail '2001 ' 2000 /srv/trail '/bin/bash\n'
line hex 0x7d1 2000 /srv/hex '/bin/bash\n'
line neg -5 2000 /srv/neg '/bin/bash\n'
line minus -1 2000 /srv/minus '/bin/bash\n'
line huge 4294967297 2000 /srv/huge '/bin/bash\n'
line more 2001 2000 /srv/more '/bin/bash:x:y\n'
line cr 2001 2000 /srv/cr '/bin/bash\r\n'
line dup abc 2000 /srv/alice '/bin/bash\n'
line dup 2002 2000 /srv/dup '/bin/bash\n'
line dup 2003 2000 /srv/alice '/bin/bash\n'
line long 2001 2000 /srv/long "$long\\n"
line after 2001 2000 /srv/after '/bin/bash\n'
printf 'nul:%s:2001:2000::/srv/nul:/bin/bashx\0junk\n' "$h" >>$users
home /srv/nul 2001:2000
password nul pw
printf ' lead:%s:2001:2000::/srv/alice:/bin/bash\n' "$h" >>$users
printf '#hash:%s:2001:2000::/srv/alice:/bin/bash\n' "$h" >>$users
name '#hash' lead
line cut 2001 2000 /srv/cut /bin/bashx
chmod 640 $users
printf 'ftp:x:2000:\ncr:x:2400:alice\r\nfirst:x:2000:blank\nstaff:x:2100:,alice, more,blank\n' >$groups
printf 'gap:x::alice\nwhat:x:abc:blank\nnul:x:2500:al\0ice\nlost:x:2600:alice\n' >>$groups

before='' filter=''
case $1 in
plain) ;;
filters) filter='id 2001-2001 name ^[a-m]\w+ home !^/srv/m' ;;
not-named) filter='name !^(alice|blank)$' ;;
world-readable) chmod 644 $users ;;
insecure) chmod 644 $users
	before='AuthFileOptions InsecurePerms' ;;
insecure-too-late) chmod 644 $users
	filter='
AuthFileOptions InsecurePerms' ;;
group-writable) chmod 660 $users ;;
world-writable-group) chmod 666 $groups ;;
world-writable-directory) chmod 1777 /etc/proftpd ;;
absolute-link) mv $users /etc/proftpd/real
	ln -s /etc/proftpd/real $users ;;
relative-link) mv $users /etc/proftpd/real
	ln -s real $users ;;
directory) mkdir /etc/proftpd/dir
	users=/etc/proftpd/dir ;;
missing) users=/etc/proftpd/nosuch ;;
missing-insecure) users=/etc/proftpd/nosuch
	before='AuthFileOptions InsecurePerms' ;;
syntax-check) before='AuthFileOptions SyntaxCheck' ;;
esac
cat >/etc/proftpd/proftpd.conf <<X
ServerName "oracle"
ServerType standalone
UseIPv6 off
User proftpd
Group nogroup
DelayEngine off
UseReverseDNS off
AuthPAM off
$before
AuthGroupFile $groups
AuthUserFile $users $filter
DefaultRoot ~ first
X
