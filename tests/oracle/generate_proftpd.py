"""generate_proftpd.py - random machines with ProFTPD: files, system users, limits, jails."""
import shlex

import generate_proftpd_sql

NAMES = ["anna", "ben", "cleo", "dora", "emil", "finn", "gina", "hugo"]
GROUPS = {"ftp": 2000, "staff": 2100, "clients": 2200}


def expression(machine):
    terms = machine.some(["staff", "clients", "!staff", "!clients", "ftp"], 25)
    return machine.pick(",", " ", ", ").join(terms)


def limit(machine, names):
    lines = ["<Limit LOGIN>"]
    if machine.chance(40):
        lines.append(machine.pick("Order allow,deny", "Order deny,allow"))
    for _ in range(machine.rng.randint(1, 3)):
        who = machine.pick(",", " , ").join(machine.some(names, 30) or [machine.pick(*names)])
        lines.append(
            machine.pick(
                f"DenyUser {who}",
                f"AllowUser {who}",
                f"DenyUser !{machine.pick(*names)}",
                f"AllowUser OR {who}",
                f"DenyGroup {machine.pick('staff', 'clients', 'staff,clients')}",
                f"AllowGroup {machine.pick('staff', 'clients', 'ftp,staff')}",
                f"DenyUser regex ^[a-c]",
            )
        )
    if machine.chance(35):
        lines.append(machine.pick("DenyAll", "AllowAll"))
    return lines + ["</Limit>"]


def write_limit(machine, names):
    lines = [f"<Limit {machine.pick('WRITE', 'STOR', 'MKD DELE', 'STOR MKD', 'ALL')}>"]
    if machine.chance(50):
        lines += [f"AllowUser {machine.pick(*names)}"]
    lines += ["DenyAll", "</Limit>"]
    return lines


def auth_files(machine, names):
    """AuthUserFile and AuthGroupFile, as people edit them."""
    machine.run(": >/etc/proftpd/ftpd.passwd")
    for name in names:
        uid = machine.often(machine.uid(), 4, 0, "abc", "")
        gid = machine.pick(*GROUPS.values(), 2500)
        home = machine.often(f"/srv/{name}", 12, "", f"/srv/{name}/", f"/srv/%u")
        shell = machine.often("/bin/bash", 15, "/bin/false", "", "/usr/bin/no-such-shell")
        end = machine.often("\\n", 6, "\\r\\n", ":more\\n")
        secret = machine.hash()
        machine.run(
            f"printf '%s:%s:%s:%s::%s:%s{end}' {name} {secret} '{uid}' {gid} {shlex.quote(home)} "
            f"{shlex.quote(shell)} >>/etc/proftpd/ftpd.passwd"
        )
        if home and "%" not in home:
            machine.home(home.rstrip("/"), uid if isinstance(uid, int) else 2000)
        machine.run(f"password {name} pw")
    if machine.chance(10):
        machine.run("truncate -s -1 /etc/proftpd/ftpd.passwd")
    machine.run(f"chmod {machine.often('640', 4, '644')} /etc/proftpd/ftpd.passwd")
    lines = [f"{g}:x:{gid}:{','.join(machine.some(names, 30))}" for g, gid in GROUPS.items()]
    machine.file("/etc/proftpd/ftpd.group", lines)
    machine.run("chmod 640 /etc/proftpd/ftpd.group")


def server_lines(machine, names):
    lines = [f"Umask {machine.pick('022', '027', '027 022', '077 077', '002')}"] if machine.chance(80) else []
    for _ in range(machine.rng.randint(0, 3)):
        root = machine.pick("~", "~", "/srv", "/srv/pub", "~/www", "/", "/srv/%u", "/does/not/exist")
        lines.append(f"DefaultRoot {root} {expression(machine)}".rstrip())
    if machine.chance(25):
        lines.append(f"DefaultChdir {machine.pick('www', '/srv/pub', '~/www', '/none')} {expression(machine)}".rstrip())
    if machine.chance(40):
        lines.append(f"RequireValidShell {machine.pick('on', 'off', 'yes', 'no', 'false')}")
    if machine.chance(25):
        lines.append(f"UseFtpUsers {machine.pick('on', 'off')}")
    if machine.chance(20):
        lines.append(f"CreateHome {machine.pick('on', 'on 0750', 'off')}")
    if machine.chance(20):
        lines.append(f"UserAlias yaya {machine.pick(*names)}")
        machine.run("password yaya pw")
    if machine.chance(8):
        lines.append(f"RootLogin {machine.pick('on', 'off')}")
    if machine.chance(45):
        lines += limit(machine, names)
    if machine.chance(25):
        lines += write_limit(machine, names)
    if machine.chance(15):
        lines += [f"<Directory {machine.pick('/srv', '~', '/srv/anna', '/')}>"]
        lines += write_limit(machine, names) if machine.chance(50) else ["Umask 007 007"]
        lines += ["</Directory>"]
    if machine.chance(30):
        lines.append("AllowOverwrite on")
    return lines


def fill(machine):
    names = machine.some(NAMES, 75) or ["anna"]
    machine.run("mkdir -p /etc/proftpd; home /srv/pub root 755; touch /etc/proftpd/modules.conf")
    auth_files(machine, names)
    system = machine.some(["sys1", "sys2", "anna"], 45)
    for name in system:
        machine.unix_user(name)
    if machine.chance(35):
        machine.file("/etc/ftpusers", [machine.list_line(n) for n in machine.some(names, 40)] or ["root"])
    lines = [
        'ServerName "old"',
        "ServerType standalone",
        "Port 21",
        "UseIPv6 off",
        "User proftpd",
        "Group nogroup",
        "DelayEngine off",
        "UseReverseDNS off",
        "AuthUserFile /etc/proftpd/ftpd.passwd",
    ]
    if machine.chance(85):
        lines.append("AuthGroupFile /etc/proftpd/ftpd.group")
    if machine.chance(75):
        lines.append("AuthPAM off")
    if machine.chance(30):
        lines += generate_proftpd_sql.database(machine, machine.some(NAMES, 60) or ["ben"])
        if machine.chance(45):
            lines.append(
                "AuthOrder "
                + machine.pick("mod_sql.c", "mod_sql.c mod_auth_file.c", "mod_auth_file.c mod_sql.c", "mod_sql.c* mod_auth_unix.c")
            )
    elif machine.chance(45):
        lines.append(
            "AuthOrder "
            + machine.pick("mod_auth_file.c", "mod_auth_file.c mod_auth_unix.c", "mod_auth_file.c* mod_auth_unix.c", "mod_auth_unix.c mod_auth_file.c")
        )
    body = server_lines(machine, names)
    if machine.chance(20):
        body = ["<Global>"] + body + ["</Global>"]
    lines += body
    if machine.chance(12):
        lines.append("Umask 000")
    if machine.chance(15):
        lines += ["<IfModule mod_auth_file.c>", "DefaultRoot /srv staff", "</IfModule>"]
    if machine.chance(15):
        lines += ["<IfModule !mod_no_such.c>", "DefaultRoot ~ ftp", "</IfModule>"]
    if machine.chance(2):
        lines.append("NoSuchDirective on")
    if machine.chance(10):
        lines = [line.replace(" ", "  ") if machine.chance(20) else line for line in lines]
    machine.file("/etc/proftpd/proftpd.conf", lines)
    machine.run("name nobody-of-that-name ANNA")
