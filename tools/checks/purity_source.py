#!/usr/bin/env python3
"""The engine is a pure function of the log: nothing in src/engine, nor in any header of ours that it includes, names a
clock, randomness, threads, I/O, floating point, a hash order or the value of a pointer."""

import os
import re
import sys

from common import finish, includes, read, walk, without_comments

HEADERS = {
    "clock": ["chrono", "ctime", "time.h", "sys/time.h", "base/clock.h"],
    "randomness": ["random", "sys/random.h"],
    "thread": ["thread", "mutex", "shared_mutex", "condition_variable", "future", "atomic", "stop_token", "semaphore",
               "latch", "barrier", "pthread.h", "base/waker.h", "base/event_ring.h", "base/ingress_ring.h"],
    "I/O": ["fstream", "iostream", "istream", "ostream", "sstream", "cstdio", "stdio.h", "filesystem", "fcntl.h", "unistd.h",
            "sys/socket.h", "syncstream", "print"],
    "floating point": ["cmath", "math.h", "complex", "cfloat", "numbers", "valarray"],
    "hash order": ["unordered_map", "unordered_set", "typeindex"],
    "locale or environment": ["locale", "clocale"],
}
FORBIDDEN_HEADERS = {header: what for what, headers in HEADERS.items() for header in headers}

TOKENS = [
    (r"\b(?:float|double|_Float\d+|__float128)\b", "floating point"),
    (r"(?<![\w.])\d[\d']*\.\d|(?<![\w.'])\d[\d']*[eE][+-]?\d+\b", "floating point"),
    (r"\b(?:clock_gettime|gettimeofday|timespec|std::time|std::clock|__rdtsc|__builtin_ia32_rdtsc|_rdtsc)\b|(?<![\w:.>])time\s*\(\s*(?:0|NULL|nullptr|&)", "clock"),
    (r"\b(?:random_device|mt19937\w*|minstd_rand0?|drand48|getrandom|getentropy|_rdrand\w*)\b|(?<![\w.>])s?rand(?:_r)?\s*\(", "randomness"),
    (r"\b(?:std::(?:thread|jthread|async|mutex|atomic\w*)|thread_local|pthread_\w+)\b", "thread"),
    (r"\b(?:printf|fprintf|puts|fopen|fwrite|fread|std::(?:cout|cerr|clog|cin|ofstream|ifstream|fstream|getenv))\b|(?<![\w:.>])getenv\s*\(", "I/O or environment"),
    (r"\bunordered_(?:multi)?(?:map|set)\b", "hash order"),
    (r"\bu?intptr_t\b|\bstd::hash\s*<[^>]*\*\s*>|\bstd::(?:less|greater)\s*<[^>]*\*\s*>|\bstd::(?:set|map)\s*<[^,>]*\*", "value of a pointer"),
    (r"\b(?:malloc|calloc|realloc|strdup|aligned_alloc|posix_memalign)\s*\(", "allocation"),
    (r"\bstd::(?:shared_ptr|make_shared|function|any|list|deque|forward_list|regex)\b", "allocation behind a type"),
    (r"\b(?:throw|try)\b|\bcatch\s*\(", "exception"),
    (r"__DATE__|__TIME__", "clock of the build"),
]
PATTERNS = [(re.compile(pattern), what) for pattern, what in TOKENS]


def closure(root):
    """src/engine without its tests, and the headers of ours that it reaches."""
    todo = [p for p in walk(root, "src/engine") if p.endswith((".h", ".cc")) and not p.endswith("_test.cc")]
    seen = []
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.append(path)
        for _, name, quoted in includes(without_comments(read(root, path))):
            if quoted and os.path.isfile(os.path.join(root, "src", name)):
                todo.append(f"src/{name}")
    return sorted(seen)


def check(root):
    findings = []
    files = closure(root)
    for path in files:
        text = without_comments(read(root, path))
        for line, name, _ in includes(text):
            if name in FORBIDDEN_HEADERS:
                findings.append(f"{path}:{line}: {FORBIDDEN_HEADERS[name]}: includes {name}")
        for number, line in enumerate(text.splitlines(), 1):
            if line.lstrip().startswith("#"):
                continue
            for pattern, what in PATTERNS:
                match = pattern.search(line)
                if match:
                    findings.append(f"{path}:{number}: {what}: {match.group(0).strip()}")
    return findings, len([p for p in files if p.startswith("src/engine/")])


if __name__ == "__main__":
    finish("purity_source", *check(sys.argv[1] if len(sys.argv) > 1 else "."))
