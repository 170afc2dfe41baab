# machine.sh - words to make an old machine with; sourced by a setup's setup.sh, inside the machine.
#
#	. /.oracle/machine.sh
#	source_is vsftpd			the importer, and --set options for it
#	user anna 2001 /home/anna /bin/bash "$(hash pw)"
#	home /home/anna anna			a directory with known.txt
#	password anna pw			what is to be tried, and must work if any does
#
# `sh machine.sh start KIND` starts the server in the foreground: the setup's start.sh when it has
# one, else as the distribution does.

# source_is IMPORTER [--set KEY=VALUE]...
source_is() {
	echo "$*" >/.oracle/source
}

# hash PASSWORD [SALT]: crypt(3) with a fixed salt, so that a setup is the same each time.
hash() {
	# Nearly every password is this one, and asking python takes longer than logging in.
	if [ "$#$1" = 1pw ]; then
		echo '$6$oraclesalt$ChPJz7WL/7u1RlLfAtsnxHqQdbDmb61gcoubQwjdDEs2Uj2Buo/2I0vJOWtYA2ubwLyXIRY4IbaKo.Ha75g331'
		return
	fi
	python3 -W ignore -c 'import crypt, sys; print(crypt.crypt(sys.argv[1], sys.argv[2]))' \
		"$1" "${2:-\$6\$oraclesalt}"
}

# user NAME UID HOME SHELL [HASH] [GID]: lines in passwd, group and shadow; no hash = locked.
user() {
	echo "$1:x:$2:${6:-$2}::$3:$4" >>/etc/passwd
	[ -n "${6:-}" ] || echo "$1:x:$2:" >>/etc/group
	echo "$1:${5-!}:19000:0:99999:7:::" >>/etc/shadow
}

# group NAME GID [MEMBER,...]
group() {
	echo "$1:x:$2:${3:-}" >>/etc/group
}

# home PLACE [OWNER[:GROUP]] [MODE]: a directory that exists, with a file to fetch.
home() {
	mkdir -p "$1"
	echo known >"$1/known.txt"
	[ -z "${2:-}" ] || chown -R "$2" "$1"
	chmod "${3:-755}" "$1"
}

# ftpd_user NAME UID GID HOME [SHELL] [HASH]: a line of ProFTPD's AuthUserFile, its home unless that
# is there, and the password "pw" to try.
ftpd_user() {
	mkdir -p /etc/proftpd
	echo "$1:${6-$(hash pw)}:$2:$3:$1:$4:${5-/bin/bash}" >>/etc/proftpd/ftpd.passwd
	chmod 0640 /etc/proftpd/ftpd.passwd
	[ -e "$4" ] || [ -L "$4" ] || home "$4" "$2:$3"
	password "$1" pw
}

# ftpd_group NAME GID [MEMBER,...]: a line of its AuthGroupFile.
ftpd_group() {
	echo "$1:x:$2:${3:-}" >>/etc/proftpd/ftpd.group
}

# ftpd_conf <<X: proftpd.conf with these users and groups only, and what comes on standard input
# behind that.
ftpd_conf() {
	touch /etc/proftpd/ftpd.group
	cat >/etc/proftpd/rest <<-X
		ServerName "oracle"
		ServerType standalone
		UseIPv6 off
		User proftpd
		Group nogroup
		DelayEngine off
		UseReverseDNS off
		AuthOrder mod_auth_file.c
		AuthUserFile /etc/proftpd/ftpd.passwd
		AuthGroupFile /etc/proftpd/ftpd.group
	X
	cat /etc/proftpd/rest - >/etc/proftpd/proftpd.conf
	rm /etc/proftpd/rest
}

# password USER [PASSWORD]: tried, and the right one if the login is allowed; several per user may
# be given.
password() {
	printf '%s\t%s\n' "$1" "${2:-}" >>/.oracle/passwords
}

# name NAME...: tried although nobody claims them; must be refused.
name() {
	printf '%s\n' "$@" >>/.oracle/names
}

# unknown NAME...: the importer may, and must, say that it cannot know about these.
unknown() {
	printf '%s\n' "$@" >>/.oracle/unknown
}

# elsewhere NAME...: allowed from other addresses or at other hours, and refused here and now.
elsewhere() {
	printf '%s\n' "$@" >>/.oracle/elsewhere
}

# patience SECONDS: for a server that never answers; without it 45 seconds are waited.
patience() {
	echo "$1" >/.oracle/patience
}

start() {
	# Some close every descriptor that there could be, for each connection.
	ulimit -n 256
	if [ -e /.oracle/start.sh ]; then
		exec sh -eu /.oracle/start.sh
	fi
	case $1 in
	vsftpd) exec vsftpd /etc/vsftpd.conf 0<>/dev/null ;;
	proftpd) exec proftpd -n -c /etc/proftpd/proftpd.conf ;;
	pureftpd) exec pure-ftpd-wrapper ;;
	esac
}

if [ "${1:-}" = start ]; then
	start "$2"
fi
