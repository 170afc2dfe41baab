#!/bin/sh
# export.sh - accounts go elsewhere and come back: through a real directory server, through the files
# of a Unix machine, to the real newusers; written by whoever may read the source, with the secrets
# only where nobody else sees them.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/people.sh"
. "$(dirname "$0")/ldap_module.sh"
. "$(dirname "$0")/slapd.sh"

# shellcheck disable=SC2016
hash='$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc.eoxqOmSuNp2xS0ktL3nh/'
key='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH77FT9jpSYsAVeJ76ZZhGgY2js4V2PzlVxlo2DE2shT'
plain='Kupfer-Anker-72-Linde'

# Where an ordinary user may start it, wherever the build is.
cp "$REHOME" /usr/local/bin/rehome
REHOME=/usr/local/bin/rehome

# ---- whoever may read the source ----

useradd -m -u 1500 lisa
mkdir -m 0700 /etc/rehome
printf 'version: 1\nlayouts: { default: { dirs: [ { path: in } ] } }\n' >/etc/rehome/rehome.yaml
su -s /bin/sh lisa -c "umask 077; cat >/home/lisa/x.csv" <<-END
	username,full_name,password,password_hash,uid,folders
	matteo,Matteo Bruni,$plain,,21001,pics logs:ro
	carla,Carla Neri,,$hash,21002,pics
END

by_lisa() {
	su -s /bin/sh lisa -c "cd; ASAN_OPTIONS=$ASAN_OPTIONS $*"
}

files_of_lisa() {
	find /home/lisa /var/lib/rehome -printf '%p %m %s %T@\n' 2>&1 | sort
}

files_of_lisa >/tmp/files.before
check "an ordinary user exports a source" by_lisa rehome export json csv:x.csv
said "the configuration that she may not read is told of" \
	"/etc/rehome/rehome.yaml: warning: is not for you to read"
unsaid "without a hash" 'saltsalt'
unsaid "and without a password" "$plain"
files_of_lisa >/tmp/files.after
same "nothing was written" /tmp/files.before /tmp/files.after
piped() {
	by_lisa "rehome export json csv:x.csv --with-secrets 2>/dev/null | cat" |
		rehome plan json:- -v
}
check "and root plans what she pipes" piped
said "two accounts are made" "Plan: 2 create, 0 adopt, 0 change, 0 leave, 0 blocked"
exits "the accounts of this machine are not for her" 77 by_lisa rehome export json --managed
said "and she is told why" "only root may read the accounts of this machine"

# ---- secrets ----

cd /root
(umask 077 && cp /home/lisa/x.csv x.csv)
export_secrets() {
	rehome export json csv:x.csv --with-secrets "$@"
}
mode_of() {
	stat -c %a "$1"
}
echo old >open.json
chmod 0666 open.json
ln open.json other-name.json
(umask 0 && export_secrets -o new.json && export_secrets -o open.json) || bail "export fails"
is "a new file is for its owner alone" "$(mode_of new.json)" 600
is "one that others could open is replaced" "$(mode_of open.json)" 600
is "and never written to" "$(cat other-name.json)" old
echo link-target >target.json
ln -s target.json link.json
refuse "a symbolic link is no file to replace" export_secrets -o link.json
is "what it names stays" "$(cat target.json)" link-target

to_file() {
	export_secrets >"$1"
}
: >wide.json
chmod 0640 wide.json
exits "no secrets into a file that others may open" 64 to_file wide.json
said "which is said" "not written to a file that others may open"
mkfifo -m 644 wide.fifo && exec 3<>wide.fifo
exits "nor into a pipe with a name that others may open" 64 to_file wide.fifo
exec 3<&-
is "nothing is in it" "$(cat wide.json)" ''
: >narrow.json
chmod 0600 narrow.json
check "but into one that is the owner's" to_file narrow.json
same "the same as with -o" narrow.json new.json
on_terminal() {
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 script -qe -E never \
		-c "$REHOME export json csv:x.csv --with-secrets" /dev/null </dev/null
}
exits "no secrets on a terminal" 64 on_terminal
said "with a way out" "Name a file with -o"
unsaid "no password was shown" "$plain"

hold_secrets() {
	for format in csv json newusers; do
		rehome export "$format" csv:x.csv 2>/dev/null
	done
	rehome export ldif csv:x.csv --option base=dc=example,dc=org 2>/dev/null
	rehome export passwd-files csv:x.csv --part etc/shadow 2>/dev/null
}
check "every format does without them" hold_secrets
unsaid "no hash" 'saltsalt'
unsaid "no password" "$plain"

