#!/bin/sh
# long.sh [COUNT [FROM]] - all setups, then COUNT (100) random machines of each kind; hours if you
# like. Prints what differs, and the figures at the end. Status 1 when anything did.
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
count=${1:-100} from=${2:-1}
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT

# figures NAME FILE: one line, and the differences with what explains them.
figures() {
	printf '%-32s %6d logins, %d differences\n' "$1" "$(grep -c '^ok ' "$2" || :)" \
		"$(grep -c -E '^(not ok|Bail out)' "$2" || :)"
	awk '/^(not ok|Bail)/ { show = 1 } /^ok/ { show = 0 } show' "$2"
}

for kind in vsftpd proftpd pureftpd; do
	"$here/run" --all "$kind" >"$found/$kind.tap" || :
	figures "$kind setups" "$found/$kind.tap"
	"$here/random" "$kind" "$from" "$count" >"$found/random-$kind.tap" || :
	figures "$count random $kind machines" "$found/random-$kind.tap"
done

logins=$(cat "$found"/*.tap | grep -c '^ok ' || :)
wrong=$(cat "$found"/*.tap | grep -c -E '^(not ok|Bail out)' || :)
echo "$logins logins as the server did, $wrong not"
[ "$wrong" = 0 ]
