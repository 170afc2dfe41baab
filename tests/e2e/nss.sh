#!/bin/sh
# nss.sh - people whom another user database has (libnss-extrausers stands for sssd and winbind): a
# jail at their home, keys and groups, and not one byte in passwd or shadow; behind the real sshd.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$sandbox_dir/../e2e/people.sh"

find /lib/ /usr/lib/ -name 'libnss_extrausers.so.2' | grep -q . || bail "no libnss-extrausers"

extra=/var/lib/extrausers
mkdir -p "$extra" /home/ext
cp /etc/nsswitch.conf /tmp/nsswitch.before
sed -i -E 's/^(passwd|group|shadow):.*/\1: files extrausers/' /etc/nsswitch.conf
anna_home=/home/ext/anna
password_hash=$(openssl passwd -6 "$matteo_password")
cat >"$extra/passwd" <<END
anna:x:70001:70000:Anna Vogel:$anna_home:/bin/bash
bert:x:70002:70000:Bert:/home/ext/bert:/usr/sbin/nologin
admin7:x:70003:70000:Admin:/home/ext/admin7:/bin/bash
END
printf 'staff-of-x:x:70000:\n' >"$extra/group"
printf 'anna:*:19000:0:99999:7:::\nbert:%s:19000:0:99999:7:::\nadmin7:*:19000:0:99999:7:::\n' \
	"$password_hash" >"$extra/shadow"
chmod 600 "$extra/shadow"
is "the name service knows her" "$(id -un 70001)" anna

cat >/root/c.yaml <<END
version: 1
sources:
  company: { importer: csv, file: /root/company.csv, account: nss }
layouts:
  default: { dirs: [ { path: pics, access: write }, { path: logs, access: read } ] }
  quiet: { dirs: [ { path: pics, access: write } ], profile: { read_only: yes } }
END
rehome_c() {
	rehome -c /root/c.yaml "$@"
}
new_key "$anna_key"
write_company() {
	{
		echo 'username,ssh_keys,groups,layout,state'
		printf '%s\n' "$@"
	} >/root/company.csv
}
anna_row="anna,$(cat "$anna_key.pub")"

# ---- what is refused ----

write_company "anna,,,default,active" "carl,,,default,active" "root,,,default,active" \
	"admin7,,,default,active"
mkdir -p /etc/sudoers.d
printf 'admin7 ALL=(ALL) ALL\n' >/etc/sudoers.d/admin7
mkdir -p "$anna_home"
chown 70001:70000 "$anna_home"
refuse "a plan that cannot be" rehome_c plan company
said "one who is nobody" "the name service knows no such account"
said "one of passwd" "the account is in /etc/passwd"
said "one who may become root" "named in sudoers"
said "a home that is lived in" "is not turned into a jail"
rm /etc/sudoers.d/admin7
rmdir "$anna_home"
start_sshd

# ---- made ----

write_company "$anna_row,press,default,active" "bert,,,quiet,active"
quick_fingerprint /tmp/print.before
cp /etc/passwd /tmp/passwd.before
cp /etc/shadow /tmp/shadow.before
check "a session of hers is open" sh -c '
	setsid setpriv --reuid 70001 --regid 70000 --clear-groups sleep 300 >/dev/null 2>&1 &
	sleep 0.2; pgrep -U 70001 >/dev/null'
check "both are jailed" rehome_c apply -y company
run=$(newest_run)
refuse "her session from before is over" pgrep -U 70001
check "passwd has the same bytes" cmp /etc/passwd /tmp/passwd.before
check "shadow has the same bytes" cmp /etc/shadow /tmp/shadow.before
is "her home is a jail" "$(stat -c '%U:%G %a' "$anna_home")" "root:root 755"
is "her folder is hers" "$(stat -c '%u:%G %a' "$anna_home/pics")" "70001:sftponly 755"
check "her groups are in /etc/group" sh -c "id -nG anna | tr ' ' '\n' | grep -qx press"
is "her key lets her in, jailed" "$(login_by_key anna "$anna_key")" jailed
check "she uploads" sftp_key anna "$anna_key" "$(batch 'put /etc/hostname pics/hers')"
is "his password lets him in, jailed" "$(login_by_password bert "$matteo_password")" jailed
refuse "his profile lets him write nothing" \
	sftp_password bert "$matteo_password" "$(batch 'put /etc/hostname pics/his')"
check "verify finds no fault" rehome_c verify
check "a session shows it" rehome_c verify --login anna
check "status names them" sh -c "\"$REHOME\" status anna --json | grep -q '\"account\": \"nss\"'"
check "the same source has nothing to say" \
	sh -c "\"$REHOME\" -c /root/c.yaml apply -y company | grep 'Nothing to do'"

# ---- changed ----

write_company "$anna_row,media,quiet,active" "bert,,,quiet,active"
check "she is moved" rehome_c apply -y company
refuse "she is out of the group" sh -c "id -nG anna | tr ' ' '\n' | grep -qx press"
refuse "and writes nothing" sftp_key anna "$anna_key" "$(batch 'put /etc/hostname pics/more')"
check "that is taken back" rehome_c rollback -y "$(newest_run)"
check "she writes again" sftp_key anna "$anna_key" "$(batch 'put /etc/hostname pics/more')"

# ---- leaves ----

write_company "$anna_row,press,default,left" "bert,,,quiet,active"
check "she leaves" rehome_c apply -y company
said "it says what it cannot do" "for as long as the directory allows that"
is "her key lets her in no more" "$(login_by_key anna "$anna_key")" refused
check "her jail stays" test -d "$anna_home/pics"
check "that is no fault" rehome_c verify
refuse "while the directory has her, she is not removed" rehome_c remove -y --now anna
write_company "$anna_row,press,default,active" "bert,,,quiet,active"
check "she is back" rehome_c apply -y company
is "her key lets her in" "$(login_by_key anna "$anna_key")" jailed

# ---- another number ----

sed -i 's/:70002:/:70012:/' "$extra/passwd"
refuse "a uid that changed there stops the plan" rehome_c plan company
said "it says so" "the name service says uid 70012 now"
refuse "verify finds it" rehome_c verify bert
sed -i 's/:70012:/:70002:/' "$extra/passwd"

# ---- taken back ----

rm "$anna_home/pics/hers" "$anna_home/pics/more"
check "everything is taken back" rehome_c rollback -y --with-later "$run"
quick_fingerprint /tmp/print.after
check "the machine is as it was" diff /tmp/print.before /tmp/print.after

# ---- gone from the directory ----

check "she is jailed again" rehome_c apply -y company
sed -i '/^anna/d' "$extra/passwd" "$extra/shadow"
check "she is disabled" rehome_c disable -y anna
check "and removed" rehome_c remove -y --now anna
refuse "no group names her" grep -q anna /etc/group
refuse "no key is left" test -e "$keys_dir/anna"
check "her home stays" test -d "$anna_home"

finish
