"""generate_pureftpd.py - random machines with Pure-FTPd: its database, Debian's conf and auth."""
import shlex

NAMES = ["anna", "ben", "cleo", "dora", "emil", "finn", "gina", "hugo"]


def database(machine, names):
    passwd = "/etc/pure-ftpd/pureftpd.passwd"
    machine.run(f"mkdir -p /etc/pure-ftpd; : >{passwd}")
    for name in names:
        uid = machine.often(machine.uid(), 10, 0, 500, 999)
        place = f"/srv/{name}"
        home = machine.often(place + "/./", 40, place, f"/srv/./{name}", place + "/", "", f"{place}/./www")
        fields = [""] * 12
        if machine.chance(15):
            fields[5:7] = [machine.pick("100", ""), machine.pick("1048576", "")]
        tail = machine.often(":" + ":".join(fields), 8, "")
        machine.run(
            f"printf '%s:%s:%s:2000::%s%s\\n' {name} {machine.hash()} {uid} {shlex.quote(home)} "
            f"{shlex.quote(tail)} >>{passwd}"
        )
        machine.home(place, uid)
        machine.run(f"password {name} pw")
    machine.run(f"pure-pw mkdb /etc/pure-ftpd/pureftpd.pdb -f {passwd}")
    if machine.chance(25):
        machine.run(f"sed -i '/^{names[0]}:/d' {passwd}")


def conf(machine):
    found = {"PureDB": "/etc/pure-ftpd/pureftpd.pdb"}
    for key, percent, values in (
        ("ChrootEveryone", 30, ("yes", "no")),
        ("MinUID", 60, ("1000", "100", "2005")),
        ("Umask", 50, ("133 022", "117 007", "077 077", "022 022")),
        ("NoAnonymous", 60, ("yes", "no")),
        ("PAMAuthentication", 30, ("yes", "no")),
        ("UnixAuthentication", 30, ("yes", "no")),
        ("CreateHomeDir", 20, ("yes", "no")),
        ("KeepAllFiles", 10, ("yes", "no")),
        ("AnonymousOnly", 3, ("yes", "no")),
        ("TrustedGID", 10, ("2000", "2100")),
        ("ProhibitDotFilesWrite", 10, ("yes", "no")),
        ("NoRename", 10, ("yes", "no")),
        ("AutoRename", 8, ("yes", "no")),
    ):
        if machine.chance(percent):
            found[key] = machine.pick(*values)
    # Which of these two comes first is the file system's to say.
    if "TrustedGID" in found:
        found.pop("ChrootEveryone", None)
    return found


def fill(machine):
    machine.run("group ftpgroup 2000 anna; rm -rf /etc/pure-ftpd; mkdir -p /etc/pure-ftpd/conf /etc/pure-ftpd/auth /etc/pure-ftpd/db")
    names = machine.some(NAMES, 75) or ["anna"]
    database(machine, names)
    for name in machine.some(["sys1", "anna"], 50):
        machine.unix_user(name)
    for key, value in conf(machine).items():
        machine.file(f"/etc/pure-ftpd/conf/{key}", machine.often([value], 12, ["", value], ["# note", value], [value, value]))
    if machine.chance(85):
        machine.run(f"ln -s ../conf/PureDB /etc/pure-ftpd/auth/{machine.pick('50pure', '80pure')}")
    if machine.chance(35):
        machine.run("ln -s ../conf/PAMAuthentication /etc/pure-ftpd/auth/70pam")
    if machine.chance(25):
        machine.run("ln -s ../conf/UnixAuthentication /etc/pure-ftpd/auth/65unix")
    machine.run("name nobody-of-that-name ANNA ftp anonymous")