# ---- newusers ----

cat >people.csv <<-END
	username,full_name,password,uid,state
	nina,Nina Öz,$plain,22001,
	otto,"Otto, Beck",,22002,
	paul,Paul,$plain,22003,disabled
END
chmod 600 people.csv
check "lines for newusers" rehome export newusers csv:people.csv --with-secrets -o people.txt
said "closed people get no password" "who is closed gets no password: paul"
head -n 1 people.txt >first.txt
check "the real newusers takes them" newusers first.txt
matches() {
	perl -e 'exit(crypt($ARGV[0], $ARGV[1]) ne $ARGV[1])' "$plain" "$(getent shadow "$1" | cut -d: -f2)"
}
check "the password is that of the source" matches nina
is "the account is that of the source" "$(getent passwd nina)" \
	"nina:x:22001:22001:Nina Öz:/home/nina:/usr/sbin/nologin"
tail -n 2 people.txt >rest.txt
exits "those without a password are made too, which newusers does not like" 1 newusers rest.txt
is "and are locked" "$(getent shadow otto paul | cut -d: -f1,2 | tr '\n' ' ')" 'otto:! paul:! '
is "a comma is not the end of a name" "$(getent passwd otto | cut -d: -f5)" 'Otto  Beck'
for login in nina otto paul; do userdel -r "$login" 2>/dev/null; done

# ---- a machine with people ----

cat >/etc/rehome/rehome.yaml <<-END
	version: 1
	sources:
	  staff: { importer: json, file: /root/staff.json }
	layouts:
	  media: { dirs: [ { path: pics }, { path: logs, access: read } ] }
	  plain: { dirs: [ { path: files } ] }
	policy: { uid_range: 20000-29999 }
END
cat >staff.json <<-END
	{"format":"rehome-accounts","format_version":1}
	{"key":"e-1","username":"anna","full_name":"Anna Vogel","password_hash":"$hash","ssh_keys":["$key anna"],"groups":["press","archive"],"layout":"media","expires":"2091-05-31"}
	{"key":"e-2","username":"bjoern","full_name":"Björn Strauß","password_hash":"$hash","layout":"plain","groups":["press"],"expires":"never"}
	{"key":"e-3","username":"carl","password_hash":"$hash","ssh_keys":["$key carl@a-host-with-a-name-that-is-longer-than-one-line-of-ldif.example.org"],"layout":"media","expires":"2092-01-01"}
	{"key":"Müller, 4","username":"dora","full_name":" #Dora","layout":"plain","home":"/home/elsewhere","shell":"/bin/false"}
	{"key":"e-5","username":"emil","full_name":"Emil","password_hash":"$hash","folders":[{"path":"my pictures","access":"write"},{"path":"logs","access":"read"}]}
END
chmod 600 staff.json
start_sshd
rehome apply -y staff >/tmp/apply.out 2>&1 || bail "apply fails: $(cat /tmp/apply.out)"
rehome disable -y carl >/tmp/out 2>&1 || bail "disable fails: $(cat /tmp/out)"

# make_machine DIR: one that has this machine's accounts without these people.
make_machine() {
	mkdir -p "$1/etc/ssh/sshd_config.d" "$1/home" "$1/var/lib"
	for file in passwd group shadow gshadow; do
		grep -Ev '^(anna|bjoern|carl|dora|emil|press|archive|sftponly):' "/etc/$file" >"$1/etc/$file"
	done
	chmod 0640 "$1/etc/shadow" "$1/etc/gshadow"
	printf 'Include /etc/ssh/sshd_config.d/*.conf\nSubsystem sftp internal-sftp\n' \
		>"$1/etc/ssh/sshd_config"
}

# ---- through a directory ----

slapd_prepare
slapd_start

# to_ldif FILE COMMAND...
to_ldif() {
	ldif_file=$1
	shift
	"$@" export ldif --managed --with-secrets -o "$ldif_file" --option base="$slapd_suffix" \
		--option layout_attribute=employeeType --option folders_attribute=description \
		--option lock=pwdAccountLockedTime
}
# use_source FILE: the source that its comment tells of, at our server, in /root/directory.yaml.
use_source() {
	{
		sed '/^sources:/q' /etc/rehome/rehome.yaml
		sed -n -e "s|uri: .*|uri: $slapd_ldapi|" -e '/^# directory:/,/^$/s/^# /  /p' "$1"
		sed '1,/^sources:/d' /etc/rehome/rehome.yaml
	} >/root/directory.yaml
}
check "all people as entries" to_ldif a.ldif rehome
is "for root alone" "$(mode_of a.ldif)" 600
check "a real directory takes them" slapd_root ldapadd -f /root/a.ldif
use_source a.ldif
check "the comment is a source that is understood" rehome -c directory.yaml config check

