#!/bin/sh
# contents.sh - people of an old machine get new homes that begin with what they had there: a copy
# with owners mapped, checked and taken back; the old side is never changed.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$(dirname "$0")/people.sh"

config=/root/rehome.yaml
old=/mnt/old
secret='Kupfer-Anker-72-Linde'
anna=$old/srv/homes/anna

rehome() {
	"$REHOME" -c "$config" "$@"
}

# facts DIR: everything about a tree but times of access, times of directories, and the top's name.
facts() {
	(
		cd "$1"
		find . -type d -exec stat -c '%n %F %a %u:%g' {} + | sort
		find . ! -type d -exec stat -c '%n %F %a %u:%g %h %s %Y' {} + | sort
		find . -type f -exec sha256sum {} + | sort
		find . -type l -printf '%p -> %l\n' | sort
	)
}

make_old_machine() {
	mkdir -p "$old/etc" "$anna/docs/deep" "$anna/pics" "$anna/.ssh" "$old/srv/homes/bert/www"
	hash=$(openssl passwd -6 "$secret")
	cat >"$old/etc/passwd" <<-PASSWD
		root:x:0:0:root:/root:/bin/bash
		anna:x:1002:1002:Anna Alm:/srv/homes/anna:/bin/bash
		bert:x:1003:1002:Bert:/srv/homes/bert:/bin/bash
	PASSWD
	printf 'anna:%s:19000:0:99999:7:::\nbert:%s:19000:0:99999:7:::\n' "$hash" "$hash" \
		>"$old/etc/shadow"
	printf 'root:x:0:\nusers:x:1002:\n' >"$old/etc/group"
	echo letter >"$anna/docs/letter"
	echo deep >"$anna/docs/deep/x"
	echo loose >"$anna/notes.txt"
	echo web >"$anna/pics/web.jpg"
	echo admin >"$anna/pics/admin.txt"
	printf '#!/bin/sh\n' >"$anna/docs/tool"
	ln "$anna/docs/letter" "$anna/pics/same"
	ln -s /srv/homes/anna/docs/letter "$anna/pics/full"
	ln -s ../docs/letter "$anna/pics/relative"
	truncate -s 8M "$anna/docs/holes"
	chown -R 1002:1002 "$anna"
	chown 33:33 "$anna/pics/web.jpg"
	chown 0:0 "$anna/pics/admin.txt" "$anna/docs/tool"
	chmod 4755 "$anna/docs/tool"
	chmod 640 "$anna/docs/letter"
	setfattr -n user.origin -v scanner "$anna/docs/letter"
	echo site >"$old/srv/homes/bert/www/index.html"
	chown -R 1003:1002 "$old/srv/homes/bert"
	touch -d '2020-02-02 02:02:02' "$anna/docs/letter" "$anna/docs"
}

write_config() {
	(
		umask 077
		cat >"$config" <<-YAML
			version: 1
			layouts:
			  default:
			    dirs: [ { path: incoming } ]
			policy:
			  adoption: { links: rewrite }
		YAML
	)
}

# ---- cases ----

test_plan() {
	make_old_machine
	write_config
	facts "$old" >/tmp/old.before
	exits "the plan" 2 rehome plan passwd:$old --detailed-exitcode -v
	said "says what is in the new home" "2 folders, "
	said "and whose it will be" "root's stays root's, all else becomes anna's"
	said "and that a link is rewritten" "by its full path, rewritten"
}

test_apply() {
	quick_fingerprint /tmp/fp.before
	check "it is applied" rehome apply -y passwd:$old
	check "every account is as promised" rehome verify
	is "the old side is as it was" "$(facts "$old" | diff /tmp/old.before -)" ""
	check "nothing is left aside" sh -c '! ls -d /home/.rehome-*'
}

test_contents() {
	home=/home/anna uid=$(id -u anna)
	is "the jail is root's" "$(stat -c '%u:%g %a' $home)" "0:0 755"
	is "folders of the old home are folders of the jail" \
		"$(cd $home && echo *)" "docs files incoming pics"
	is "loose files are in the loose folder" "$(cat $home/files/notes.txt)" loose
	is "a file is the user's, with its mode and time" \
		"$(stat -c '%u %a %Y' $home/docs/letter)" "$uid 640 $(stat -c %Y "$anna/docs/letter")"
	is "what was somebody else's is the user's" "$(stat -c %u $home/pics/web.jpg)" "$uid"
	is "what was root's is root's" "$(stat -c %u:%g $home/pics/admin.txt)" 0:0
	is "no set-ID bit comes along" "$(stat -c %a $home/docs/tool)" 755
	is "hard links are kept" "$(stat -c %i $home/pics/same)" "$(stat -c %i $home/docs/letter)"
	is "attributes too" "$(getfattr --absolute-names --only-values -n user.origin $home/docs/letter)" scanner
	is "and holes" "$(stat -c %b $home/docs/holes)" 0
	is "a link by the full path leads to the same" "$(readlink $home/pics/full)" ../docs/letter
	is "another account has its own" "$(cat /home/bert/www/index.html)" site
}

