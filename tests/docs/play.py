#!/usr/bin/env python3
"""play.py [--to-3] NAME | --check FILE.md... - see ./run, which brings the machine.

The document is read from file descriptor 4, for NAME is not there on that machine. One case of the
Test Anything Protocol a block of commands. --to-3 writes the document with what appeared to file
descriptor 3.
"""
import os
import subprocess
import sys

import compare
import document
import terminal


class Player:
    def __init__(self, name, lines):
        self.name, self.lines = name, lines
        self.cases, self.failed = 0, 0
        self.secrets, self.status = [], None
        self.new_output = []  # of (command, lines)

    def report(self, line, title, troubles):
        self.cases += 1
        self.failed += bool(troubles)
        print("%s %d - line %d: %s" % ("not ok" if troubles else "ok", self.cases, line + 1,
                                       title.replace("#", "No. ").replace("\n", " ")), flush=True)
        for trouble in troubles:
            print("# " + trouble)

    def bail(self, line, why):
        print("Bail out! %s:%d: %s" % (self.name, line + 1, why), flush=True)
        sys.exit(1)

    def shell(self, block):
        """Setup that the reader does not see; its output."""
        done = subprocess.run(["sh", "-eu", "-c", block.text], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        text = done.stdout.decode(errors="backslashreplace")
        if done.returncode:
            self.bail(block.line, "setup ends with %d: %s" % (done.returncode, text))
        return text

    def write_file(self, block):
        os.makedirs(os.path.dirname(os.path.abspath(block.path)), exist_ok=True)
        with open(block.path, "w", encoding="utf-8") as file:
            file.write(block.text)

    def command(self, command, status_wanted):
        """What is wrong with it, as lines; none when all is as the document says."""
        expected = compare.trimmed(command.expected)
        got, status, trouble = terminal.run(command.typed, "root" if command.as_root else "maria",
                                            command.expected, self.secrets)
        got = compare.trimmed(got)
        blank = command.expected[len(expected):]
        self.new_output.append((command, compare.updated(expected, got) + blank))
        place = "%s:%d: " % (self.name, command.first + 1)
        troubles = [place + trouble] if trouble else []
        diff = compare.difference(expected, got)
        if diff:
            troubles += [place + "- what the document says, + what appeared:"] + diff
        if status_wanted is not None and status != status_wanted:
            troubles.append(place + "exit status %d instead of %d" % (status, status_wanted))
        elif status_wanted is None and status and any(map(compare.is_gap, expected)):
            troubles.append(place + "exit status %d, and ... may hide why; show it (; echo $?) or "
                            "say so before the block: <!-- status: %d -->" % (status, status))
        return troubles

    def console(self, block):
        troubles = []
        for command in block.commands:
            is_last = command is block.commands[-1]
            troubles += self.command(command, self.status if is_last else None)
        self.status = None
        if self.secrets:
            troubles.append("%d secrets were not asked for" % len(self.secrets))
            self.secrets = []
        self.report(block.line, block.commands[0].typed, troubles)

    def play(self, blocks):
        for block in blocks:
            if block.kind == "setup":
                self.shell(block)
            elif block.kind == "secret":
                self.secrets.append(self.shell(block).rstrip("\n"))
            elif block.kind == "status":
                self.status = int(block.text)
            elif block.kind == "file":
                self.write_file(block)
            elif block.kind == "console":
                self.console(block)
        print("1..%d" % self.cases, flush=True)

    def updated(self):
        lines = list(self.lines)
        for command, output in reversed(self.new_output):
            lines[command.output:command.output + len(command.expected)] = output
        return "\n".join(lines)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def check(paths):
    bad = False
    for path in paths:
        try:
            document.parse(read(path))
        except document.Refused as refused:
            print("%s:%d: error: %s" % (path, refused.line + 1, refused), file=sys.stderr)
            bad = True
    return 1 if bad else 0


def main(arguments):
    if arguments[0] == "--check":
        return check(arguments[1:])
    text = read(4)
    player = Player(os.path.basename(arguments[-1]), text.split("\n"))
    player.play(document.parse(text))
    if arguments[0] == "--to-3":
        os.write(3, player.updated().encode())
    return 1 if player.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
