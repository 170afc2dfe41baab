#!/bin/sh
# schedule.sh - what the unit and the cron table start works, with no more rights than the unit
# leaves it: people join and leave behind the real sshd.
. "$(dirname "$0")/../sandbox/lib.sh"
. "$sandbox_dir/../e2e/people.sh"

build=${REHOME_BUILD_ROOT:-$(dirname "$REHOME")/..}
service=/etc/systemd/system/rehome-sync.service
timer=/etc/systemd/system/rehome-sync.timer
mkdir -p /etc/systemd/system
cp "$build/packaging/rehome-sync.service" "$service"
cp "$sandbox_dir/../../packaging/systemd/rehome-sync.timer" "$timer"

# setting NAME: its values in the unit, all lines of it.
setting() {
	sed -n "s/^$1=//p" "$service"
}

start=$(setting ExecStart)
program=${start%% *}
mkdir -p "$(dirname "$program")"
cp "$REHOME" "$program"

# ---- the units ----

if command -v systemd-analyze >/dev/null; then
	check "systemd takes service and timer" systemd-analyze verify "$service" "$timer"
	is "and finds nothing to say" "$(cat "$tap_output")" ""
	check "the service has what rights it needs and few others" \
		systemd-analyze security --offline=yes --threshold=56 "$service"
else
	skip "systemd takes service and timer" "there is no systemd-analyze"
fi
own_view='Private|ProtectSystem|ProtectHome|ProtectProc|ProcSubset|ProtectKernel|ProtectControlGroups'
own_view="$own_view|ProtectHostname|ReadOnlyPaths|ReadWritePaths|InaccessiblePaths|ExecPaths|NoExecPaths"
own_view="$own_view|TemporaryFileSystem|BindPaths|BindReadOnlyPaths|Root|Mount|Extension|DynamicUser"
own_view="$own_view|LogNamespace|JoinsNamespaceOf|NetworkNamespacePath|IPCNamespacePath|StateDirectory"
refuse "nothing gives it a mount namespace of its own" grep -E "^($own_view)" "$service"

# ---- as the service has it ----

sheet=/root/hr.csv
mkdir -p /etc/rehome
cat >/etc/rehome/rehome.yaml <<-END
	version: 1
	sources: { hr: { importer: csv, file: $sheet } }
	layouts: { team: { dirs: [ { path: pics }, { path: shared, mode: "2770" } ] } }
	policy:
	  uid_range: 30000-39999
	  leavers: { sources: [hr], action: archive, grace: { archive: 0d, remove: 0d }, max_percent: 50 }
	  limits: { retire: { max_percent: 50 }, remove: { max_percent: 50 } }
END
[ -e "$anna_key" ] || new_key "$anna_key"

# list LOGIN...
list() {
	{
		echo "login,id,layout,ssh_keys"
		for login; do
			echo "$login,no-$login,team,$(cat "$anna_key.pub")"
		done
	} >"$sheet"
	chmod 600 "$sheet"
}

bounding=-all
for capability in $(setting CapabilityBoundingSet); do
	bounding="$bounding,+$(echo "${capability#CAP_}" | tr '[:upper:]' '[:lower:]')"
done

# as_service COMMAND [ARG]... A leak checker cannot look at what is traced.
as_service() {
	env -i PATH="$PATH" ASAN_OPTIONS=detect_leaks=0:abort_on_error=1 setpriv --bounding-set "$bounding" --inh-caps=-all --no-new-privs \
		sh -c 'umask 0077; exec "$@"' sh "$@"
}

# sync_as_service: the command of the unit; what it calls the kernel for is noted.
calls=/tmp/calls
sync_as_service() {
	sync_status=0
	# shellcheck disable=SC2086
	as_service strace -f -qq -o "$calls.now" $start || sync_status=$?
	cat "$calls.now" >>"$calls"
	return "$sync_status"
}

start_sshd
# shellcheck disable=SC2086
is "the command of the unit is what runs" "$start" "$program --no-input sync"
list ada ben cas
check "people join" sync_as_service
unsaid "sshd could be asked in its private view" "Not checked"
is "ada is in" "$(login_by_key ada "$anna_key")" jailed
is "a folder of a group is one" "$(stat -c %a /home/ada/shared)" 2770
setpriv --reuid cas --regid cas --clear-groups sleep 300 &
working=$!
install -o cas -m 600 /etc/hostname /home/cas/pics/private
list ada ben
check "one leaves" sync_as_service
is "cas is out" "$(login_by_key cas "$anna_key")" refused
check "what he had running has ended" wait_until 5 process_is_gone "$working"
is "ada is in still" "$(login_by_key ada "$anna_key")" jailed
check "with archive" sync_as_service
check "and without account" sync_as_service
refuse "cas is gone" getent passwd cas
check "what is left is in order" "$program" verify
check "then there is nothing to do" sync_as_service
said "and it is said" "Nothing to do"

# ---- cron ----

table=$build/packaging/rehome-sync.cron
line=$(sed -n 's/^17 .* root  *//p' "$table")
is "cron's command" "$line" "$program --no-input --quiet sync"
# shellcheck disable=SC2086
check "it works" env -i PATH=/usr/bin:/bin sh -c "$line"
is "and says nothing when there is nothing" "$(cat "$tap_output")" ""

# ---- a directory ----

if [ -e "$importers_dir/ldap.so" ]; then
	. "$sandbox_dir/../e2e/slapd.sh"
	slapd_prepare
	slapd_start
	slapd_add <"$sandbox_dir/../../samples/directory/directory.ldif"
	cp "$sandbox_dir/../../samples/directory/rehome.yaml" /etc/rehome
	cp "$slapd_ca" /etc/rehome/company-ca.crt
	(umask 077 && echo "$slapd_service_password" >/etc/rehome/company.pass)
	check "a directory is followed through TLS" sync_as_service
	check "its people are there" "$program" status uwe
	check "and once more" sync_as_service
	said "with nothing to do" "Nothing to do"
	slapd_stop
else
	skip "a directory is followed through TLS" "this build has no importer of directories"
fi

# ---- the system calls that the unit lets through ----

# members @SET: the calls in it, those of sets in it among them.
members() {
	systemd-analyze --no-pager syscall-filter "$1" </dev/null | sed -n 's/^    \([@a-z0-9_-]*\)$/\1/p' |
		while read -r member; do
			case $member in
			@*) members "$member" ;;
			*) echo "$member" ;;
			esac
		done
}

if command -v systemd-analyze >/dev/null; then
	for set in $(setting SystemCallFilter); do
		members "$set"
	done | sort -u >/tmp/calls.let
	sed -n 's/^[0-9]* *\([a-z][a-z0-9_]*\)(.*/\1/p' "$calls" | sort -u >/tmp/calls.made
	check "calls were noted" grep -qx renameat2 /tmp/calls.made
	is "every system call is let through" "$(comm -23 /tmp/calls.made /tmp/calls.let)" ""
else
	skip "every system call is let through" "there is no systemd-analyze"
fi
grep -o 'socket(AF_[A-Z0-9]*' "$calls" | sed 's/.*(//' | sort -u >/tmp/families.made
setting RestrictAddressFamilies | tr ' ' '\n' | sort >/tmp/families.let
is "every kind of socket is let through" "$(comm -23 /tmp/families.made /tmp/families.let)" ""
is "nothing is mapped to be written and run" \
	"$(grep -E 'PROT_WRITE\|PROT_EXEC|PROT_EXEC\|PROT_WRITE' "$calls" | head -3)" ""
finish
