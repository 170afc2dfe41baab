#!/usr/bin/env python3
"""probe.py [--again] - log in as everybody and note what the server and the kernel made of it.

Runs on the private machine (run). Tries every login of claims.tsv, of passwords and of names with
its passwords, a wrong one and the empty one, some thirty at a time. With --again only the logins of
the file "again", one at a time: on a loaded machine thirty sessions disturb each other. Who and where a session is comes
from /proc of the process that holds the server's end of the control connection, never from what the
server says. Then it stores, makes a directory and deletes in the landing directory.

Output, tab-separated: user, kind of password (right, wrong, empty), its number, OK or DENY or DOWN,
jail, cwd, uid, gid, groups, umask, stor, mkd, dele (mode of what was made, or "-"), the answer.
"""
import concurrent.futures
import ftplib
import io
import os
import signal
import socket
import stat
import sys
import time

PORT = 21
WRONG = "certainly-wrong-7"
HERE = "/.oracle/"
with open(HERE + "source") as source:
    KIND = source.read().split()[0]
AGAIN = sys.argv[1:] == ["--again"]


def unescape(text):
    """rehome escapes what a terminal cannot show as \\xNN."""
    out, i = bytearray(), 0
    raw = text.encode()
    while i < len(raw):
        if raw[i : i + 2] == b"\\x" and i + 4 <= len(raw):
            out.append(int(raw[i + 2 : i + 4], 16))
            i += 4
        elif raw[i : i + 2] == b"\\\\":
            out.append(0x5C)
            i += 2
        else:
            out.append(raw[i])
            i += 1
    return bytes(out).decode("utf-8", "surrogateescape")


def read_lines(name):
    try:
        with open(HERE + name, newline="\n", encoding="utf-8", errors="surrogateescape") as file:
            return [line.rstrip("\n") for line in file if line.rstrip("\n")]
    except FileNotFoundError:
        return []


# How long an answer may take, in seconds.
PATIENCE = int("".join(read_lines("patience")) or 45)


def attempts():
    passwords, users = {}, []
    for line in read_lines("passwords"):
        user, _, password = line.partition("\t")
        passwords.setdefault(user, []).append(password)
    claimed = [unescape(line.split("\t")[0]) for line in read_lines("claims.tsv")[1:]]
    for user in claimed + list(passwords) + read_lines("names"):
        if user not in users:
            users.append(user)
    for user in read_lines("again") if AGAIN else users:
        for number, password in enumerate(passwords.get(user, [])):
            if password:
                yield user, "right", number, password
        yield user, "wrong", 0, WRONG
        yield user, "empty", 0, ""