rehome -c directory.yaml link staff directory --match login --export who.csv >/tmp/out 2>&1 ||
	bail "link --export fails: $(cat /tmp/out)"
check "the directory takes these people over" \
	rehome -y -c directory.yaml link staff directory --import who.csv
check "and has nothing to change" rehome -c directory.yaml plan directory
said "of anybody" "Plan: 0 create, 0 adopt, 0 change, 0 leave, 0 blocked, 5 unchanged."

# Another machine, below a directory.
b=/srv/b
make_machine $b
on_b() {
	rehome --root $b -c /root/directory.yaml "$@"
}
check "a machine that knows nobody makes them of the directory" on_b -y apply directory
check "it has nothing more to do" on_b plan directory
said "either" "Plan: 0 create, 0 adopt, 0 change, 0 leave, 0 blocked, 5 unchanged."
check "it exports, too" to_ldif b.ldif on_b
same "the very same entries" a.ldif b.ldif
is "who was closed is closed there" \
	"$(grep '^carl:' $b/etc/shadow | cut -d: -f8) $(on_b status --json |
		json "[a['state'] for a in d['accounts'] if a['user'] == 'carl'][0]")" \
	"1 disabled"
account_lines() {
	grep -hE '^(anna|bjoern|dora|emil):' "$1/etc/passwd" "$1/etc/shadow" "$1/etc/group" | sort
	grep -hE '^(press|archive):' "$1/etc/group" | sort
}
account_lines / >/tmp/lines.a
account_lines $b >/tmp/lines.b
same "their lines are the same" /tmp/lines.a /tmp/lines.b

# ---- through the files of a Unix machine ----

check "all people as files" rehome export passwd-files --managed --with-secrets -o old/
is "in a directory for root alone" "$(find old -printf '%P %m\n' | sort | tr '\n' ' ')" \
	" 700 etc 700 etc/group 600 etc/gshadow 600 etc/passwd 600 etc/shadow 600 "
refuse "which is not written over" rehome export passwd-files --managed -o old
said "since there is something in it" "old: error: is not empty"
mkdir tiny
mount -t tmpfs -o nr_inodes=4 tmpfs tiny || bail "no small filesystem can be mounted"
refuse "where there is no room for all of them" rehome export passwd-files --managed -o tiny/old
said "which is said" "tiny/old: error:"
is "none is left behind" "$(ls -A tiny)" ''
check "pwck finds no fault in them" pwck -r -q old/etc/passwd old/etc/shadow
check "nor grpck" grpck -r old/etc/group old/etc/gshadow
rehome export json passwd:old --with-secrets -o old.json 2>/tmp/out || bail "import fails: $(cat /tmp/out)"
rehome export json --managed --with-secrets -o now.json
facts() {
	python3 - "$1" <<-'END'
		import json, sys
		for line in open(sys.argv[1]):
		    account = json.loads(line)
		    if "password_hash" in account and account.get("state") != "disabled":
		        print([account.get(name) for name in
		               ("username", "uid", "full_name", "password_hash")],
		              account.get("expires", "never"))
	END
}
facts old.json >/tmp/facts.old
facts now.json >/tmp/facts.now
is "three have a password" "$(wc -l </tmp/facts.now)" 3
same "who can log in has the same login, uid, name, password and end" /tmp/facts.old /tmp/facts.now
is "who is closed here is not let in by them" "$(grep -c '"carl"' old.json)" 0
# With the homes beside them it is what is left of a machine, whose root people could enter.
chmod 0755 old
for login in anna bjoern emil; do
	mkdir -p "old/home/$login"
	chown "$login" "old/home/$login"
done
c=/srv/c
make_machine $c
check "another machine makes them of the files" \
	rehome --root $c -c /root/directory.yaml -y apply passwd:old --set layout=plain
is "with uid and password" "$(grep '^emil:' $c/etc/passwd $c/etc/shadow | cut -d: -f2-4 | tr '\n' ' ')" \
	"emil:x:20004 emil:$hash:$(grep '^anna:' $c/etc/shadow | cut -d: -f3) "
exits "one of the files to standard output needs a choice" 64 rehome export passwd-files --managed
said "of these" "etc/passwd, etc/shadow, etc/group, etc/gshadow"
check "which is made with --part" rehome export passwd-files --managed --part etc/shadow
unsaid "without secrets no hash" saltsalt

slapd_stop
finish
