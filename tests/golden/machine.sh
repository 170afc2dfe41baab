# shellcheck shell=sh
# machine.sh - a small machine below a directory, and what a golden case does with it. Sourced by
# run, in the case's copy.

# make_machine DIR: Debian's accounts in miniature, one person, one sshd configuration.
make_machine() {
	mkdir -p "$1/etc/ssh/sshd_config.d" "$1/home/lena" "$1/var/lib" "$1/root"
	chmod 700 "$1/root"
	chown 1000:1000 "$1/home/lena"
	cat >"$1/etc/passwd" <<-'END'
		root:x:0:0:root:/root:/bin/bash
		daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
		lena:x:1000:1000:Lena,,,:/home/lena:/bin/bash
	END
	cat >"$1/etc/group" <<-'END'
		root:x:0:
		daemon:x:1:
		sudo:x:27:lena
		lena:x:1000:
	END
	cat >"$1/etc/shadow" <<-'END'
		root:*:19000:0:99999:7:::
		daemon:*:19000:0:99999:7:::
		lena:!:19000:0:99999:7:::
	END
	cat >"$1/etc/gshadow" <<-'END'
		root:*::
		daemon:*::
		sudo:*::lena
		lena:!::
	END
	chmod 640 "$1/etc/shadow" "$1/etc/gshadow"
	cat >"$1/etc/ssh/sshd_config" <<-'END'
		Include /etc/ssh/sshd_config.d/*.conf
		UsePAM yes
		Subsystem sftp /usr/lib/openssh/sftp-server
	END
}

rehome() {
	"$REHOME" --root "$PWD/root" "$@"
}

# step COMMAND...: shown with its outputs and its exit status.
step() {
	echo "\$ $*"
	step_status=0
	"$@" </dev/null 2>.stderr || step_status=$?
	sed 's/^/2> /' .stderr
	rm .stderr
	[ "$step_status" = 0 ] || echo "exit $step_status"
	echo
}

# on_terminal ANSWER COMMAND: the command, given as one word, asked on a terminal and answered.
on_terminal() {
	echo "\$ $2"
	step_status=0
	printf '%s\n' "$1" | script -qe -E never -c "\"$REHOME\" --root \"$PWD/root\" ${2#rehome }" /dev/null \
		>.terminal 2>&1 || step_status=$?
	tr -d '\r' <.terminal
	rm .terminal
	[ "$step_status" = 0 ] || echo "exit $step_status"
	echo
}

# tree: everything below the machine's root but rehome's state, with type, mode and owner.
tree() {
	find root -path root/var/lib/rehome -prune -o -printf '%y %m %U:%G /%P\n' | LC_ALL=C sort -k 4
}

# accounts: the lines of the account files that are not the machine's own; no dates.
accounts() {
	for accounts_file in passwd group shadow gshadow; do
		grep -Ev '^(root|daemon|sudo|lena):' "root/etc/$accounts_file" |
			sed -E -e 's/:[0-9]{5}:0:99999:7:/:DAY:0:99999:7:/' -e "s/^/$accounts_file /" || :
	done
}

# fingerprint: the account files and the tree as one checksum, for "as it was".
fingerprint() {
	{
		tree | grep -v ' /etc/\.pwd\.lock$'
		cat root/etc/passwd root/etc/group root/etc/shadow root/etc/gshadow
	} | sha256sum
}
