#!/usr/bin/env python3
"""What the compiled engine needs from outside, object by object, against a list; and no instruction that computes with
floating point.

    purity_objects.py LIBRARY.a [ALLOWED.txt]

ALLOWED.txt: `object-pattern symbol-pattern` on each line (shell patterns on demangled names; # begins a comment). A symbol
defined by another object of the same library is always allowed. A line that allows nothing any more is a finding too, so
that the list stays as tight as the library."""

import fnmatch
import os
import re
import subprocess
import sys
import tempfile

from common import finish

# Scalar and packed float arithmetic, conversions and compares of SSE/AVX, and all of x87. Moves, shuffles and bit
# operations of the "ps"/"pd" kind are left out: compilers use them to copy and clear integers.
FLOAT = re.compile(
    r"^v?(?:add|sub|mul|div|sqrt|min|max|round|rcp|rsqrt|hadd|hsub|addsub|dp|u?comi|cmp\w*)[sp][sd]$"
    r"|^v?f(?:n?m(?:add|sub)\w*)$|^v?cvt\w+$|^f(?:add|sub|mul|div|ld|ild|st|ist|com|ucom|sqrt|abs|chs|xch|sin|cos|ptan|patan|yl2x|2xm1|prem|rndint|scale)\w*$")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def plain(library, folder):
    """A copy without the intermediate code of link time optimisation, which nm would read in place of the machine's."""
    copy = os.path.join(folder, os.path.basename(library))
    run("objcopy", "--wildcard", "-R", ".gnu.lto_*", "-R", ".gnu.debuglto_*", library, copy)
    return copy


def members(library):
    """object name → (undefined, defined) demangled symbols."""
    objects, current = {}, None
    for line in run("nm", "-C", "--format=posix", library).splitlines():
        header = re.match(r"^.*\[(.+)\]:$", line)
        if header:
            current = objects.setdefault(header.group(1), (set(), set()))
            continue
        # name, type, and for defined symbols value and size; demangled names have blanks
        parts = re.match(r"^(.*?) ([A-Za-z])(?: [0-9a-f]+(?: [0-9a-f]*)?)?\s*$", line)
        if parts and current is not None:
            name, kind = parts.groups()
            current[0 if kind in "Uwv" else 1].add(name)
    return objects


def float_instructions(library):
    findings, where, function, instructions = [], "", "", 0
    for line in run("objdump", "-d", "-C", "--no-show-raw-insn", library).splitlines():
        if line.endswith("file format elf64-x86-64"):
            where = line.split(":")[0]
        elif line.endswith(">:"):
            function = line.split("<", 1)[1][:-2]
        else:
            parts = line.split("\t")
            if len(parts) >= 2:
                instructions += 1
                words = parts[1].split()
                if words and FLOAT.match(words[0]):
                    findings.append(f"{where}: floating point: {words[0]} in {function}")
    if not instructions:
        findings.append(f"{os.path.basename(library)}: holds no machine code to look at")
    return findings


def allowed_list(path):
    rules = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.split("#")[0].strip()
            if line:
                pattern, symbol = line.split(None, 1)
                rules.append((number, pattern, symbol))
    return rules


def matches(symbol, pattern):
    # Brackets are part of C++ names (operator new[]), not sets of characters.
    return fnmatch.fnmatchcase(symbol, pattern.replace("[", "[[]"))


def check(library, allowed_path):
    with tempfile.TemporaryDirectory() as folder:
        return check_plain(plain(library, folder), allowed_path)


def check_plain(library, allowed_path):
    objects = members(library)
    rules = allowed_list(allowed_path)
    inside = set().union(*(defined for _, defined in objects.values())) if objects else set()
    used, findings = set(), []
    for name, (undefined, _) in sorted(objects.items()):
        for symbol in sorted(undefined - inside):
            hits = [number for number, pattern, rule in rules
                    if fnmatch.fnmatchcase(name, pattern) and matches(symbol, rule)]
            used.update(hits)
            if not hits:
                findings.append(f"{os.path.basename(library)}[{name}]: needs {symbol}")
    for number, pattern, rule in rules:
        if number not in used:
            findings.append(f"{allowed_path}:{number}: allows what nothing needs any more: {pattern} {rule}")
    findings += float_instructions(library)
    return findings, len(objects)


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    finish("purity_objects", *check(
        sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else os.path.join(here, "engine_symbols.txt")))
