#!/bin/sh
# staged.sh - accounts that are made whole and stay closed until they are opened, behind the real
# sshd: neither a password nor a key opens them earlier, and a rollback closes them again.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$sandbox_dir/../e2e/people.sh"

start_sshd
write_people
account_bytes >/tmp/bytes.start
check "both are made, staged" rehome apply -y --stage "csv:$people"
is "his password does not let him in" "$(login_by_password matteo "$matteo_password")" refused
is "her key does not let her in" "$(login_by_key anna "$anna_key")" refused
is "both are closed in shadow" "$(shadow_field matteo 8) $(shadow_field anna 8)" "1 1"
check "status says that they are staged" \
	sh -c "[ \$(\"$REHOME\" status | grep -c 'staged since 20.*(run 1)') = 2 ]"
check "verify finds no fault in that" rehome verify
check "a session of theirs is not tried" rehome verify --login anna
said "it says why" "not logged in: it is staged"
check "the same source has nothing to say" \
	sh -c "\"$REHOME\" apply -y 'csv:$people' | grep 'Nothing to do'"

sed -i '1s/$/,expires/; /^matteo/s/$/,2052-02-20/; /^anna/s/$/,/' "$people"
check "a source changes what they are to get" rehome apply -y "csv:$people"
is "he stays closed" "$(login_by_password matteo "$matteo_password")" refused

# ---- not opened without a jail ----

usermod -d / anna
exits "whose home is elsewhere is not opened" 3 rehome activate -y anna
said "and told why" "the home is / now, and the jail is /home/anna"
usermod -d /home/anna anna
cat >/etc/ssh/sshd_config.d/10-foreign.conf <<-END
	Match User anna
		ChrootDirectory none
END
kill -HUP "$(cat /run/sshd.pid)"
exits "whom sshd would not jail is not opened" 3 rehome activate -y anna
said "and told why" "sshd has ChrootDirectory none, expected /home/anna"
rm /etc/ssh/sshd_config.d/10-foreign.conf
kill -HUP "$(cat /run/sshd.pid)"
wait_until 10 sshd_listens

# ---- opened ----

account_bytes >/tmp/bytes.staged
check "both are opened" rehome activate -y --all
activated=$(newest_run)
is "the history tells" "$(newest_run activated)" 2
is "his password lets him in" "$(login_by_password matteo "$matteo_password")" jailed
is "her key lets her in" "$(login_by_key anna "$anna_key")" jailed
is "he has the expiry that came meanwhile" "$(shadow_field matteo 8)" 30000
check "verify finds no fault" rehome verify --login anna matteo
check "opening twice does nothing" sh -c "\"$REHOME\" activate -y anna | grep 'Nothing to do'"

# ---- and taken back ----

start_tunnel
check "she is connected" wait_until 15 sh -c 'ps -o pid= -U anna | grep -q .'
check "opening is taken back" rehome rollback -y "$activated"
end_tunnel
is "nothing of hers runs" "$(ps -o pid= -U anna || :)" ""
is "his password lets him in no more" "$(login_by_password matteo "$matteo_password")" refused
is "nor does her key" "$(login_by_key anna "$anna_key")" refused
account_bytes >/tmp/bytes.now
check "the account files hold the same bytes" cmp /tmp/bytes.staged /tmp/bytes.now
check "one is opened alone" rehome activate -y anna
is "her key lets her in" "$(login_by_key anna "$anna_key")" jailed
is "his password still does not" "$(login_by_password matteo "$matteo_password")" refused

check "she is disabled" rehome disable -y anna
usermod -d / anna
refuse "that is not taken back while her home is elsewhere" rehome rollback -y "$(newest_run)"
said "which is told" "'anna' has the home / now, and its jail is /home/anna"
usermod -d /home/anna anna
gpasswd -d anna sftponly >/dev/null
refuse "nor while she is out of the group" rehome rollback -y "$(newest_run)"
said "which is told" "'anna' is not in the group 'sftponly' any more"
is "she stays closed" "$(login_by_key anna "$anna_key")" refused
gpasswd -a anna sftponly >/dev/null
check "everything is taken back" rehome rollback -y --with-later 1
account_bytes >/tmp/bytes.now
check "the account files are as they were" cmp /tmp/bytes.start /tmp/bytes.now

finish
