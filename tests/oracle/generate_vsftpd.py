"""generate_vsftpd.py - random machines with vsftpd: local, guest and virtual users."""
import shlex

NAMES = ["anna", "ben", "cleo", "dora", "emil", "finn", "gina"]
VIRTUAL = ["vera", "vic", "user@example.com", "v.dot", "_under", "sp ace", "anna"]


def yes_no(machine, percent=50):
    return machine.often("YES" if machine.chance(percent) else "NO", 8, "yes", "TRUE", "0", "1")


def options(machine, guest):
    """key -> value, besides those that a machine needs to be reached."""
    found = {"local_enable": machine.often("YES", 4, "NO"), "anonymous_enable": yes_no(machine, 20)}
    chances = {
        "write_enable": (80, lambda: yes_no(machine, 80)),
        "local_umask": (60, lambda: machine.pick("022", "027", "077", "22", "0002", "= 077".strip("= "), "000")),
        "anon_umask": (30, lambda: machine.pick("022", "077", "007")),
        "file_open_mode": (20, lambda: machine.pick("0777", "0666", "0600", "0644")),
        "chroot_local_user": (60, lambda: yes_no(machine, 70)),
        "chroot_list_enable": (35, lambda: yes_no(machine, 80)),
        "userlist_enable": (35, lambda: yes_no(machine, 70)),
        "userlist_deny": (50, lambda: yes_no(machine, 50)),
        "passwd_chroot_enable": (25, lambda: yes_no(machine, 80)),
        "allow_writeable_chroot": (60, lambda: yes_no(machine, 80)),
        "user_config_dir": (35, lambda: "/etc/vsftpd_user_conf"),
        "virtual_use_local_privs": (30 if guest else 5, lambda: yes_no(machine, 60)),
        "anon_upload_enable": (30, lambda: yes_no(machine, 70)),
        "anon_mkdir_write_enable": (25, lambda: yes_no(machine, 70)),
        "anon_other_write_enable": (20, lambda: yes_no(machine, 70)),
        "local_root": (20, lambda: machine.pick("/srv/root", "/srv/$USER", "www", "/does/not/exist", "/srv/link")),
        "cmds_denied": (10, lambda: machine.pick("STOR", "MKD,DELE", "STOR, MKD", "dele")),
        "download_enable": (8, lambda: yes_no(machine, 50)),
        "check_shell": (8, lambda: yes_no(machine, 50)),
        "secure_chroot_dir": (20, lambda: "/run/vsftpd/empty"),
    }
    for key, (percent, value) in chances.items():
        if machine.chance(percent):
            found[key] = value()
    if guest:
        found["guest_enable"] = "YES"
        found["guest_username"] = machine.often("ftpvirt", 10, "nobody-there", "anna")
        if machine.chance(70):
            found["user_sub_token"] = "$USER"
    return found


def conf_lines(machine, found):
    lines = ["listen=YES", "seccomp_sandbox=NO"]
    for key, value in found.items():
        line = f"{key}={value}"
        if machine.chance(4):
            line = machine.pick(line + " ", "  " + line, line + " # note", line + "\r", f"{key} ={value}", f"{key}= {value}")
        lines.append(line)
        if machine.chance(5):
            lines.append(f"{key}={value}")
        if machine.chance(10):
            lines.append(machine.pick("# a comment", "", "   ", "#local_umask=000"))
    return lines


def user_conf(machine, name):
    lines = []
    for line, percent in (
        ("write_enable=NO", 25),
        ("write_enable=YES", 20),
        ("local_umask=002", 25),
        ("local_root=/srv/root", 20),
        ("local_root=", 10),
        ("local_root=www", 10),
        ("chroot_local_user=NO", 15),
        ("allow_writeable_chroot=YES", 25),
        ("anon_upload_enable=YES", 20),
        ("virtual_use_local_privs=YES", 15),
        ("guest_username=webown", 10),
        ("guest_enable=NO", 8),
        ("no_such_option=YES", 4),
        ("write_enable=YES\r", 4),
        ("userlist_enable=NO", 5),
    ):
        if machine.chance(percent):
            lines.append(line)
    machine.file("/etc/vsftpd_user_conf/" + name, lines)


