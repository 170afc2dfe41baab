#!/usr/bin/env bash
# ldap.sh [--sync] [ENTRIES] - what it costs to follow a directory of 100,000 people: a real slapd,
# over ldap://127.0.0.1.
#
# Without --sync, the listing beside `ldapsearch -E pr=1000/noprompt -LLL` of the same entries,
# attributes and server, output thrown away. "listing" is the importer's connection alone (ldap_listing.c), "inspect" all of `rehome inspect`.
# They take turns with ldapsearch, so that a busy machine slows all; printed are the medians of
# RUNS, and the most memory that each had at any time. Ratios above 1 are in rehome's favour.
#
# With --sync, all that follows from it, once: inspect, plan, the sync that makes everybody's jail
# below a --root on a loop-mounted ext4, a plan and a sync with nothing to do, and one with a hundredth
# of the people renamed or gone. Each person has a key and no password, and is in one of 100 groups,
# which give a layout of two folders. Beside it ldapsearch of all that is asked for.
#
# Needs slapd, ldapsearch and python3; --sync also root. Environment: BUILD (a release build,
# default build), RUNS (default 5), PORT (default 3890), PAGE (entries a page, default 1000).
set -euo pipefail
cd "$(dirname "$0")/.."
stage=listing
if [ "${1:-}" = --sync ]; then
	stage=sync
	shift
fi
build=$(cd "${BUILD:-build}" && pwd)
runs=${RUNS:-5}
entries=${1:-100000}
page=${PAGE:-1000}
uri=ldap://127.0.0.1:${PORT:-3890}
base=dc=example,dc=org
filter='(objectClass=posixAccount)'
attributes=(uid cn givenName sn mail uidNumber gidNumber homeDirectory loginShell entryUUID memberOf)
meson compile -C "$build" bench-ldap-listing rehome >/dev/null
work=$(mktemp -d /var/tmp/rehome-bench.XXXXXX)
trap 'stop; rm -rf "$work"' EXIT

stop() {
	[ ! -e "$work/pid" ] || kill "$(cat "$work/pid")"
	umount "$work/fs" 2>/dev/null || :
}

people() {
	python3 - "$entries" "$stage" <<-'END'
		import base64, hashlib, sys
		entries = int(sys.argv[1])
		keys = sys.argv[2] == 'sync'
		extra_class = '\nobjectClass: ldapPublicKey' if keys else ''
		def key(i):
		    blob = b'\0\0\0\x0bssh-ed25519\0\0\0 ' + hashlib.sha256(b'%d' % i).digest()
		    return base64.b64encode(blob).decode()
		print('dn: dc=example,dc=org\nobjectClass: dcObject\nobjectClass: organization\no: Example\n'
		      'dc: example\n\ndn: ou=people,dc=example,dc=org\nobjectClass: organizationalUnit\n'
		      'ou: people\n')
		for i in range(entries):
		    print(f'''dn: uid=user{i:06},ou=people,dc=example,dc=org{extra_class}
		objectClass: inetOrgPerson
		objectClass: posixAccount
		uid: user{i:06}
		cn: Given{i} Surname{i}
		givenName: Given{i}
		sn: Surname{i}
		mail: user{i:06}@example.org
		uidNumber: {100000 + i}
		gidNumber: {100000 + i}
		homeDirectory: /home/user{i:06}
		loginShell: /bin/bash
		telephoneNumber: +49 30 {i:07}
		departmentNumber: {i % 37}''')
		    if keys:
		        print(f'sshPublicKey: ssh-ed25519 {key(i)} user{i:06}')
		    print()
		for group in range(100 if keys else 0):
		    print(f'dn: cn=group{group:02},dc=example,dc=org\nobjectClass: groupOfNames\ncn: group{group:02}')
		    for i in range(group, entries, 100):
		        print(f'member: uid=user{i:06},ou=people,dc=example,dc=org')
		    print()
	END
}

serve() {
	mkdir "$work/db"
	cat >"$work/slapd.conf" <<-END
		include /etc/ldap/schema/core.schema
		include /etc/ldap/schema/cosine.schema
		include /etc/ldap/schema/nis.schema
		include /etc/ldap/schema/inetorgperson.schema
		include $PWD/samples/directory/keys.schema
		modulepath /usr/lib/ldap
		moduleload back_mdb
		pidfile $work/pid
		sizelimit unlimited
		database mdb
		maxsize 4294967296
		suffix $base
		directory $work/db
		rootdn cn=root,$base
		rootpw root
		index objectClass,uid,member,memberUid,entryUUID eq
	END
	people | slapadd -q -f "$work/slapd.conf"
	slapd -f "$work/slapd.conf" -h "$uri"
	for ((i = 0; i < 100; i++)); do
		ldapsearch -x -H "$uri" -s base -b '' 1.1 >/dev/null 2>&1 && return
		sleep 0.1
	done
	echo "bench: slapd does not answer" >&2
	exit 1
}

