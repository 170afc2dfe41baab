#!/bin/sh
# link.sh - the users of an old FTP server are handed over to a list of the personnel office: they go
# on logging in as before, and from then on the list says who is there. One of them is in no list, and
# keeps what he has. All of it can be taken back.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/people.sh"

cat >/root/rehome.yaml <<-END
	version: 1
	sources:
	  ftp: { importer: vsftpd, file: /mnt/old }
	  corp: { importer: json, file: /root/corp.json }
	layouts: { default: { dirs: [ { path: uploads } ] } }
	policy:
	  leavers: { sources: [corp] }
END

rehome() {
	"$REHOME" -c /root/rehome.yaml "$@"
}

# logs_in USER PASSWORD
logs_in() {
	if sftp_password "$1" "$2" "$(batch "$3")" >/tmp/session 2>&1; then
		echo yes
	else
		echo no
	fi
}

# corp PERSON...: what the list has, each as "id login name".
corp() {
	(
		umask 077
		separator='['
		for person; do
			# shellcheck disable=SC2086
			set -- $person
			printf '%s{"key":"%s","username":"%s","full_name":"%s %s"}\n' "$separator" "$@"
			separator=','
		done >/root/corp.json
		echo ']' >>/root/corp.json
	)
}

origin() {
	rehome status --json | json "[a['source'] + '/' + a['key'] for a in d['accounts'] if a['user'] == '$1'][0]"
}

"$(dirname "$0")/../../samples/vsftpd/make-root" /mnt/old
start_sshd
check "the users of the old server are moved" rehome apply -y ftp
is "mueller has the old password" "$(logs_in mueller sommer-2019 pwd)" yes

# ---- who is whom ----

corp "e-1 mueller Max Mueller" "e-2 otto Otto Beck" "e-3 ottilie Ottilie Beck"
exits "the list's people are somebody else's so far" 3 rehome plan corp
said "and how to change that is told" "rehome link ftp corp --export FILE.csv"
quick_fingerprint /tmp/print.before
check "who would be whom is written down" \
	rehome link ftp corp --match login,email --export /root/who.csv
said "with how sure that is" "2 certain, 0 likely, 0 ambiguous, 1 none."
check "what is certain is linked" rehome link -y ftp corp --import /root/who.csv
quick_fingerprint /tmp/print.now
same "nothing of the host is changed by it" /tmp/print.before /tmp/print.now
is "mueller is the list's" "$(origin mueller)" corp/e-1
is "otto is, too" "$(origin otto)" corp/e-2
is "readers is the old server's" "$(origin readers)" ftp/readers
is "mueller has the old password still" "$(logs_in mueller sommer-2019 pwd)" yes
exits "the old server has no more say" 3 rehome plan ftp
said "and by which run is told" "Run 2 linked it"

# ---- the list decides ----

corp "e-1 mueller Max Mueller" "e-2 obeck Otto Beck-Vogel"
check "otto marries, and is called obeck" rehome sync corp
is "the account follows" "$(getent passwd obeck | cut -d : -f 5)" "Otto Beck-Vogel"
exits "the old server makes no otto of it again" 3 rehome plan ftp --user obeck
said "since he is the list's" "'otto' is managed as login 'obeck' for corp 'e-2'"
corp "e-2 obeck Otto Beck-Vogel"
check "mueller leaves" rehome sync corp
is "and is shut out" "$(logs_in mueller sommer-2019 pwd)" no
is "who is in no list stays" "$(logs_in readers lesen-2019 pwd)" yes
is "otto is no name any more" "$(logs_in otto otto-2019 pwd)" no
is "obeck logs in" "$(logs_in obeck otto-2019 'get files/hello.txt /tmp/hello')" yes
is "with the files" "$(cat /tmp/hello)" "hello from /home/otto"

# ---- back ----

exits "the link alone cannot go" 1 rehome rollback -y 2
said "since others were built on it" "--with-later"
check "with them it can" rehome rollback -y --with-later 2
is "mueller is the old server's again" "$(origin mueller)" ftp/mueller
is "otto has his name" "$(logs_in otto otto-2019 pwd)" yes
is "and mueller logs in" "$(logs_in mueller sommer-2019 pwd)" yes
quick_fingerprint /tmp/print.now
same "the machine is what it was" /tmp/print.before /tmp/print.now
check "and the old server's plan has nothing to do" rehome plan ftp
said "which it says" "0 change, 0 leave, 0 blocked"
check "verify finds no fault" rehome verify

stop_sshd
finish