def virtual_users(machine):
    """pam_userdb or pam_pwdfile; the service's name."""
    kind = machine.pick("userdb", "userdb-plain", "pwdfile")
    names = machine.some(VIRTUAL, 75) or ["vera"]
    for name in names:
        machine.run(f"password {shlex.quote(name)} pw")
    machine.run(": >/root/logins")
    for name in names:
        secret = machine.hash()
        if kind == "pwdfile":
            machine.run(f"printf '%s:%s\\n' {shlex.quote(name)} {secret} >>/root/logins")
        else:
            machine.run(f"printf '%s\\n%s\\n' {shlex.quote(name)} {secret} >>/root/logins")
            # Without crypt=crypt the hash itself is what opens it.
            machine.run(f"password {shlex.quote(name)} {secret}")
    if kind == "pwdfile":
        machine.run("mv /root/logins /etc/vsftpd.pwd; chmod 600 /etc/vsftpd.pwd")
        module = "pam_pwdfile.so " + machine.pick("pwdfile=/etc/vsftpd.pwd", "pwdfile /etc/vsftpd.pwd")
        account = "pam_permit.so"
    else:
        size = machine.pick("512", "4096", "16384")
        order = machine.pick("1234", "4321")
        machine.run(
            f"db5.3_load -T -t hash -c db_pagesize={size} -c db_lorder={order} -f /root/logins /etc/logins.db"
        )
        crypt = machine.often("crypt=crypt", 15, "", "crypt=hash") if kind == "userdb" else machine.pick("", "crypt=none", "crypt=hash")
        module = account = f"pam_userdb.so db=/etc/logins {crypt}".rstrip()
    lines = [f"auth required {module}", f"account required {account}"]
    if machine.chance(25):
        lines = [
            f"auth sufficient {module}",
            "auth required pam_unix.so" + machine.often(" nullok", 40, ""),
            f"account sufficient {account}",
            "account required pam_unix.so",
        ]
    machine.file("/etc/pam.d/vsftpd-virtual", lines)
    return names


def fill(machine):
    guest = machine.chance(45)
    locals_ = machine.some(NAMES, 65) or ["anna"]
    for name in locals_:
        machine.unix_user(name)
    machine.run("user ftpvirt 3000 /srv/vhosts /bin/false; home /srv/vhosts ftpvirt")
    machine.run("user webown 3001 /srv/web /bin/false; home /srv/web webown")
    machine.run("group staff2 3100 anna,ftpvirt; mkdir -p /srv/root /srv/real; ln -s /srv/real /srv/link")
    machine.run(f"chmod {machine.pick('755', '777', '700')} /srv/root")
    found = options(machine, guest)
    everybody = list(locals_)
    if guest or machine.chance(15):
        names = virtual_users(machine)
        found["pam_service_name"] = machine.often("vsftpd-virtual", 8, "no-such-service")
        everybody += names
        for name in names:
            if machine.chance(75) and "/" not in name:
                machine.home(f"/srv/{name}", 3000)
    if machine.chance(25):
        machine.file("/etc/ftpusers", [machine.list_line(n) for n in machine.some(everybody, 30)] or ["root"])
    for option, path in (("chroot_list_enable", "/etc/vsftpd.chroot_list"), ("userlist_enable", "/etc/vsftpd.user_list")):
        if option in found and machine.chance(92):
            machine.file(path, [machine.list_line(n) for n in machine.some(everybody, 55)], machine.chance(90))
    if "user_config_dir" in found:
        for name in machine.some(everybody, 50):
            user_conf(machine, name)
    for name in machine.some(locals_, 30):
        machine.run(f"mkdir -p /home/{name}/www")
    machine.file("/etc/vsftpd.conf", conf_lines(machine, found))
    machine.run("name ftp anonymous nobody-of-that-name ANNA")
