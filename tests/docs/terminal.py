"""A command on a terminal of 80 columns: what appears on it, and who types what at its questions."""
import codecs
import fcntl
import os
import pwd
import re
import select
import signal
import struct
import termios
import time

QUIET = 0.05  # seconds without output after which a line that is not ended is a question
PATIENCE = 3  # seconds that a question without an answer may stand
LIMIT = 90  # seconds that a command may take
COLUMNS, ROWS = 80, 24


class Screen:
    """The lines as a person sees them: returned carriages write over what was there."""

    ERASE = re.compile(r"\x1b\[[0-2]?K")

    def __init__(self):
        self.lines, self.line, self.column = [], [], 0
        self.decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")

    def feed(self, data):
        text = self.decoder.decode(data)
        at = 0
        while at < len(text):
            erase = self.ERASE.match(text, at)
            if erase:
                del self.line[self.column:]
                at = erase.end()
                continue
            self.put(text[at])
            at += 1

    def put(self, char):
        if char == "\n":
            self.lines.append("".join(self.line))
            self.line, self.column = [], 0
        elif char == "\r":
            self.column = 0
        elif char == "\b":
            self.column = max(0, self.column - 1)
        elif char == "\t":
            self.column += 8 - self.column % 8
            self.line += " " * (self.column - len(self.line))
        elif char == "\a":
            pass
        else:
            self.line[self.column:self.column + 1] = char if char != "\x1b" else "^"
            self.column += 1

    def partial(self):
        return "".join(self.line)

    def all(self):
        return self.lines + ([self.partial()] if self.line else [])


class Typist:
    """Answers a question with what the document has behind it, or with a secret where nothing is
    shown of what is typed."""

    def __init__(self, expected, secrets):
        self.expected, self.secrets, self.at = expected, secrets, 0

    def answer(self, question, is_hidden):
        """What to type now, or None."""
        for number in range(self.at, len(self.expected)):
            line = self.expected[number]
            if line.startswith(question) and len(line) > len(question):
                self.at = number + 1
                return line[len(question):]
        if is_hidden and self.secrets:
            return self.secrets.pop(0)
        return None


def environment(user):
    entry = pwd.getpwnam(user)
    path = "/usr/local/bin:/usr/bin:/bin"
    if user == "root":
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return {"HOME": entry.pw_dir, "USER": user, "LOGNAME": user, "SHELL": "/bin/bash", "PATH": path,
            "TERM": "dumb", "PAGER": "cat", "LC_ALL": "C.UTF-8", "SOURCE": os.environ["SOURCE"]}


def become(user):
    if user == "root":
        return
    entry = pwd.getpwnam(user)
    os.fchown(0, entry.pw_uid, -1)
    os.initgroups(user, entry.pw_gid)
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def start(typed, user):
    """bash with the command on a new terminal: its process, and our end of the terminal."""
    pid, fd = os.forkpty()
    if pid == 0:
        try:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
            env = environment(user)
            become(user)
            os.closerange(3, 256)
            os.execve("/bin/bash", ["bash", "-c", typed], env)
        except OSError as error:
            print("cannot start bash:", error, flush=True)
        finally:
            os._exit(127)
    return pid, fd


def is_hidden(fd):
    return not termios.tcgetattr(fd)[3] & termios.ECHO


def read_some(fd, seconds):
    """Bytes of the command; b"" when none came, None when nobody has the terminal any more."""
    if not select.select([fd], [], [], seconds)[0]:
        return b""
    try:
        return os.read(fd, 65536) or None
    except OSError:
        return None


class Session:
    def __init__(self, typed, user, typist):
        self.screen, self.typist, self.trouble = Screen(), typist, None
        self.pid, self.fd = start(typed, user)
        self.began = self.heard = time.monotonic()

    def answer_question(self):
        """When the last line has stood for a while without being ended."""
        now = time.monotonic()
        question = self.screen.partial()
        if now - self.heard < QUIET or not question.endswith(" "):
            return
        typed = self.typist.answer(question, is_hidden(self.fd))
        if typed is not None:
            os.write(self.fd, typed.encode() + b"\n")
            self.heard = now
        elif now - self.heard > PATIENCE:
            self.stop("it asks, and the document has no answer")

    def stop(self, why):
        self.trouble = why
        try:
            os.killpg(os.tcgetpgrp(self.fd), signal.SIGKILL)
        except OSError:
            pass
        os.kill(self.pid, signal.SIGKILL)

    def listen(self):
        """Until the command has ended; its status as a shell has it."""
        while True:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            data = read_some(self.fd, 0.02)
            while data:
                self.screen.feed(data)
                self.heard = time.monotonic()
                # What came last may have been written before the command ended.
                data = read_some(self.fd, 0)
            if ended:
                return os.waitstatus_to_exitcode(status)
            if self.trouble is None:
                self.answer_question()
                if time.monotonic() - self.began > LIMIT:
                    self.stop("it takes longer than %d seconds" % LIMIT)


def run(typed, user, expected, secrets):
    """The lines that appeared, the exit status, and what went wrong with typing or None."""
    session = Session(typed, user, Typist(expected, secrets))
    try:
        status = session.listen()
    finally:
        os.close(session.fd)
    return session.screen.all(), status, session.trouble
