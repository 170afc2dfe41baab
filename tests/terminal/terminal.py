"""terminal.py DIR - what is seen on a terminal, of the machine in DIR/root.

Each check runs the program itself: on a pseudo-terminal of its own with a size, a TERM and a locale,
or with standard output in a pipe. Prints TAP.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import unicodedata

PROGRAM = os.environ["REHOME"]
DIR = sys.argv[1]
MANY = 600
LIMIT = 20  # seconds that one command may take
COLOR = re.compile(r"\x1b\[[0-9;]*m")
ERASE = "\x1b[K"
KEY = ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEFkhFKw4ZMBlYYbwgQhvhtyOFMcFlfncLrzavXQJqfn new")
NAMES = ["Jörg Müller", "王小明", "Zoe\u0308 Ångström", "김민준 박서연", "אבג דהו", "Ⅷ ½ ﬁ", "😀 Emoji",
         "bidi\u202eevil", "zero\u200bwidth", "Tab\\there"]

checks = []


def environment(extra):
    env = {"PATH": os.environ["PATH"], "TERM": "xterm", "LC_ALL": "C.UTF-8", "HOME": DIR, "TZ": "UTC"}
    for name, value in extra.items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = value
    return env


def arguments(words):
    return [PROGRAM, "--root", DIR + "/root", *words]


def on_terminal(*words, columns=80, rows=0, typed="", stderr=None, **extra):
    """(what appeared, exit status). stderr: a file that takes standard error from the terminal."""
    pid, fd = pty.fork()
    if pid == 0:
        try:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            attributes = termios.tcgetattr(0)
            attributes[1] &= ~termios.OPOST
            termios.tcsetattr(0, termios.TCSANOW, attributes)
            os.chdir(DIR)
            if stderr:
                os.dup2(os.open(stderr, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
            os.execve(PROGRAM, arguments(words), environment(extra))
        finally:
            os._exit(126)
    if typed:
        os.write(fd, typed.encode())
    said, end = b"", time.monotonic() + LIMIT
    while time.monotonic() < end:
        if not select.select([fd], [], [], 0.2)[0]:
            continue
        try:
            part = os.read(fd, 65536)
        except OSError:
            break
        if not part:
            break
        said += part
    else:
        os.kill(pid, signal.SIGKILL)
        said += b"<TOO SLOW>"
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(fd)
    return said.decode(errors="backslashreplace"), status


def in_pipe(*words, **extra):
    run = subprocess.run(arguments(words), cwd=DIR, env=environment(extra), stdin=subprocess.DEVNULL,
                         capture_output=True, text=True, timeout=LIMIT)
    return run.stdout, run.stderr, run.returncode


def width_of(text):
    """Columns on a terminal. What is wide, and what takes none, is Unicode's word, not ours."""
    return sum(0 if unicodedata.combining(c) else
               2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in COLOR.sub("", text))


def check(name):
    def register(function):
        checks.append((name, function))
        return function
    return register


def expect(condition, why):
    if not condition:
        raise AssertionError(why)


def expect_fits(text, columns, what):
    """Words that are wider than the room they would have below stay whole: they can be copied."""
    for line in text.split("\n"):
        words = line.strip().split(" ")
        expect(width_of(line) <= columns or width_of(words[-1]) > columns - 16,
               f"{what}: {width_of(line)} columns of {columns}: {line!r}")


# ---- widths ----

def plan(*words, **rest):
    return on_terminal("plan", "--no-pager", "--progress", "never", *words, "csv:names.csv", **rest)


COMMANDS = [
    ["plan", "csv:names.csv"], ["plan", "-v", "--all", "csv:many.csv"], ["status", "--all"], ["history"],
    ["verify", "--all"], ["inspect", "csv:names.csv"], ["inspect", "csv:names.csv", "user3"],
    ["show", "1"], ["help"], ["help", "plan"], ["importers"], ["importers", "csv"], ["exporters"],
    ["archive", "list"], ["config", "show", "--keys"], ["doctor"]]


