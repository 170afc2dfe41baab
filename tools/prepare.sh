#!/bin/sh
# prepare.sh SECTION... - install what these sections of deps-debian.txt name and is missing.
#
# Uses no network when nothing is missing. Asks no questions. Starts no daemon: the tests run the
# server's program on their private machine, so it is not enabled on this one either.
set -eu
# shellcheck source=tools/packages.sh
. "$(dirname "$0")/packages.sh"

is_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing_packages() {
	for package in $(wanted "$@"); do
		is_installed "$package" || printf '%s ' "$package"
	done
}

install_missing() {
	# The lists of a new machine are empty, those of an old one out of date.
	# shellcheck disable=SC2086
	apt_install $missing || {
		as_root apt-get -q update
		apt_install $missing
	}
}

apt_install() {
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -q -y --no-install-recommends install "$@" </dev/null
}

# Debian starts a daemon when it is installed, unless this program says no.
policy=/usr/sbin/policy-rc.d

forbid_daemons() {
	if [ ! -e "$policy" ]; then
		as_root sh -c "printf '#!/bin/sh\nexit 101\n' >$policy && chmod 0755 $policy"
		trap 'as_root rm -f "$policy"' EXIT
		trap 'exit 1' INT TERM
	fi
}

# disable_daemon PACKAGE SERVICE: when the package is one of those that are new here.
disable_daemon() {
	case " $missing " in
	*" $1 "*) ;;
	*) return 0 ;;
	esac
	if [ -d /run/systemd/system ]; then
		as_root systemctl --quiet disable "$2"
		echo "prepare: $1 was installed for the tests; its service is disabled"
	fi
}

if ! command -v dpkg-query >/dev/null; then
	echo "prepare: this is not Debian; see $list for what is needed" >&2
	exit 0
fi
missing=$(missing_packages "$@")
[ -n "$missing" ] || exit 0

echo "prepare: installing $missing"
case " $missing " in
*" openssh-server "* | *" slapd "* | *" vsftpd "*)
	forbid_daemons
	install_missing
	disable_daemon openssh-server ssh.service
	disable_daemon vsftpd vsftpd.service
	disable_daemon slapd slapd.service
	;;
*)
	install_missing
	;;
esac
