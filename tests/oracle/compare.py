#!/usr/bin/env python3
"""compare.py - the importer's claims against the sessions that the server gave: TAP, a case a login.

A claim of "allow" is right when its password opened the login, no other one did, and the session
was where and who it says. "deny" is right when no password opened it; so is no claim at all.
"unknown" is right only for names that the setup calls unknowable, or elsewhere (machine.sh).

With --differing it prints the logins whose sessions are not as claimed, one a line, and nothing else.
Of those in --again the sessions there count, whichever way they went, and a comment says so.
"""
import argparse
import re
import sys


def unescape(text):
    raw = re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m.group(1), 16)]), text.encode())
    return raw.replace(b"\\\\", b"\\").decode("utf-8", "surrogateescape")


def read_claims(path):
    with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        lines = [line.rstrip("\n").split("\t") for line in file]
    if not lines:
        return {}, []
    claims, twice = {}, []
    for cells in lines[1:]:
        claim = dict(zip(lines[0], cells))
        user = unescape(claim["user"])
        if user in claims:
            twice.append(user)
        claims[user] = claim
    return claims, twice


FIELDS = "user kind number result jail cwd uid gid groups umask stor mkd dele answer".split()


def read_sessions(path):
    users = {}
    with open(path, encoding="utf-8", newline="\n") as file:
        for line in file:
            row = dict(zip(FIELDS, (unescape(c) for c in line.rstrip("\n").split("\t"))))
            users.setdefault(row["user"], []).append(row)
    return users


def opened(rows, kind):
    return [row for row in rows if row["kind"] == kind and row["result"] == "OK"]


def read_names(directory, word):
    with open(f"{directory}/{word}", encoding="utf-8") as file:
        return set(file.read().splitlines())


def password_faults(claim, rows):
    """What the server took, against what is claimed that it took."""
    right, wrong, empty = (bool(opened(rows, k)) for k in ("right", "wrong", "empty"))
    tried_right = any(row["kind"] == "right" for row in rows)
    expected = {
        "crypt": (True, False, False),
        "plaintext": (True, False, False),
        "empty": (None, False, True),
        "any": (None, True, True),
        "none": (False, False, False),
        "unknown": (None, False, False),
    }[claim["password"]]
    names = ("right", "wrong", "empty")
    for name, found, wanted in zip(names, (right, wrong, empty), expected):
        if wanted is None or found == wanted or (name == "right" and not tried_right):
            continue
        yield f"password {claim['password']}: the {name} one was {'taken' if found else 'refused'}"


def write_of(row):
    # "?": done, says the server, but there is nothing.
    done = [row[k] not in "n?" for k in ("stor", "mkd", "dele")]
    return "yes" if all(done) else "partial" if any(done) else "no"


def umask_fault(kind, claim, row):
    if kind != "pureftpd":
        if claim["umask"] != row["umask"]:
            yield f"umask {claim['umask']}, found {row['umask']}"
    elif row["stor"] not in "n-?" and row["stor"] != "%04o" % (0o777 & ~int(claim["umask"], 8)):
        # Its processes have umask 0, and it gives files their mode itself.
        yield f"umask {claim['umask']}, but a file got {row['stor']}"


def session_faults(kind, claim, row):
    for key in ("jail", "cwd", "uid", "gid", "groups"):
        if unescape(claim[key]) != row[key]:
            yield f"{key} {claim[key]}, found {row[key]}"
    yield from umask_fault(kind, claim, row)
    if row["stor"] != "-" and claim["write"] != write_of(row):
        yield f"write {claim['write']}, found stor {row['stor']} mkd {row['mkd']} dele {row['dele']}"


def limited_faults(claim):
    """One that is let in elsewhere or at another time is neither allowed nor denied, and a note says why."""
    if not claim or claim["login"] != "unknown" or claim["note"] == "-":
        yield f"claims {claim['login'] if claim else 'nothing'}, and it depends on address or hour"


def faults(kind, claim, rows, said):
    taken = [row for row in rows if row["result"] == "OK"]
    login = claim["login"] if claim else None
    if "elsewhere" in said:
        yield from limited_faults(claim)
        for row in taken:
            yield f"not for here and now, but the {row['kind']} password was taken"
        return
    if login == "unknown":
        if "unknown" not in said:
            yield "claims not to know, and could"
        return
    if "unknown" in said:
        yield f"claims {login or 'nothing'}, and cannot know"
    if login != "allow":
        for row in taken:
            yield f"{login or 'not claimed'}, but the {row['kind']} password was taken"
        return
    if not taken:
        yield f"allow, but refused: {rows[0]['answer'] if rows else 'never tried'}"
        return
    yield from password_faults(claim, rows)
    yield from session_faults(kind, claim, taken[0])


class Tap:
    def __init__(self, prefix):
        self.prefix, self.count, self.failed = prefix.strip(), 0, 0

    def case(self, name, problems):
        self.count += 1
        self.failed += bool(problems)
        name = name.encode("unicode_escape", "surrogateescape").decode().replace("#", "\\#")
        print(f"{'not ' if problems else ''}ok {self.count} - {self.prefix}: {name}")
        for problem in problems:
            self.comment(problem)

    def comment(self, text):
        print("# " + text.encode("ascii", "backslashreplace").decode())

    def end(self):
        print(f"1..{self.count}")
        sys.exit(bool(self.failed))


def reading_faults(options, claims, twice):
    yield from (f"{user} is claimed twice" for user in twice)
    if options.status != "0" or not claims:
        yield f"status {options.status}"
        with open(options.log, encoding="utf-8", errors="replace") as file:
            yield from file.read().splitlines()[:20]


def main():
    parser = argparse.ArgumentParser()
    for option in ("kind", "status", "prefix", "claims", "sessions", "names", "log"):
        parser.add_argument("--" + option, required=True)
    parser.add_argument("--again")
    parser.add_argument("--differing", action="store_true")
    options = parser.parse_args()
    claims, twice = read_claims(options.claims)
    sessions = read_sessions(options.sessions)
    again = read_sessions(options.again) if options.again else {}
    said = {word: read_names(options.names, word) for word in ("unknown", "elsewhere")}

    def faults_of(user, rows):
        words = [word for word, names in said.items() if user in names]
        return list(faults(options.kind, claims.get(user), rows, words))

    users = sorted(set(claims) | set(sessions))
    differing = {user: faults_of(user, sessions.get(user, [])) for user in users}
    if options.differing:
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
        print("".join(f"{user}\n" for user in users if differing[user]), end="")
        return
    tap = Tap(options.prefix)
    tap.case("the importer reads the machine", list(reading_faults(options, claims, twice)))
    for user in users:
        problems = faults_of(user, again[user]) if user in again else differing[user]
        tap.case(user or "(empty name)", problems)
        if user in again:
            tap.comment(f"tried again alone, because at first: {'; '.join(differing[user])}")
    tap.end()


main()