@check("nothing is wider than a terminal of 40 to 80 columns")
def _():
    for columns in (40, 60, 79):
        for words in COMMANDS:
            said, status = on_terminal(*words, "--no-pager", columns=columns)
            expect(status in (0, 3, 9), f"{words} at {columns}: exit {status}: {said}")
            said = said.split("\r" + ERASE)[-1]
            if words[0] == "config":
                continue  # a type is one long word with blanks: read by its indentation
            expect_fits(said, columns, f"{words}")


@check("names of all scripts stand in columns")
def _():
    said, _ = plan("--all", columns=120)
    starts = set()
    for line in COLOR.sub("", said).split("\n"):
        if "names.csv:" in line and "create" in line:
            starts.add(width_of(line[:line.index("names.csv:")]))
    expect(len(starts) == 1, f"places begin in columns {starts}: {said}")
    expect("bidi\\u{202e}evil" in said and "zero\\u{200b}width" in said, said)
    expect("\u202e" not in said and "\u200b" not in said, "a control reached the terminal")


@check("COLUMNS counts on a terminal only, and a pipe has no width")
def _():
    expect_fits(plan(columns=120, COLUMNS="45")[0], 45, "COLUMNS=45")
    out, err, _ = in_pipe("plan", "csv:names.csv", COLUMNS="45")
    expect(max(map(len, out.split("\n"))) > 100, out)
    expect(all(line.startswith("      ") or "names.csv:" in line
               for line in out.split("\n") if line.startswith("  ") and "host" not in line), out)
    out, _, _ = in_pipe("help", "plan", COLUMNS="45")
    expect(out == in_pipe("help", "plan")[0], "help depends on COLUMNS in a pipe")


# ---- locales ----

@check("a terminal without UTF-8 gets ASCII, a pipe always UTF-8")
def _():
    for locale, ascii_only in (("C", True), ("POSIX", True), ("de_DE.ISO-8859-1", True), ("de_DE", True),
                               ("C.UTF-8", False), ("de_DE.utf8", False), (None, False)):
        said, _ = plan(LC_ALL=locale)
        expect(said.isascii() == ascii_only, f"LC_ALL={locale}: {said}")
        expect(not ascii_only or "J\\u{00f6}rg M\\u{00fc}ller" in said, said)
        out, _, _ = in_pipe("plan", "csv:names.csv", LC_ALL=locale)
        expect("Jörg Müller" in out, f"LC_ALL={locale} in a pipe: {out}")
    said, _ = plan(LC_ALL=None, LANG="C")
    expect(said.isascii(), "LANG=C")
    said, _ = plan(LC_ALL=None, LC_CTYPE="C.UTF-8", LANG="C")
    expect(not said.isascii(), "LC_CTYPE counts before LANG")


# ---- colours ----

@check("colours: --color, NO_COLOR, TERM and --plain in all combinations")
def _():
    for term in ("xterm", "dumb", None):
        for no_color in (None, "", "1"):
            for choice in (None, "auto", "always", "never"):
                for plainly in (False, True):
                    words = (["--color", choice] if choice else []) + (["--plain"] if plainly else [])
                    expected = not plainly and (choice == "always" or (
                        choice in (None, "auto") and term == "xterm" and not no_color))
                    said, _ = on_terminal("history", *words, TERM=term, NO_COLOR=no_color)
                    expect(("\x1b[" in said) == expected,
                           f"TERM={term} NO_COLOR={no_color} {words}: expected {expected}")
    for choice in ("auto", "always", "never"):
        out, err, _ = in_pipe("--color", choice, "plan", "csv:names.csv")
        expect(("\x1b[" in out) == (choice == "always"), f"pipe, --color {choice}")
        out, _, _ = in_pipe("--color", choice, "--json", "plan", "csv:names.csv")
        expect("\x1b[" not in out, "JSON has colours")


# ---- the pager ----

def recorder():
    """A pager that says that it was one."""
    path = DIR + "/recorder"
    with open(path, "w") as file:
        file.write('#!/bin/sh\necho "PAGED secure=$LESSSECURE$LESSSECURE_ALLOW less=$LESS"\ncat\n')
    os.chmod(path, 0o755)
    return path


