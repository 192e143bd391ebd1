#!/usr/bin/env python3
"""Each folder that holds source opens with a README.md of a few lines: what it owns, what it must not know, where to start."""

import os
import sys

from common import finish, read, walk

SOURCE = (".cc", ".h", ".py", ".java", ".ts")
TOPS = ("src", "include", "testing", "bench", "tools", "schema", "deploy", "web", "java")
FEWEST, MOST = 3, 40


def check(root):
    files = [p for top in TOPS if os.path.isdir(os.path.join(root, top)) for p in walk(root, top)]
    folders = sorted({os.path.dirname(p) for p in files if p.endswith(SOURCE)})
    findings = []
    for folder in folders:
        readme = f"{folder}/README.md"
        if not os.path.isfile(os.path.join(root, readme)):
            findings.append(f"{readme}: missing")
            continue
        lines = len([l for l in read(root, readme).splitlines() if l.strip()])
        if not FEWEST <= lines <= MOST:
            findings.append(f"{readme}: {lines} lines; a folder's README has {FEWEST} to {MOST}")
    return findings, len(folders)


if __name__ == "__main__":
    finish("folders", *check(sys.argv[1] if len(sys.argv) > 1 else "."))
