#!/usr/bin/env python3
"""Dependencies point one way: which room of src/ may include which other (ARCHITECTURE.md draws it)."""

import sys

from common import finish, includes, read, walk, without_comments

# A room may include itself and what stands here. `sub/room` is looked up before `sub`.
ALLOWED = {
    "base": set(),
    "protocol": {"base"},
    "engine": {"base", "protocol"},
    "sequencer": {"base", "protocol"},
    "auth": {"base", "protocol"},
    "audit": {"base"},
    "market_data": {"base", "protocol"},
    "gateway": {"base", "protocol", "audit", "auth", "market_data", "history"},
    "history": {"base", "protocol"},
    "coordinator": {"base", "protocol"},
    "client": {"base", "protocol"},
    "cluster": {"base", "protocol", "client"},
    "replay": {"base", "protocol", "client"},
    "apps": {"base", "protocol", "engine", "sequencer", "audit", "auth", "market_data", "gateway", "history",
             "coordinator", "client", "cluster", "replay", "bench"},
}
# The generated codecs belong to protocol; the public SDK headers to client.
ALIASES = {"lockstep_sbe": "protocol", "lockstep": "client"}
# A *_test.cc, and what is there for tests alone (*_for_test), may use the helpers of testing/ besides; nothing else in src/ may.
TEST_ONLY = {"testing"}


def check(root):
    findings = []
    files = [p for p in walk(root, "src") if p.endswith((".h", ".cc"))]
    for path in files:
        room = path.split("/")[1]
        if room not in ALLOWED:
            findings.append(f"{path}:1: the room src/{room} is not in tools/checks/dependencies.py")
            continue
        allowed = ALLOWED[room] | {room}
        if path.endswith(("_test.cc", "_for_test.cc", "_for_test.h")):
            allowed = allowed | TEST_ONLY
        for line, name, quoted in includes(without_comments(read(root, path))):
            top = name.split("/")[0]
            target = ALIASES.get(top, top)
            known = target in ALLOWED or target in TEST_ONLY or target == "bench"
            if known and "/" in name and target not in allowed:
                findings.append(f"{path}:{line}: src/{room} must not know {name}")
            elif quoted and not known:
                findings.append(f'{path}:{line}: "{name}" is not in a room of src/: write the path from src/')
    return findings, len(files)


if __name__ == "__main__":
    finish("dependencies", *check(sys.argv[1] if len(sys.argv) > 1 else "."))
