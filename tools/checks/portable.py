#!/usr/bin/env python3
"""Nothing in the repository may hold only on one machine: no absolute paths of a work tree or home, no hosts of package
registries or mirrors (apt, Maven and npm take those from their own settings)."""

import re
import sys

from common import finish, read, walk

BINARY = (".png", ".jpg", ".ico", ".gz", ".zst", ".bin", ".jar", ".woff2")
# Pieces are joined here so that this file does not match itself.
FORBIDDEN = [
    (re.compile(r"(?<![\w.$}])/(?:" + "|".join(["work", "home", "root", "Users"]) + r")/\w"), "absolute path"),
    (re.compile("|".join([
        r"pkg\." + "dev", r"artifact" + "registry", r"repo1?\." + r"maven\.", r"deb\." + r"debian\.org",
        r"registry\." + "npmjs", r"registry\." + "yarnpkg", r"files\." + "pythonhosted", r"proxy\." + r"golang\.org",
    ]), re.IGNORECASE), "host of a package registry"),
]


def check(root):
    findings = []
    files = [p for p in walk(root) if not p.endswith(BINARY)]
    for path in files:
        for number, line in enumerate(read(root, path).splitlines(), 1):
            for pattern, what in FORBIDDEN:
                match = pattern.search(line)
                if match:
                    findings.append(f"{path}:{number}: {what}: {match.group(0)}")
    return findings, len(files)


if __name__ == "__main__":
    finish("portable", *check(sys.argv[1] if len(sys.argv) > 1 else "."))
