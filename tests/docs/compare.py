"""Whether lines are what a document says, where `...` stands for what is not always the same."""
import re

ANY = "..."
# Rather many new lines than one that `...` hides, and rather a changed line than either.
MISSING, NEW, CHANGED = 10, 1, 3


def matches_line(pattern, line):
    if ANY not in pattern:
        return pattern == line
    parts = map(re.escape, pattern.split(ANY))
    return re.fullmatch(".*".join(parts), line) is not None


def is_gap(pattern):
    """A line that is only `...` stands for any number of lines."""
    return pattern.strip() == ANY


def trimmed(lines):
    """Without blanks at ends of lines and empty lines at the end; tabs as a terminal shows them."""
    lines = [line.expandtabs().rstrip() for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def is_like(pattern, line):
    """Whether one may have become the other: the first word and half of the others are the same."""
    old, new = pattern.split(), line.split()
    if not old or not new or old[0] != new[0]:
        return False
    return 2 * sum(a == b for a, b in zip(old, new)) >= max(len(old), len(new))


def align(expected, got):
    """The cheapest way from what was expected to what appeared: a list of ('same'|'gap'|'gap ends'|
    'missing'|'new'|'changed', expected line or None, line that appeared or None). The last three
    cost."""
    width = len(got) + 1
    infinite = MISSING * len(expected) + NEW * len(got) + 1
    cost = [[infinite] * width for _ in range(len(expected) + 1)]
    step = [[None] * width for _ in range(len(expected) + 1)]
    cost[0][0] = 0
    for i in range(len(expected) + 1):
        for j in range(width):
            ways = []
            if i and j and not is_gap(expected[i - 1]) and matches_line(expected[i - 1], got[j - 1]):
                ways.append((cost[i - 1][j - 1], "same"))
            elif i and j and is_like(expected[i - 1], got[j - 1]):
                ways.append((cost[i - 1][j - 1] + CHANGED, "changed"))
            if i and is_gap(expected[i - 1]):
                ways.append((cost[i - 1][j], "gap ends"))
                if j:
                    ways.append((cost[i][j - 1], "gap"))
            if i:
                ways.append((cost[i - 1][j] + MISSING, "missing"))
            if j:
                ways.append((cost[i][j - 1] + NEW, "new"))
            if ways:
                cost[i][j], step[i][j] = min(ways, key=lambda way: way[0])
    return walk_back(step, expected, got)


def walk_back(step, expected, got):
    way = []
    i, j = len(expected), len(got)
    while i or j:
        word = step[i][j]
        way.append((word, expected[i - 1] if word != "new" else None,
                    got[j - 1] if word in ("same", "gap", "new", "changed") else None))
        if word in ("same", "missing", "gap ends", "changed"):
            i -= 1
        if word in ("same", "gap", "new", "changed"):
            j -= 1
    return way[::-1]


def difference(expected, got):
    """Lines of a diff, or [] when the lines are what was expected."""
    way = align(expected, got)
    if not any(word in ("missing", "new", "changed") for word, _, _ in way):
        return []
    lines = []
    for word, pattern, line in way:
        if word in ("missing", "changed"):
            lines.append("- " + pattern)
        if word in ("new", "changed"):
            lines.append("+ " + line)
        elif word == "same":
            lines.append("  " + pattern)
        elif word == "gap ends":
            lines.append("  " + ANY)
    return lines


def updated(expected, got):
    """What a document should say of these lines, with the `...` that it has where they still fit."""
    lines = []
    for word, pattern, line in align(expected, got):
        if word in ("same", "gap ends"):
            lines.append(pattern)
        elif word in ("new", "changed"):
            # What looks like a command cannot stand there as it is.
            lines.append(ANY if line.startswith(("# ", "$ ")) else line)
    return lines
