"""What every check shares: which files are ours, C++ text without comments and strings, and how a finding is told."""

import os
import re
import sys

LEFT_OUT = {".git", "build", ".cache", "node_modules", "__pycache__"}


def walk(root, *tops):
    """Paths of all files below `tops` (or the whole checkout), relative to root, sorted."""
    found = []
    for top in tops or ("",):
        for folder, folders, files in os.walk(os.path.join(root, top)):
            folders[:] = sorted(f for f in folders if f not in LEFT_OUT)
            found += [os.path.relpath(os.path.join(folder, f), root) for f in files if f not in LEFT_OUT]
    return sorted(found)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()


_CODE = re.compile(
    r"""//[^\n]*|/\*.*?\*/|R"(?P<d>[^(\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'""",
    re.DOTALL,
)


def without_comments(text):
    """Comments and the insides of literals blanked; line numbers and include lines stay."""

    def blank(match):
        piece = match.group(0)
        line_start = text.rfind("\n", 0, match.start()) + 1
        if text[line_start:match.start()].lstrip().startswith("#"):
            if piece.startswith('"'):
                return piece
        # A digit separator (1'000'000) looks like the start of a character literal.
        if piece.startswith("'") and match.start() and text[match.start() - 1].isalnum():
            return piece
        return "\n" * piece.count("\n") + " "

    return _CODE.sub(blank, text)


_INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def includes(text):
    """(line, name, is_quoted) of each include."""
    return [
        (text.count("\n", 0, m.start(2)) + 1, m.group(2), m.group(1) == '"')
        for m in _INCLUDE.finditer(text)
    ]


def finish(name, findings, looked_at):
    """Prints the findings and leaves with 1 if there are any; a check that looked at nothing has failed too."""
    for finding in findings:
        print(finding)
    if not looked_at:
        print(f"{name}: found nothing to look at")
        sys.exit(1)
    if findings:
        print(f"{name}: {len(findings)} finding(s)")
        sys.exit(1)