@check("a long result is paged, a short one is not")
def _():
    pager = recorder()
    for words in (["plan", "csv:many.csv"], ["help"], ["help", "plan"], ["show", "plan.json"], ["inspect", "csv:many.csv"],
                  ["config", "show"], ["config", "show", "--keys"], ["importers", "csv"]):
        said, status = on_terminal(*words, rows=10, PAGER=pager)
        expect("PAGED secure=1 less=FRX\n" in said and status in (0, 3), f"{words}: {status} {said}")
        said, _ = on_terminal(*words, rows=60000, PAGER=pager)
        expect("PAGED" not in said, f"{words} fits")
        said, _ = on_terminal(*words, rows=0, PAGER=pager)
        expect("PAGED" not in said, "a screen of unknown size")
    said, _ = on_terminal("help", rows=10, PAGER=pager, LESS="S", LESSSECURE="0",
                          LESSSECURE_ALLOW="shell,edit,lesskey")
    expect("secure=1 less=S\n" in said, f"LESS is the reader's, but for what it may start: {said}")


@check("who does not read gets no pager")
def _():
    pager = recorder()
    for words in (["--json"], ["--plain"], ["-q"], ["--no-pager"], ["--no-input"]):
        said, _ = on_terminal(*words, "show", "plan.json", rows=2, PAGER=pager)
        expect("PAGED" not in said and said, f"{words}: {said}")
    for extra in ({"TERM": "dumb"}, {"TERM": None}, {"PAGER": "cat"}, {"PAGER": ""}, {"PAGER": " "},
                  {"REHOME_PAGER": ""}, {"REHOME_PAGER": "cat"}):
        said, _ = on_terminal("help", rows=5, **{"PAGER": pager, **extra})
        expect("PAGED" not in said and "Usage:" in said, f"{extra}: {said}")
    out, _, _ = in_pipe("help", PAGER=pager)
    expect("PAGED" not in out, "a pipe was paged")
    said, _ = on_terminal("help", rows=5, PAGER="cat", REHOME_PAGER=pager)
    expect("PAGED" in said, "REHOME_PAGER counts before PAGER")


@check("a pager runs without a shell unless it is written for one")
def _():
    said, status = on_terminal("help", rows=5, PAGER="head -n 2")
    expect(said.count("\n") == 2 and status == 0, f"head: {status} {said!r}")
    said, status = on_terminal("help", rows=5, PAGER="head -n 3 | tr U X")
    expect(said.startswith("Xsage:") and said.count("\n") == 3 and status == 0, said)
    said, status = on_terminal("help", rows=5, PAGER="/nonexistent/pager -x")
    expect("cannot start the pager /nonexistent/pager" in said and "Usage:" in said and status == 0, said)
    said, status = on_terminal("help", rows=5, PAGER="/nonexistent/pager | cat >&2; exit 127")
    expect("Usage:" in said and status == 0, said)


@check("a reader who stops early is no error, and the exit status is the command's")
def _():
    for pager in ("true", "head -n 1", "sh -c 'exit 3'"):
        said, status = on_terminal("plan", "--all", "csv:many.csv", rows=5, PAGER=pager)
        expect(status == 0, f"{pager}: exit {status}: {said}")
    said, status = on_terminal("plan", "csv:blocked.csv", rows=2, PAGER="true")
    expect(status == 3 and "1 blocked user stops the plan" in said, f"{status} {said}")


@check("for who is root only for the moment the variables name no program")
def _():
    pager = recorder()
    for name in ("SUDO_UID", "DOAS_USER", "PKEXEC_UID"):
        said, status = on_terminal("help", rows=5, typed="q", **{name: "1000", "PAGER": pager,
                                                                  "REHOME_PAGER": pager})
        expect("PAGED" not in said and "Usage:" in said and status == 0, f"{name}: {said}")
        said, status = on_terminal("help", rows=5, PAGER="cat", **{name: "1000"})
        expect("Usage:" in said and status == 0, said)


@check("less: quits with q, and gives no shell")
def _():
    if not any(os.access(f"{place}/less", os.X_OK) for place in ("/usr/bin", "/bin")):
        print("# less is not installed: this was not tried")
        return
    said, status = on_terminal("help", rows=10, typed="!\nq")
    expect("Usage:" in said and status == 0, f"{status} {said}")
    expect("Command not available" in said, said)


# ---- questions ----

