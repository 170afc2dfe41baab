#!/usr/bin/env bash
# ldap.sh [ENTRIES] - the listing of a directory beside `ldapsearch -E pr=1000/noprompt -LLL` of the
# same entries, attributes and server: 100,000 people in slapd, over ldap://127.0.0.1, output thrown
# away.
#
# "listing" is the importer's connection alone (ldap_listing.c), "inspect" all of `rehome inspect`.
# They take turns with ldapsearch, so that a busy machine slows all; printed are the medians of
# RUNS, and the most memory that each had at any time. Ratios above 1 are in rehome's favour.
#
# Needs slapd, ldapsearch and python3; no root. Environment: BUILD (a release build, default
# build), RUNS (default 5), PORT (default 3890), PAGE (entries a page, default 1000).
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(cd "${BUILD:-build}" && pwd)
runs=${RUNS:-5}
entries=${1:-100000}
page=${PAGE:-1000}
uri=ldap://127.0.0.1:${PORT:-3890}
base=dc=example,dc=org
filter='(objectClass=posixAccount)'
attributes=(uid cn givenName sn mail uidNumber gidNumber homeDirectory loginShell entryUUID memberOf)
meson compile -C "$build" bench-ldap-listing >/dev/null
work=$(mktemp -d /tmp/rehome-bench.XXXXXX)
trap 'stop; rm -rf "$work"' EXIT

stop() {
	[ ! -e "$work/pid" ] || kill "$(cat "$work/pid")"
}

people() {
	python3 - "$entries" <<-'END'
		import sys
		print('dn: dc=example,dc=org\nobjectClass: dcObject\nobjectClass: organization\no: Example\n'
		      'dc: example\n\ndn: ou=people,dc=example,dc=org\nobjectClass: organizationalUnit\n'
		      'ou: people\n')
		for i in range(int(sys.argv[1])):
		    print(f'''dn: uid=user{i:06},ou=people,dc=example,dc=org
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
		departmentNumber: {i % 37}
		''')
	END
}

serve() {
	mkdir "$work/db"
	cat >"$work/slapd.conf" <<-END
		include /etc/ldap/schema/core.schema
		include /etc/ldap/schema/cosine.schema
		include /etc/ldap/schema/nis.schema
		include /etc/ldap/schema/inetorgperson.schema
		modulepath /usr/lib/ldap
		moduleload back_mdb
		pidfile $work/pid
		sizelimit unlimited
		database mdb
		maxsize 4294967296
		suffix $base
		directory $work/db
		index objectClass eq
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

# measure COMMAND [ARG]...: seconds and KiB at the most.
measure() {
	python3 -c 'import os, sys, time
start = time.monotonic()
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ,
    file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
_, status, usage = os.wait4(pid, 0)
print("%.3f %d" % (time.monotonic() - start, usage.ru_maxrss))
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

serve
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
