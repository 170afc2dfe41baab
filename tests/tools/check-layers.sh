#!/bin/sh
# check-layers.sh CHECKER - the checker finds each way to break the layers, at its line, and nothing
# in a tree that keeps them.
set -eu
checker=$1
. "$(dirname "$0")/../sandbox/tap.sh"

tree=$(mktemp -d)
mkdir -p "$tree/core/base" "$tree/core/model" "$tree/core/plan" "$tree/core/run" \
	"$tree/importers/ldap" "$tree/exporters" "$tree/cli"

# finds FILE WORD: the checker fails and names line 2 of the file, which has the line from stdin.
finds() {
	{
		echo '/* a file */'
		cat
	} >"$tree/$1"
	refuse "$1: $2 is found" "$checker" "$tree"
	said "$1: at its line" "$1:2: $2"
	rm "$tree/$1"
}

accepts() {
	cat >"$tree/$1"
	check "$1: $2" "$checker" "$tree"
	rm "$tree/$1"
}

includes() {
	finds "$1" "must not include \"$2\"" <<-END
		#include "$2"
	END
}

may_include() {
	accepts "$1" "may include $2" <<-END
		#include "$2"
	END
}

refuse "an empty tree is not in order" "$checker" "$tree"

includes core/base/a.c core/model/account.h
includes core/base/a.c diag.h
includes core/model/a.h core/plan/plan.h
includes core/model/a.c importers/csv.h
includes core/plan/a.c core/run/journal.h
includes core/run/a.c core/plan/planner.h
includes core/run/a.c cli/render.h
includes importers/a.c core/model/account.h
includes importers/a.c exporters/csv.h
includes importers/registry.c core/plan/plan.h
includes exporters/a.c core/model/importer.h
includes exporters/registry.c core/base/text.h
may_include core/plan/a.c core/plan/planner.h
may_include core/run/a.c core/plan/plan.h
may_include importers/registry.c importers/csv.h
may_include exporters/a.c core/model/exporter.h
may_include cli/a.c core/run/journal.h

finds core/run/a.c 'must not include <archive.h>' <<-'END'
	#include <archive.h>
END
accepts core/run/archive_write.c "may use libarchive" <<-'END'
	#include <archive.h>
END
finds importers/ldap/entry.c 'must not include <ldap.h>' <<-'END'
	#include <ldap.h>
END
accepts importers/ldap/directory_bind.c "may use libldap" <<-'END'
	#include <ldap.h>
END

finds core/plan/a.c printf <<-'END'
	static void show(void) { printf("x"); }
END
finds core/run/a.c stderr <<-'END'
	static void show(void) { fprintf(stderr, "x"); }
END
finds importers/a.c exit <<-'END'
	static void stop(void) { exit (1); }
END
accepts cli/a.c "may print and exit" <<-'END'
	static void stop(void) { puts("x"); exit(1); }
END

finds core/run/a.c renameat2 <<-'END'
	static int move(void) { return renameat2(1, "a", 1, "b", 0); }
END
finds cli/a.c O_CREAT <<-'END'
	static int make(void) { return open("a", O_RDONLY | O_CREAT, 0600); }
END
finds cli/a.c dlopen <<-'END'
	static void *load(void) { return dlopen("a.so", RTLD_NOW); }
END
finds core/model/a.c 'fopen for "w"' <<-'END'
	static FILE *make(void) { return fopen("a", "w"); }
END
accepts core/base/host_files.c "may change the machine" <<-'END'
	static int move(void) { return renameat2(1, "a", 1, "b", O_WRONLY); }
END
accepts core/run/a.c "comments, literals, members and longer names are no calls" <<-'END'
	/* exit(1) and "printf(" in a comment */ // mkdir("x")
	static const char *quote = "\" exit(1)", c = '"';
	static bool undo(void) { return step->rename(step) && ops.link(ops) && my_mkdir(c); }
	static FILE *read(void) { return snprintf(text, 9, "w"), fopen("w", "r"); }
END

rm -r "$tree"
finish