@check("the plan that is asked about stands above the question, unpaged")
def _():
    said, status = on_terminal("apply", "csv:names.csv", rows=5, typed="n\n", PAGER=recorder(),
                               TERM="xterm")
    expect("PAGED" not in said and status == 1, f"{status} {said}")
    expect(said.index("Plan: ") < said.index("Apply these changes? [y/N]"), said)
    expect("nothing was changed" in said, said)


# ---- progress ----

@check("the line of progress is as narrow as the terminal, and goes away")
def _():
    seen = set()
    for columns in (25, 40, 80, 200):
        said, _ = on_terminal("plan", "-q", "--progress", "always", "csv:many.csv", columns=columns)
        for line in said.split("\r")[1:]:
            line = line.replace(ERASE, "").split("\n")[0]
            seen.update(re.findall(r"^(Reading|Planning) ", line))
            expect(len(line) < columns or "  " in line or "Plan:" in line, f"{columns}: {line!r}")
        expect(("\r" + ERASE) in said, "the line stays")
    expect(seen == {"Reading", "Planning"}, f"seen: {seen}")


@check("without a terminal progress is whole lines, and only when it is asked for")
def _():
    out, err, _ = in_pipe("plan", "--progress", "always", "csv:many.csv")
    expect("Reading 1 | rows\n" in err and "Planning 1/600 | users\n" in err, err)
    expect(not re.search(r"[\x00-\x09\x0b-\x1f]", err), f"control characters: {err!r}")
    expect(err.count("\n") == 2, err)
    for words in ([], ["--progress", "never"], ["--progress", "auto"]):
        _, err, _ = in_pipe("plan", *words, "csv:many.csv")
        expect(err == "", err)
    for extra in ({"TERM": "dumb"}, {"TERM": None}):
        said, _ = on_terminal("plan", "--no-pager", "csv:many.csv", **extra)
        expect("Reading" not in said and "\r" not in said, said)
    for words in (["-q"], ["--json"], ["--plain"]):
        said, _ = on_terminal(*words, "plan", "csv:many.csv")
        expect("\r" not in said, f"{words}: progress")


@check("a rollback tells how far it is")
def _():
    said, status = on_terminal("apply", "-y", "csv:names.csv")
    expect(status == 0 and "Applying run 2" in said, said)
    said, status = on_terminal("rollback", "-y", "2")
    expect(status == 0 and "| undo" in said and "Run 2 is rolled back" in said, said)


# ---- records ----

def records(*words):
    out, err, status = in_pipe("--plain", *words)
    expect("\x1b" not in out and "\r" not in out, f"{words}: control characters")
    return [line.split("\t") for line in out.splitlines()], err, status


@check("--plain: a line a record, every record with the same fields")
def _():
    for words, fields in ((["plan", "csv:names.csv"], 6), (["show", "plan.json"], 6), (["show", "1"], 6),
                          (["status"], 6), (["history"], 6), (["verify"], 6),
                          (["importers"], 2), (["importers", "csv"], 4), (["exporters"], 2),
                          (["inspect", "csv:names.csv"], 7), (["inspect", "csv:names.csv", "user0"], 5),
                          (["config", "show", "--keys"], 4)):
        rows, _, status = records(*words)
        expect(status in (0, 9), f"{words}: exit {status}")
        expect(rows and {len(row) for row in rows} == {fields}, f"{words}: {rows}")
        expect(all(field and field == field.strip(" ") for row in rows for field in row),
               f"{words}: padded, or empty: {rows}")
    for words in (["archive", "list"], ["status", "--state-dir", "/var/lib/other"],
                  ["history", "--state-dir", "/var/lib/other"]):
        rows, err, status = records(*words)
        expect(rows == [] and err == "" and status == 0, f"{words}: {rows} {err}")


@check("--plain leaves nothing out: every user of many, every warning")
def _():
    rows, err, _ = records("plan", "csv:many.csv")
    expect([row[1] for row in rows if row[0] == "create"] == [f"many{i:04}" for i in range(MANY)], rows[:5])
    rows, err, status = records("plan", "csv:blocked.csv")
    expect(status == 3 and ["blocked", "root", "Root", "blocked.csv:2",
                            "login belongs to uid 0, which rehome does not manage", "-"] in rows, rows)
    out, err, status = in_pipe("--plain", "--json", "history")
    expect(status == 64 and "exclude each other" in out, f"{status} {out} {err}")


