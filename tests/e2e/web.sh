#!/bin/sh
# web.sh - the sample of a web host: who gets at what of a virtual host. The customer comes through
# a real sshd; the web server and the sites' PHP are processes with their ids.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/people.sh"

sample=$sandbox_dir/../../samples/web-hosting
site=/srv/www/bakery-example other=/srv/www/mueller-druck-example
key=/root/bakery.key

rehome() {
	"$REHOME" -c rehome.yaml "$@"
}

# as USER COMMAND...: as a service runs that was given this user, with the user's groups.
as() {
	user=$1
	shift
	setpriv --reuid "$user" --regid "$user" --init-groups "$@"
}

# customer COMMAND...: what the customer of the bakery types in a session.
customer() {
	sftp_key bakery-example "$key" "$(batch "$@")" 2>&1
}

# The sample as it is, but for a key of the bakery's that we have.
test_apply() {
	mkdir -m 700 /root/web
	cp "$sample"/*.* /root/web
	cd /root/web
	new_key "$key"
	awk -F , -v OFS=, -v key="$(cat "$key.pub")" '/^bakery/ { $3 = key } 1' "$sample/sites.csv" >sites.csv
	web_fingerprint /tmp/fp.before
	check "three virtual hosts are made" rehome apply -y sites
	exits "and keep every rule" 0 rehome verify
}

test_www() {
	mkdir -p /tmp/site/img
	echo welcome | tee /tmp/site/index.html >/tmp/site/img/logo
	check "the customer puts a site where a session begins" \
		customer pwd 'put /tmp/site/index.html' 'mkdir img' 'put /tmp/site/img/logo img/logo'
	said "which is www" "Remote working directory: /www"
	check "the web server reads it" as www-data cat "$site/www/index.html"
	said "all of it" welcome
	check "below a folder that the customer made, too" as www-data cat "$site/www/img/logo"
	refuse "and writes nothing" as www-data touch "$site/www/index.html"
	said "for want of a right" "Permission denied"
	check "the site's PHP reads and writes it" \
		as bakery-example sh -c 'cat "$0/index.html" && echo >"$0/cache"' "$site/www"
	check "and what it wrote is served" as www-data cat "$site/www/cache"
	refuse "the PHP of another site does not even list it" as mueller-druck-example ls "$site/www"
	said "for want of a right, again" "Permission denied"
	refuse "nor does anybody else" as nobody ls "$site/www"
}

# The web server's first process is root, and opens the logs; at a rotation the others open them.
test_logs() {
	(umask 027 && echo '192.0.2.1 GET /' >"$site/logs/access.log")
	is "a log that root makes is the customer's to read" \
		"$(stat -c '%A %U:%G' "$site/logs/access.log")" "-rw-r----- root:bakery-example"
	check "and the customer gets it" customer 'get /logs/access.log /tmp/got'
	same "all of it" "$site/logs/access.log" /tmp/got
	customer '-rm /logs/access.log' '-rename /logs/access.log /logs/x' '-chmod 777 /logs' \
		'-chmod 666 /logs/access.log' '-put /tmp/got /logs/access.log' '-put /tmp/got /logs/new' \
		'-ln -s /www/index.html /logs/error.log' '-mkdir /logs/d' '-rmdir /logs' \
		'-rename /logs /www/logs' >/tmp/out || :
	is "all ten attempts to change the logs are refused" \
		"$(grep -cE 'Permission denied|Failure' /tmp/out)" 10
	is "there is one log, as it was" "$(cd "$site/logs" && stat -c '%n %a' -- *)" "access.log 640"
	refuse "nor does the site's PHP write there" as bakery-example touch "$site/logs/php.log"
	said "for want of a right" "Permission denied"
	chown www-data "$site/logs/access.log"
	check "the web server opens a log that was given to it" \
		as www-data sh -c 'echo more >>"$0"' "$site/logs/access.log"
	refuse "and makes none" as www-data touch "$site/logs/new"
	refuse "the PHP of another site reads none" as mueller-druck-example cat "$site/logs/access.log"
}

test_conf_and_tmp() {
	(umask 027 && echo secret >"$site/conf/db.ini" && chgrp bakery-example "$site/conf/db.ini")
	check "the site's PHP reads its configuration" as bakery-example cat "$site/conf/db.ini"
	refuse "and does not change it" as bakery-example sh -c 'echo >"$0"' "$site/conf/db.ini"
	refuse "the web server does not read it" as www-data cat "$site/conf/db.ini"
	refuse "nor does another site" as mueller-druck-example cat "$site/conf/db.ini"
	check "uploads and sessions have a place" as bakery-example touch "$site/tmp/sess_1"
	refuse "which is nobody else's" as www-data ls "$site/tmp"
	refuse "a new folder beside them is refused" customer 'mkdir /private'
	check "a site without PHP has neither" test ! -e /srv/www/choir-example-org/tmp
	check "nothing of this is a fault" rehome verify
}

# Whoever made these, a link is followed by who follows it, not by its maker.
test_links() {
	(umask 027 && as mueller-druck-example sh -c 'echo password >"$0/config.php"' "$other/www")
	check "a customer can link to another site" customer "ln -s $other/www/config.php /www/steal"
	refuse "and gets nothing by it" as bakery-example cat "$site/www/steal"
	is "the web server would: that is why it follows no link to what another one owns" \
		"$(as www-data cat "$site/www/steal") $(stat -c %U "$site/www/steal") $(stat -Lc %U "$site/www/steal")" \
		"password bakery-example mueller-druck-example"
	check "as its configuration says" grep -q 'disable_symlinks if_not_owner' nginx-site.conf
}

# /etc and the trees of the sites.
web_fingerprint() {
	machine_fingerprint "$1"
	sed -i -e '\| /root/|d' -e '\| /srv/www/.rehome-quarantine|d' "$1"
}

start_sshd
test_apply
test_www
test_logs
test_conf_and_tmp
test_links
check "all of it is taken back" rehome rollback -y "$(newest_run)"
check "what customers had is kept, for root alone" \
	test -e /srv/www/.rehome-quarantine/1/bakery-example/www/index.html
rm -r /srv/www
web_fingerprint /tmp/fp.after
same "the machine is what it was" /tmp/fp.before /tmp/fp.after
finish
