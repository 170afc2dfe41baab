/*
 * config_fixture.h - what the tests of the configuration share: the design's example, a document
 * with every key away from its default, and diagnostics as text.
 */
#ifndef REHOME_TESTS_CONFIG_FIXTURE_H
#define REHOME_TESTS_CONFIG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/model/config.h"

#define FILE_NAME "rehome.yaml"

static const char design_example[] =
	"version: 1\n"
	"sources:\n"
	"  partners:\n"
	"    importer: csv\n"
	"    file: /root/partners.csv            # '-' is stdin\n"
	"    encoding: auto                      # BOM, else UTF-8 if valid\n"
	"    delimiter: auto                     # , ; tab, judged on the header\n"
	"    map:\n"
	"      key:       ${id}\n"
	"      username:  [ \"${login}\", \"${first|left(1)}${last}\" ]\n"
	"      full_name: ${first} ${last}\n"
	"      groups:    { from: dept, split: \"/\" }\n"
	"      layout:    { from: dept, table: { Press: media, \"*\": plain } }\n"
	"      expires:   { from: end_date, date: \"%d.%m.%Y\" }\n"
	"      ssh_keys:  ${pubkey}\n"
	"    username_filter: ascii|lower|strip(' .')\n"
	"layouts:\n"
	"  media:\n"
	"    dirs:\n"
	"      - { path: pics,   access: write }                 # user:sftponly 0755\n"
	"      - { path: musics, access: write }\n"
	"      - { path: logs,   access: read }                  # enforced\n"
	"      - { path: drop,   access: write, owner: user, group: press, mode: \"2770\" }\n"
	"jail:   { home: \"/home/${username}\", group: sftponly, shell: /usr/sbin/nologin,\n"
	"          sshd_dropin: /etc/ssh/sshd_config.d/60-rehome.conf }\n"
	"policy:\n"
	"  username: { pattern: \"^[a-z_][a-z0-9_-]{0,30}$\", collide: suffix, reserved: [backup, "
	"git] }\n"
	"  uid_range: 20000-59999\n"
	"  adopt: ask                            # ask = blocked until --adopt LOGIN|all\n"
	"  passwords: { new: none, foreign_hash: expire, handout: /root/rehome-handout }\n"
	"  leavers: { sources: [hr], action: disable, max_count: 20, max_percent: 5 }\n"
	"  failure: auto                         # run = all or nothing\n"
	"archives: { before: [adopt, change, leave], retain: { runs: 20, days: 90 } }\n";

/* Every key, none at its default. */
static const char other_example[] =
	"version: 1\n"
	"sources:\n"
	"  hr:\n"
	"    importer: ldap\n"
	"    uri: ldap://a.example.org ldap://b.example.org\n"
	"    base: ou=people,dc=example,dc=org\n"
	"    attributes: [ uid, cn, \"with, comma\" ]\n"
	"    note: |\n"
	"      two\n"
	"      \"lines\"\n"
	"    language: da\n"
	"    on_bad_row: skip\n"
	"    map: { username: \"${uid}\", layout: lab, groups: { from: g, filter: lower } }\n"
	"  old.ftp-1: { importer: vsftpd, root: /mnt/old }\n"
	"layouts:\n"
	"  default: { dirs: [ { path: up } ] }\n"
	"  lab:\n"
	"    dirs:\n"
	"      - { path: a/b/c, access: write, mode: 0750 }\n"
	"      - { path: a/in, access: read, owner: webmaster, group: staff, mode: 2775 }\n"
	"      - { path: adv, access: read-advisory, owner: root, group: user, mode: 555 }\n"
	"      - { path: \"my pictures\" }\n"
	"    profile: { start: /a/in, umask: 027, read_only: yes, log: verbose,\n"
	"               from: [ 10.0.0.0/8, \"!10.1.*\", \"2001:DB8::/32\" ] }\n"
	"  none:\n"
	"jail:\n"
	"  home: /srv/sftp/${layout}/${username}\n"
	"  group: jailed\n"
	"  shell: /bin/false\n"
	"  sshd_dropin: /etc/ssh/sshd_config.d/10-x.conf\n"
	"  keys_dir: /etc/ssh/k\n"
	"  sshd_config: /usr/local/etc/sshd_config\n"
	"policy:\n"
	"  username: { pattern: \"^x[0-9]+$\", collide: error, reserved: [] }\n"
	"  uid_range: 100000-100000\n"
	"  new_accounts: staged\n"
	"  adopt: never\n"
	"  adoption: { loose: old, keys: drop, sessions: refuse, elsewhere: copy,\n"
	"              links: rewrite }\n"
	"  passwords: { new: generated, foreign_hash: refuse, existing: enforce,\n"
	"               handout: \"/root/hand out\", sheet: /etc/rehome/sheet.txt }\n"
	"  leavers: { sources: [hr, old.ftp-1], action: archive, grace: { archive: 0, remove: "
	"36500d },"
	"    max_count: 0, max_percent: 100 }\n"
	"  limits: { retire: { max_count: 1, max_percent: 11 }, remove: { max_count: 2,"
	"    max_percent: 12 }, rename: { max_count: 3, max_percent: 13 } }\n"
	"  failure: user\n"
	"archives: { before: [leave], content: full, retain: { runs: 1, days: 0 } }\n";

/* "line:column: message [hint]" of each diagnostic, one per line; warnings and notes marked. */
static inline const char *
said(const struct diags *diags, struct buffer *out)
{
	static const char *const levels[] = { "note: ", "warning: ", "" };
	ARRAY_FOREACH (diag, diags) {
		buffer_printf(out, "%u:%u: %s%s", diag->place.line, diag->place.column,
			levels[diag->level], diag->message);
		if (diag->hint)
			buffer_printf(out, " [%s]", diag->hint);
		buffer_add_char(out, '\n');
	}
	return buffer_text(out);
}

static inline bool
parse_text(const char *text, struct arena *arena, struct config **ret_config, struct diags *diags)
{
	return config_parse(
		(struct bytes){ text, strlen(text) }, FILE_NAME, arena, ret_config, diags);
}

static inline struct config *
parse_good(const char *text, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	struct diags diags = { .arena = arena };
	struct config *config = NULL;
	if (!parse_text(text, arena, &config, &diags))
		fail_msg("%s", said(&diags, &out));
	return config;
}

#endif