test_login() {
	with_password sftp anna "$secret" -b "$(batch 'get docs/letter /tmp/got' \
		'put /tmp/got incoming/up' 'put /tmp/got pics/up')" 127.0.0.1 >/tmp/out 2>&1 || :
	is "the old password opens the new home" "$(cat /tmp/got)" letter
	is "and its folders take files" "$(cat /home/anna/incoming/up /home/anna/pics/up)" \
		"letter
letter"
	rm /home/anna/incoming/up /home/anna/pics/up
}

# A run that is stopped has not worked for nothing.
test_stopped() {
	mknod "$anna/zero" c 1 5
	exits "what cannot be copied stops the run" 1 rehome apply -y passwd:$old
	said "by name" "$anna/zero"
	check "nobody is there" sh -c '! getent passwd anna'
	check "and no home" sh -c '! ls -d /home/anna'
	partial=$(echo /home/.rehome-partial/anna.*)
	is "what was copied is root's alone" "$(stat -c '%u %a' /home/.rehome-partial)" "0 700"
	inode_deep=$(find "$partial" -path '*deep/x' -printf '%i')
	check "the doctor knows of it" rehome doctor -v
	said "and says what it is for" "the next one goes on with them"
	rm "$anna/zero"
}

test_resumed() {
	is "the next run has not copied that again" "$(stat -c %i /home/anna/docs/deep/x)" "$inode_deep"
	check "and leaves nothing aside" sh -c '! ls -d /home/.rehome-partial'
}

# Work goes on at both places.
test_again() {
	exits "nothing changed, and nothing is to do" 0 rehome plan passwd:$old --detailed-exitcode
	echo "a second letter" >"$anna/docs/letter"
	chown 1002:1002 "$anna/docs/letter"
	echo more >"$anna/docs/more"
	mkdir -p "$anna/music/live" "$anna/empty"
	echo song >"$anna/music/live/song"
	chown -R 1002:1002 "$anna/music"
	echo "old side" >"$anna/pics/web.jpg"
	echo "new side" >/home/anna/pics/web.jpg
	echo "only here" >/home/anna/docs/deep/x
	echo "the same" | tee "$anna/notes.txt" >/home/anna/files/notes.txt
	rm "$anna/docs/holes"
	facts "$old" >/tmp/old.later
	facts /home/anna >/tmp/home.before

	exits "what changed there is to be carried over" 2 rehome plan passwd:$old --detailed-exitcode
	said "so many files" "4 new or changed files"
	said "and the one that changed on both sides is named" \
		"'pics/web.jpg' changed on both sides: the one here stays"
	check "it is applied" rehome apply -y passwd:$old
	is "a new file is there" "$(cat /home/anna/docs/more)" more
	is "a new folder, too, and the user's" \
		"$(cat /home/anna/music/live/song) $(stat -c %u /home/anna/music)" "song $(id -u anna)"
	is "a changed one is the newer" "$(cat /home/anna/docs/letter)" "a second letter"
	check "the older one is in quarantine" \
		sh -c 'cat /home/.rehome-quarantine/*/anna.*/docs/letter | grep -q letter'
	is "and no folder there that nothing is in" "$(find /home/.rehome-quarantine -empty)" ""
	is "a conflict is left alone" "$(cat /home/anna/pics/web.jpg)" "new side"
	is "and what changed here only" "$(cat /home/anna/docs/deep/x)" "only here"
	check "what is gone there stays here" test -e /home/anna/docs/holes
	check "every account is as promised" rehome verify
	is "the old side is as it was" "$(facts "$old" | diff /tmp/old.later -)" ""
	exits "once more, nothing is to do" 0 rehome plan passwd:$old --detailed-exitcode
	said "and the conflict is still named" "'pics/web.jpg' changed on both sides"

	cp -a $old $old.other
	exits "somebody of that name on another machine is not taken for the same" 3 \
		rehome plan passwd:$old.other
	said "with the reason" "began with a copy of $anna, and the source now has $old.other"
	rm -r $old.other

	check "that can be taken back" rehome rollback -y "$(newest_run)"
	is "then the home is what it was" "$(facts /home/anna | diff /tmp/home.before -)" ""
	check "with nothing left aside" sh -c '! ls -d /home/.rehome-*'
	exits "and it is to be carried over again" 2 rehome plan passwd:$old --detailed-exitcode
}

test_rollback() {
	touch /home/anna/docs/since
	exits "it is taken back" 0 rehome rollback -y 2
	said "and what was changed since is kept" "was changed since"
	check "in quarantine" test -e /home/.rehome-quarantine/2/anna/docs/since
	check "what was not is gone" sh -c '! ls -d /home/bert'
	is "the old side is as it was" "$(facts "$old" | diff /tmp/old.later -)" ""
}

test_overlap() {
	echo 'cleo:x:1004:1002::/srv/homes:/bin/bash' >>$old/etc/passwd
	sed "s/^anna/cleo/" $old/etc/shadow >>$old/etc/shadow.new
	cat $old/etc/shadow.new >>$old/etc/shadow
	sed -i "1a jail: { home: \"$old/srv/homes/new-\${username}\" }" "$config"
	exits "a home in the old directory is refused" 3 rehome plan passwd:$old --set users=cleo
	said "with the reason" "is to be filled from $old/srv/homes: one is in the other"
}

start_sshd
test_plan
test_stopped
test_apply
test_resumed
test_contents
test_login
test_again
test_rollback
test_overlap
finish
