"""machine.py - a random old machine, as the shell script that makes it (machine.sh)."""
import shlex

HASHES = {
    "sha512": '"$(hash pw)"',
    "sha256": '"$(hash pw \'$5$oraclesalt\')"',
    "md5": '"$(hash pw \'$1$oracle12\')"',
    "des": '"$(hash pw ab)"',
    "bcrypt": '"$(hash pw \'$2b$05$abcdefghijklmnopqrstuu\')"',
    "locked": '"!$(hash pw)"',
    "star": "'*'",
    "bang": "'!'",
    "apr1": "'$apr1$abcdefgh$Zz'",
    "plain": "pw",
    "empty": "''",
}


class Machine:
    def __init__(self, kind, rng):
        self.kind, self.rng, self.lines, self.settings = kind, rng, [], []
        self.next_uid = 2001

    # ---- drawing ----

    def chance(self, percent):
        return self.rng.random() * 100 < percent

    def pick(self, *choices):
        return self.rng.choice(choices)

    def often(self, usual, percent, *others):
        """The usual one, or in so many of a hundred cases one of the others."""
        return self.rng.choice(others) if self.chance(percent) else usual

    def some(self, items, percent):
        return [item for item in items if self.chance(percent)]

    def hash(self):
        return HASHES[
            self.often(
                "sha512", 45, "sha256", "md5", "des", "bcrypt", "locked", "star", "apr1", "plain", "empty"
            )
        ]

    def uid(self):
        self.next_uid += 1
        return self.next_uid - 1

    def list_line(self, name):
        """A line of a list of names, as people and their editors write it."""
        return self.often(name, 15, name + " ", name + "\r", "# " + name, " " + name, name.upper())

    # ---- writing ----

    def run(self, line):
        self.lines.append(line)

    def file(self, path, lines, final_newline=True):
        text = "\n".join(lines) + ("\n" if final_newline and lines else "")
        self.run(f"mkdir -p {shlex.quote(path.rsplit('/', 1)[0])}")
        self.run(f"printf %s {shlex.quote(text)} >{shlex.quote(path)}")

    def home(self, path, owner):
        """A directory in one of the states that homes are in."""
        state = self.often("own", 45, "root", "missing", "link", "closed", "group", "sticky")
        path = path.replace("/./", "/").rstrip("/")
        place = shlex.quote(path)
        if state == "missing":
            return
        if state == "link":
            target = shlex.quote("/srv/real" + path)
            self.run(f"home {target} {owner}; mkdir -p $(dirname {place}); ln -sfn {target} {place}")
            return
        who, mode = {
            "own": (owner, "755"),
            "root": ("root", "755"),
            "closed": ("root", "700"),
            "group": ("root:" + str(owner), "775"),
            "sticky": ("root", "1777"),
        }[state]
        self.run(f"home {place} {who} {mode}")

    def unix_user(self, name, home=None, shell=None):
        uid = self.uid()
        home = home or self.often(f"/home/{name}", 20, f"/srv/./{name}", f"/home/{name}/./", f"/srv/{name}")
        shell = shell or self.often("/bin/bash", 20, "/usr/sbin/nologin", "/bin/false", "", "/bin/sh")
        self.run(f"user {name} {uid} {shlex.quote(home)} {shlex.quote(shell)} {self.hash()}")
        self.home(home, uid)
        self.run(f"password {name} pw")
        return uid

    def script(self):
        head = [". /.oracle/machine.sh", " ".join(["source_is", self.kind] + self.settings)]
        return "\n".join(head + self.lines) + "\n"