# measure COMMAND [ARG]...: seconds, KiB at the most, and seconds of a processor.
measure() {
	python3 -c 'import os, sys, time
start = time.monotonic()
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ,
    file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
_, status, usage = os.wait4(pid, 0)
print("%.3f %d %.3f" % (time.monotonic() - start, usage.ru_maxrss,
    usage.ru_utime + usage.ru_stime))
sys.exit(os.waitstatus_to_exitcode(status))' "$@"
}

theirs() {
	measure ldapsearch -x -H "$uri" -b "$base" -E "pr=$page/noprompt" -LLL "$filter" \
		"${attributes[@]}"
}

listing() {
	measure "$build/bench/bench-ldap-listing" "$uri" "$base" "$filter" starttls=no \
		"page_size=$page" -- "${attributes[@]}"
}

inspect() {
	measure "$build/cli/rehome" --importers-dir "$build/importers/ldap" inspect \
		"ldap:$uri" --set "base=$base" --set starttls=no --set "page_size=$page" --json
}

median() {
	sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

show() {
	awk -v name="$1" -v seconds="$(median "$work/$1")" -v theirs="$(median "$work/theirs")" \
		-v memory="$(awk '$2 > m { m = $2 } END { print m }' "$work/$1")" \
		-v entries="$entries" 'BEGIN { printf "%-12s %8.2f %12.0f %10.1f %8.2f\n", name,
			seconds, entries / seconds, memory / 1024, theirs / seconds }'
}

beside_ldapsearch() {
	theirs >/dev/null
	for ((run = 0; run < runs; run++)); do
		theirs >>"$work/theirs"
		listing >>"$work/listing"
		inspect >>"$work/inspect"
	done
	printf '%-12s %8s %12s %10s %8s\n' "" seconds entries/s "peak MiB" ratio
	show theirs
	show listing
	show inspect
}

# ---- --sync ----

make_root() {
	truncate -s 16G "$work/image"
	mkfs.ext4 -q -N 2000000 "$work/image"
	mkdir "$work/fs"
	mount -o loop "$work/image" "$work/fs"
	root=$work/fs/root
	mkdir -p "$root/etc/ssh/sshd_config.d" "$root/home" "$root/root"
	printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
	printf 'root:*:20000:0:99999:7:::\n' >"$root/etc/shadow"
	printf 'root:x:0:\n' >"$root/etc/group"
	printf 'root:*::\n' >"$root/etc/gshadow"
	chmod 0640 "$root/etc/shadow" "$root/etc/gshadow"
	cat >"$work/rehome.yaml" <<-END
		version: 1
		sources:
		  company:
		    importer: ldap
		    uri: $uri
		    starttls: no
		    base: ou=people,$base
		    groups_base: $base
		    page_size: $page
		    map:
		      layout: { from: group_name, table: { group00: media, "*": plain } }
		layouts:
		  media: { dirs: [ { path: pics }, { path: logs, access: read } ] }
		  plain: { dirs: [ { path: files }, { path: logs, access: read } ] }
		policy:
		  uid_range: 100000-999999
		  leavers: { sources: [company], max_count: 1000000 }
		  limits: { rename: { max_count: 1000000 } }
	END
}

# job NAME COMMAND [ARG]...: a row of the table.
job() {
	local name=$1 figures
	shift
	figures=$(measure "$build/cli/rehome" --importers-dir "$build/importers/ldap" \
		--root "$root" -c "$work/rehome.yaml" "$@" 2>"$work/errors") || {
		tail -n 20 "$work/errors" >&2
		exit 1
	}
	row "$name" $figures
}

# row NAME SECONDS KIB PROCESSOR
row() {
	awk -v name="$1" -v seconds="$2" -v memory="$3" -v processor="$4" -v entries="$entries" 'BEGIN {
		printf "%-26s %8.2f %10.2f %10.1f %12.2f\n", name, seconds, processor, memory / 1024,
			memory / entries }'
}

# A hundredth of the people: half gets another name, half goes.
change_people() {
	for ((i = 0; i < entries; i += 200)); do
		printf 'dn: uid=user%06d,ou=people,%s\nchangetype: modrdn\nnewrdn: uid=renamed%06d\n' "$i" "$base" "$i"
		printf 'deleteoldrdn: 1\n\n'
		printf 'dn: uid=user%06d,ou=people,%s\nchangetype: delete\n\n' $((i + 1)) "$base"
	done | ldapmodify -x -H "$uri" -D "cn=root,$base" -w root >/dev/null
}

whole_job() {
	[ "$(id -u)" = 0 ] || {
		echo "bench: --sync needs root" >&2
		exit 77
	}
	make_root
	attributes+=(sshPublicKey)
	printf '%-26s %8s %10s %10s %12s\n' "" seconds processor "peak MiB" "KiB/person"
	row "ldapsearch" $(theirs)
	job "inspect" inspect company
	job "plan, everybody is new" plan company
	job "sync, everybody is new" sync company
	job "plan, nothing to do" plan company
	job "sync, nothing to do" sync company
	change_people
	job "sync, a hundredth changes" sync company
}

serve
if [ "$stage" = sync ]; then
	whole_job
else
	beside_ldapsearch
fi
