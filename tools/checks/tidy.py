#!/usr/bin/env python3
"""clang-tidy over all of our .cc files, two at a time, remembering what was clean.

    tidy.py [--fix] [--build DIR] [--jobs N] [FILE…]

A file is looked at again only when it, a header of ours that it reaches, the schema, the lint's settings or its compile
flags have changed: the key of the memory is a hash over all of these. Tests are spared the analyzer, which takes most of the
time and mostly reads gtest's macros. Of misc-include-cleaner, an include that nothing uses is a finding; one that is missing
because another header already brings the name is not, but --fix writes it."""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys

from common import includes, read, without_comments

TIDY = "clang-tidy-19"
HEADERS = r"(^|/)(src|include|bench|testing)/.*"
TEST_CHECKS = "-clang-analyzer-*,-performance-unnecessary-*,-bugprone-implicit-widening-of-multiplication-result"


# Brought by another header; the compiler tells when nothing brings it.
MISSING_INCLUDE = "is directly included [misc-include-cleaner"


def memory_folder():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "lockstep-tidy")


class Key:
    """Hashes what the result for a file depends on."""

    def __init__(self, root):
        self.root = root
        self.texts = {}
        self.reached = {}
        common = hashlib.sha256()
        common.update(subprocess.run([TIDY, "--version"], capture_output=True, check=True).stdout)
        for path in (".clang-tidy", "schema/lockstep.xml", "tools/checks/tidy.py"):
            full = os.path.join(root, path)
            if os.path.isfile(full):
                common.update(open(full, "rb").read())
        self.common = common.digest()

    def text(self, path):
        if path not in self.texts:
            self.texts[path] = read(self.root, path)
        return self.texts[path]

    def direct(self, path):
        if path not in self.reached:
            found = []
            for _, name, _ in includes(without_comments(self.text(path))):
                for folder in ("src", "include", "", os.path.dirname(path)):
                    candidate = os.path.normpath(os.path.join(folder, name))
                    if os.path.isfile(os.path.join(self.root, candidate)):
                        found.append(candidate)
                        break
            self.reached[path] = found
        return self.reached[path]

    def of(self, path, flags):
        seen, todo = set(), [path]
        while todo:
            one = todo.pop()
            if one not in seen:
                seen.add(one)
                todo += self.direct(one)
        digest = hashlib.sha256(self.common + flags.encode())
        for one in sorted(seen):
            digest.update(one.encode() + b"\0" + self.text(one).encode() + b"\0")
        return digest.hexdigest()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", default=".")
    parser.add_argument("--build", default="build/release", help="where compile_commands.json is")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--fix", action="store_true", help="let clang-tidy correct what it can")
    parser.add_argument("files", nargs="*")
    args = parser.parse_args()
    root = os.path.abspath(args.root)

    with open(os.path.join(root, args.build, "compile_commands.json"), encoding="utf-8") as file:
        commands = {}
        for entry in json.load(file):
            path = os.path.relpath(os.path.join(entry["directory"], entry["file"]), root)
            if re.match(r"(src|bench|testing)/", path):
                commands.setdefault(path, entry["command"].replace(root, "."))
    wanted = sorted(set(args.files) & set(commands) if args.files else commands)
    if not wanted:
        print("tidy: found nothing to look at")
        return 1

    key = Key(root)
    memory = memory_folder()
    os.makedirs(memory, exist_ok=True)
    todo = []
    for path in wanted:
        mark = os.path.join(memory, key.of(path, commands[path]))
        if args.fix or not os.path.exists(mark):
            todo.append((path, mark))

    def look(item):
        path, mark = item
        command = [TIDY, "-p", args.build, "--quiet", f"--header-filter={HEADERS}",
                   "--extra-arg=-Wno-unknown-warning-option"]
        if "rapidjson/" in key.text(path):
            # Debian's RapidJSON holds a template that nobody instantiates and that would not compile; clang 19 looks at it all the same.
            command += ["--extra-arg=-fdelayed-template-parsing",
                        "--extra-arg=-Wno-delayed-template-parsing-in-cxx20"]
        if path.endswith("_test.cc") or path.startswith("testing/"):
            command.append(f"--checks={TEST_CHECKS}")
        if args.fix:
            command += ["--fix", "--fix-errors", "--format-style=file"]
        done = subprocess.run(command + [path], cwd=root, capture_output=True, text=True)
        findings = [line.replace(root + "/", "") for line in done.stdout.splitlines()
                    if re.match(r"\S+:\d+:\d+: (?:error|warning): ", line) and MISSING_INCLUDE not in line]
        if done.returncode != 0 and not done.stdout.strip():
            findings.append(f"{path}: clang-tidy failed: {done.stderr.strip()[-2000:]}")
        if not findings:
            open(mark, "w", encoding="utf-8").close()
        return findings

    bad, told = 0, set()
    # Two files that share a header must not both correct it.
    jobs = 1 if args.fix else args.jobs
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for findings in pool.map(look, todo):
            bad += 1 if findings else 0
            for line in findings:
                if line not in told:  # a header's finding once, not once for each file that includes it
                    told.add(line)
                    print(line.replace(",-warnings-as-errors", "").replace(": error: ", ": "))
    print(f"tidy: {len(wanted)} files, {len(wanted) - len(todo)} known to be clean, {bad} with findings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