def server_inode(port):
    """The socket whose peer is our local port."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(table) as file:
                lines = file.read().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            cells = line.split()
            local, remote = (int(cells[i].rsplit(":", 1)[1], 16) for i in (1, 2))
            if local == PORT and remote == port and cells[9] != "0":
                return cells[9]
    return None


def holders(inode):
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            for fd in os.listdir(f"/proc/{process}/fd"):
                if os.readlink(f"/proc/{process}/fd/{fd}") == f"socket:[{inode}]":
                    yield int(process)
                    break
        except OSError:
            pass


def status(process):
    found = {}
    with open(f"/proc/{process}/status") as file:
        for line in file:
            key, _, value = line.partition(":")
            found[key] = value.split()
    groups = ",".join(str(g) for g in sorted(int(g) for g in found["Groups"]))
    return {
        "uid": found["Uid"][1],
        "gid": found["Gid"][1],
        "groups": groups or "-",
        "umask": found["Umask"][0],
    }


def session_of(ftp):
    """The session's own process: of several that hold the socket the one that is not root, or the
    youngest, where its helper is not root either (vsftpd)."""
    inode = server_inode(ftp.sock.getsockname()[1])
    best = None
    for process in sorted(holders(inode)):
        now = status(process)
        if best is None or now["uid"] != "0" or best["uid"] != "0" and KIND == "vsftpd":
            best = dict(now, process=process)
    if best is None:
        return None
    best["jail"] = os.readlink(f"/proc/{best['process']}/root")
    best["cwd"] = os.readlink(f"/proc/{best['process']}/cwd")
    return best


def mode_of(path):
    try:
        return "%04o" % stat.S_IMODE(os.stat(path).st_mode)
    except OSError:
        return "?"


def tried(action, made=None):
    """The mode of what was made, "y", or "n"."""
    try:
        action()
    except ftplib.all_errors:
        return "n"
    return mode_of(made) if made else "y"


def rights(ftp, session, unique):
    stored, folder, victim = f"stor.{unique}", f"mkd.{unique}", f"dele.{unique}"
    directory = session["cwd"] + "/"
    with open(directory + victim, "w") as file:
        file.write("x")
    os.chown(directory + victim, int(session["uid"]), int(session["gid"]))
    os.chmod(directory + victim, 0o644)
    found = [
        tried(lambda: ftp.storbinary("STOR " + stored, io.BytesIO(b"x\n")), directory + stored),
        tried(lambda: ftp.mkd(folder), directory + folder),
        tried(lambda: ftp.delete(victim)),
    ]
    for name in (stored, victim):
        if os.path.lexists(directory + name):
            os.unlink(directory + name)
    if os.path.lexists(directory + folder):
        os.rmdir(directory + folder)
    return found


def log_in(ftp, user, password):
    ftp.encoding = "utf-8"
    # ftplib refuses what cannot be sent; surrogates are bytes that are no UTF-8.
    ftp.connect("127.0.0.1", PORT, PATIENCE)
    raw = lambda verb, text: ftp.sock.sendall(
        (verb + " ").encode() + text.encode("utf-8", "surrogateescape") + b"\r\n"
    )
    raw("USER", user)
    answer = ftp.getresp()
    if answer.startswith("3"):
        raw("PASS", password)
        answer = ftp.getresp()
    if not answer.startswith("2"):
        raise ftplib.error_perm(answer)


def end_stuck(ftp):
    """A session that does not answer may spin for ever, and everybody else would wait for it."""
    inode = server_inode(ftp.sock.getsockname()[1]) if ftp.sock else None
    for process in list(holders(inode)) if inode else []:
        os.kill(process, signal.SIGKILL)


def probe(number, user, kind, count, password):
    row = [user, kind, str(count), "DENY"] + ["-"] * 9 + [""]
    ftp = ftplib.FTP()
    try:
        log_in(ftp, user, password)
    except ftplib.all_errors as error:
        if isinstance(error, TimeoutError):
            end_stuck(ftp)
        row[13] = str(error).replace("\n", " ").replace("\t", " ")[:100]
        if isinstance(error, ConnectionRefusedError):
            row[3] = "DOWN"
        return row
    row[3] = "OK"
    session = session_of(ftp)
    if session:
        row[4:10] = [session[k] for k in ("jail", "cwd", "uid", "gid", "groups", "umask")]
        if kind == "right" or not count:
            row[10:13] = rights(ftp, session, number)
    try:
        ftp.quit()
    except ftplib.all_errors:
        pass
    return row


def is_up():
    """A server that dies of its configuration is as good as one that refuses everybody."""
    for _ in range(60):
        try:
            with socket.create_connection(("127.0.0.1", PORT), 2) as connection:
                connection.settimeout(5)
                if connection.recv(4):
                    return True
        except OSError:
            pass
        time.sleep(0.05)
    return False


def escaped(text):
    raw = text.encode("utf-8", "surrogateescape")
    return "".join(
        chr(c) if 0x20 <= c < 0x7F and c != 0x5C else "\\x%02x" % c for c in raw
    )


def main():
    if not is_up():
        print("# the server is not up", file=sys.stderr)
    with concurrent.futures.ThreadPoolExecutor(1 if AGAIN else 32) as pool:
        jobs = [pool.submit(probe, n, *attempt) for n, attempt in enumerate(attempts())]
        for job in jobs:
            print("\t".join(escaped(cell) for cell in job.result()), flush=True)


main()