@check("show --user picks users of a plan, in every form")
def _():
    rows, _, _ = records("show", "plan.json", "--user", "many001?", "--user", "many0599")
    expect([row[1] for row in rows] == [f"many001{i}" for i in range(10)] + ["many0599"], rows)
    out, _, _ = in_pipe("show", "plan.json", "--user", "many0599")
    expect("many0599" in out and "Plan: 1 create" in out, out)
    out, err, status = in_pipe("show", "plan.json", "--user", "nobody")
    expect(status == 1 and "no user of the plan matches --user" in err, f"{status} {err}")


@check("a plan of many users with a warning each is short")
def _():
    out, err, _ = in_pipe("plan", "csv:many.csv")
    expect(out.count("\n") + err.count("\n") < 60, out)
    expect("... and 597 more to create like these, many0003 to many0599; --all shows them" in out, out)


# ---- exports ----

@check("an export does nothing to a terminal, and keeps every byte in a pipe")
def _():
    passwd = DIR + "/root/etc/passwd"
    with open(passwd, "rb") as file:
        before = file.read()
    gecos = "Anna \x1b]0;owned\x07\x1b[2J\u202eü\\x1b"
    shown = "Anna \\e]0;owned\\x07\\e[2J\\u{202e}ü\\x1b"
    try:
        with open(passwd, "wb") as file:
            file.write(before.replace("Anna 王".encode(), gecos.encode()))
        for words in (["csv"], ["newusers"], ["passwd-files", "--part", "etc/passwd"]):
            said, _ = on_terminal("-q", "export", *words, "--managed")
            expect(shown in said, f"{words}: {said!r}")
            expect(not re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\u202e\ufeff]|\r[^\n]", said), f"{words}: {said!r}")
            out, _, _ = in_pipe("-q", "export", *words, "--managed")
            expect(gecos in out, f"{words}: {out!r}")
    finally:
        with open(passwd, "wb") as file:
            file.write(before)
    with open(DIR + "/bidi.csv", "w") as file:
        file.write("username,full_name\nbea,Bea\u202eevil\n")
    said, _ = on_terminal("-q", "export", "csv", "csv:bidi.csv")
    expect(said == "username,full_name\r\nbea,Bea\\u{202e}evil\r\n", f"{said!r}")
    out, _, _ = in_pipe("-q", "export", "csv", "csv:bidi.csv")
    expect(out == "\ufeffusername,full_name\nbea,Bea\u202eevil\n", f"{out!r}")


# ---- the machine ----

def prepare():
    with open(DIR + "/names.csv", "w") as file:
        file.write("username,full_name,folders,ssh_keys\n")
        for number, name in enumerate(NAMES):
            file.write(f"user{number},{name},pics:rw logs:ro,{KEY}\n")
    with open(DIR + "/many.csv", "w") as file:
        file.write("username,full_name,folders\n")
        for number in range(MANY):
            file.write(f"many{number:04},Somebody {number},pics\n")
    with open(DIR + "/one.csv", "w") as file:
        file.write(f"username,full_name,folders,ssh_keys\nanna,Anna 王,pics,{KEY}\n")
    with open(DIR + "/blocked.csv", "w") as file:
        file.write(f"username,full_name,ssh_keys\nroot,Root,{KEY}\n")
    for words in (["apply", "-y", "--reason", "the first of several runs that were made for a test", "csv:one.csv"],
                  ["plan", "-o", "plan.json", "csv:many.csv"]):
        out, err, status = in_pipe(*words)
        if status:
            sys.exit(f"terminal.py: {words}: {out}{err}")


def main():
    prepare()
    failed = 0
    print(f"1..{len(checks)}")
    for number, (name, function) in enumerate(checks, 1):
        try:
            function()
            print(f"ok {number} - {name}", flush=True)
        except AssertionError as error:
            failed += 1
            print(f"not ok {number} - {name}")
            print("# " + str(error)[:3000].replace("\n", "\n# "), flush=True)
    return 1 if failed else 0


sys.exit(main())
