"""pages.py - the manual as the tests see it: the sections of docs/man/*.scd, and what stands in them.

An entry is a line that begins in bold, followed by an indented text:

	*-o*, *--output* _FILE_
		Save the plan to _FILE_. Default: none.

Its term is compared without the marks of scdoc(5), "-o, --output FILE". The sentence that begins with
"Default:" tells the default: a single word in bold is the value of the table, anything else tells
what happens without the option. Where several pages have the same options, one describes them and
the others name them and point there:

	*--set*, *--user*
		As in *rehome-plan*(8).

A table of scdoc with two columns, the first in bold, holds entries too. Two entries that stand one
below the other without a text between them share the text of the second.
"""
import os
import re

MARK = re.compile(r"\\(.)|([*_])")
REFERENCE = re.compile(r"\*([a-z][a-z0-9._-]*)\*\((\d)\)")


def is_word(char):
    return char.isalnum()


def plain(text):
    """Without the marks: *bold*, _underlined_ and \\escapes. An underscore within a word is one."""
    out = []
    for match in re.finditer(r"\\(.)|(.)", text, re.S):
        escaped, char = match.groups()
        before = text[match.start() - 1] if match.start() else " "
        after = text[match.end()] if match.end() < len(text) else " "
        if escaped:
            out.append(escaped)
        elif char == "*" or (char == "_" and not (is_word(before) and is_word(after))):
            continue
        else:
            out.append(char)
    return "".join(out)


class Entry:
    def __init__(self, term, line):
        self.term, self.line, self.body = term, line, []

    def text(self):
        return " ".join(" ".join(self.body).split())

    def default(self):
        """(value of the table or None, prose or None); both None where no default is told."""
        match = re.search(r"\bDefault: (.+?)\.(?= |$)", self.text())
        if not match:
            return None, None
        value = re.fullmatch(r"\*([^*]+)\*", match.group(1))
        if value:
            return plain(value.group(0)), None
        return None, plain(match.group(1))

    def pointer(self):
        """What "As in ..." names: "rehome-plan(8)", a heading of the same page, or None."""
        match = re.match(r"As in \*([^*]+)\*(\(\d\))?", self.text())
        return plain(match.group(1)) + (match.group(2) or "") if match else None

    def bold(self):
        """The words in bold of the term: the names that a pointer lists."""
        return [plain(word) for word in re.findall(r"\*((?:[^*\\]|\\.)+)\*", self.term)]


class Section:
    """parent: the heading of the section that a subsection belongs to, or None."""

    def __init__(self, heading, parent, line):
        self.heading, self.parent, self.line = heading, parent, line
        self.lines, self.entries = [], []


class Page:
    """name: "rehome-plan(8)"; sections in their order, those of "##" among them."""

    def __init__(self, path):
        self.path = path
        self.file = os.path.basename(path)
        with open(path, encoding="utf-8") as file:
            self.lines = file.read().split("\n")
        match = re.match(r"([a-z][a-z0-9._-]*)\((\d)\) ", self.lines[0] + " ")
        self.name = "%s(%s)" % match.groups() if match else None
        self.sections = []
        self.read()

    def read(self):
        section, entry, literal = Section("", None, 1), None, False
        pending = []
        for number, line in enumerate(self.lines[1:], 2):
            if line.strip() == "```":
                literal = not literal
            heading = not literal and re.match(r"(#{1,2}) (.+)$", line)
            if heading:
                parent = section.parent or section.heading if heading.group(1) == "##" else None
                section, entry = Section(heading.group(2), parent, number), None
                self.sections.append(section)
                continue
            section.lines.append(line)
            if literal or line.strip() == "```":
                if entry and line.startswith("\t"):
                    entry.body.append("")
                continue
            row = re.match(r"[|\[\]][\[\]<>-]? +(\*.+)$", line)
            cell = re.match(r":[\[\]<>-]? *(.+)$", line)
            if row or line.startswith("*"):
                entry = Entry(row.group(1) if row else line, number)
                section.entries.append(entry)
                pending.append(entry)
            elif cell and entry:
                entry.body.append(cell.group(1))
                pending = []
            elif line.startswith("\t") and entry:
                for one in pending or [entry]:
                    one.body.append(line.strip())
                pending = pending if len(pending) > 1 else []
            elif line.strip():
                entry, pending = None, []
            elif pending and not pending[-1].body:
                # A paragraph that begins in bold is none.
                section.entries = [one for one in section.entries if one not in pending]
                entry, pending = None, []
            else:
                pending = []

    def section(self, heading):
        for section in self.sections:
            if section.heading == heading:
                return section
        return None

    def entries(self, heading):
        """Of a section and of its subsections."""
        return [entry for section in self.sections if heading in (section.heading, section.parent)
                for entry in section.entries if entry.body]

    def references(self):
        """(name, line) of every other page that is named."""
        found = []
        literal = False
        for number, line in enumerate(self.lines[1:], 2):
            literal ^= line.strip() == "```"
            if not literal:
                found += [("%s(%s)" % match.groups(), number) for match in REFERENCE.finditer(line)]
        return found


def read_all(folder):
    """Every page of a folder by its name; one without a name by its file."""
    pages = {}
    for file in sorted(os.listdir(folder)):
        if file.endswith(".scd"):
            page = Page(os.path.join(folder, file))
            pages[page.name or file] = page
    return pages


class Tap:
    """Cases; a case is good when nothing was found against it."""

    def __init__(self):
        self.count, self.failed = 0, 0

    def case(self, name, faults):
        self.count += 1
        self.failed += bool(faults)
        print("%s %d - %s" % ("not ok" if faults else "ok", self.count, name))
        for fault in faults:
            print("# " + fault)

    def skip(self, name, why):
        self.count += 1
        print("ok %d - %s # SKIP %s" % (self.count, name, why))

    def finish(self):
        print("1..%d" % self.count)
        return 1 if self.failed else 0
