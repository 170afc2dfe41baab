"""What is in a document, in its order: setup to run, files to write, commands to type.

A document is Markdown of which every block is understood; what is not, is refused with its line. So
no command that a reader sees can be left out of the test.
"""
import re

KINDS = ("console", "yaml", "csv", "c", "text")
PROMPTS = ("# ", "$ ")
# In a block that is not run, these would look like something to type.
TYPED = re.compile(r"(\s*[#$] |(sudo )?(rehome|sftp|ssh|systemctl|apt|apt-get) )")


class Refused(Exception):
    def __init__(self, line, why):
        super().__init__(why)
        self.line = line


class Command:
    """`typed` is what bash gets; `expected` what appears; lines first to last, counted from 0."""

    def __init__(self, prompt, typed, first):
        self.as_root = prompt == "# "
        self.typed = typed
        self.first = first
        self.output = first + typed.count("\n") + 1
        self.expected = []


class Block:
    """kind: setup (text), secret (text), status (text), file (text, path), console (commands)."""

    def __init__(self, kind, line, text="", path=None):
        self.kind, self.line, self.text, self.path = kind, line, text, path
        self.commands = []


def console_block(lines, start, end):
    block = Block("console", start)
    number = start
    while number < end:
        line = lines[number]
        if line.startswith(PROMPTS):
            command = Command(line[:2], line[2:], number)
            while command.typed.endswith("\\") and number + 1 < end:
                number += 1
                command.typed += "\n" + lines[number]
            command.output = number + 1
            block.commands.append(command)
        elif not block.commands:
            raise Refused(number, "a console block begins with a command: '# ' or '$ '")
        else:
            block.commands[-1].expected.append(line)
        number += 1
    if not block.commands:
        raise Refused(start, "a console block without a command")
    return block


def fenced_block(lines, start):
    """The block whose fence opens at start, and the number of the line after it."""
    info = lines[start][3:].split()
    kind = info[0] if info else ""
    if kind not in KINDS:
        raise Refused(start, "a block of kind '%s'; known are %s" % (kind, ", ".join(KINDS)))
    end = start + 1
    while end < len(lines) and lines[end] != "```":
        end += 1
    if end == len(lines):
        raise Refused(start, "this block does not end")

    path = None
    for word in info[1:]:
        if not word.startswith("file=") or kind == "console":
            raise Refused(start, "'%s' is not understood" % word)
        path = word[len("file="):]
    if kind == "console":
        return console_block(lines, start + 1, end), end + 1
    if kind == "text":
        for number in range(start + 1, end):
            if TYPED.match(lines[number]):
                raise Refused(number, "a command in a block that nobody runs")
    if path is None:
        return None, end + 1
    return Block("file", start, "".join(line + "\n" for line in lines[start + 1:end]), path), end + 1


def comment(lines, start):
    """The setup that a comment holds, or None; and the number of the line after it."""
    end = start
    while end < len(lines) and "-->" not in lines[end]:
        end += 1
    if end == len(lines):
        raise Refused(start, "this comment does not end")
    if not lines[end].endswith("-->"):
        raise Refused(end, "text behind a comment")
    text = "\n".join(lines[start:end + 1])[len("<!--"):-len("-->")].strip()
    word, colon, rest = text.partition(":")
    if colon and word in ("run", "secret", "status", "no commands"):
        return Block({"run": "setup"}.get(word, word), start, rest.strip()), end + 1
    if text.startswith("run\n"):
        return Block("setup", start, text[len("run\n"):]), end + 1
    return None, end + 1


def parse(text):
    """The blocks of a document; Refused when there is anything that the test would pass by."""
    lines = text.split("\n")
    blocks = []
    number = 0
    while number < len(lines):
        line = lines[number]
        block = None
        if line.startswith("```"):
            block, number = fenced_block(lines, number)
        elif line.startswith("<!--"):
            block, number = comment(lines, number)
        else:
            refuse_hidden_block(lines, number)
            number += 1
        if block:
            blocks.append(block)
    if not any(block.kind in ("console", "no commands") for block in blocks):
        raise Refused(0, "nothing to run; if that is right: <!-- no commands: WHY -->")
    return blocks


def refuse_hidden_block(lines, number):
    line = lines[number]
    if re.match(r"[\s>]*(```|~~~)", line):
        raise Refused(number, "a fence that is not ``` in the first column")
    if re.match(r"( {4}|\t)\s*\S", line) and number > 0 and not lines[number - 1].strip():
        raise Refused(number, "an indented block: use ``` with a kind")
    if re.search(r"<(pre|code)\b", line):
        raise Refused(number, "a block in HTML: use ``` with a kind")
