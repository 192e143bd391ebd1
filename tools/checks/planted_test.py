#!/usr/bin/env python3
"""Every gate is shown to fire: a scratch copy with one planted violation must fail it, and the same without must pass."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def run(*command, cwd=None, env=None):
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class Gate(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="lockstep-planted-")
        self.addCleanup(shutil.rmtree, self.root)

    def write(self, path, text):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)
        return full

    def fires(self, said, *command, **kwargs):
        code, out = run(*command, **kwargs)
        self.assertNotEqual(code, 0, f"did not fire: {out}")
        self.assertIn(said, out)

    def passes(self, *command, **kwargs):
        code, out = run(*command, **kwargs)
        self.assertEqual(code, 0, out)


class Sources(Gate):
    """The gates that read text."""

    def check(self, name):
        return os.path.join(HERE, name)

    def test_dependencies(self):
        self.write("src/base/a.h", "#include <cstdint>\n")
        self.write("src/engine/a.h", '#include "base/a.h"\n// #include "sequencer/a.h" in a comment\n')
        self.passes(self.check("dependencies.py"), self.root)
        for room, target in (("engine", "sequencer/a.h"), ("sequencer", "engine/a.h"), ("base", "protocol/a.h"),
                             ("market_data", "gateway/a.h"), ("client", "gateway/a.h"), ("engine", "testing/a.h")):
            with self.subTest(room=room, target=target):
                path = self.write(f"src/{room}/planted.h", f'#include "{target}"\n')
                self.fires(f"src/{room} must not know {target}", self.check("dependencies.py"), self.root)
                os.unlink(path)
        self.write("src/attic/a.h", "\n")
        self.fires("the room src/attic", self.check("dependencies.py"), self.root)

    def test_folders(self):
        self.write("src/base/a.h", "\n")
        self.fires("src/base/README.md: missing", self.check("folders.py"), self.root)
        self.write("src/base/README.md", "# base\n\nOwns a.\nKnows nothing.\n")
        self.passes(self.check("folders.py"), self.root)
        self.write("src/base/README.md", "# base\n")
        self.fires("1 lines", self.check("folders.py"), self.root)

    def test_portable(self):
        self.write("a.txt", "see docs/home/x and /var/lib/lockstep and $HOME/work/x\n")
        self.passes(self.check("portable.py"), self.root)
        for planted in ("/" + "work/x", "/" + "home/me/x", "https://repo." + "maven.apache.org/", "x.pkg." + "dev"):
            with self.subTest(planted=planted):
                self.write("b.txt", f"path = {planted}\n")
                self.fires("b.txt:1", self.check("portable.py"), self.root)

    def test_purity_of_sources(self):
        clean = ("// double time() and rand() may stand in a comment\n#include <cstdint>\n"
                 "const char* kText = \"double\"; constexpr int kSeparated = 1'000'000;\n"
                 "std::int64_t doubled_lots(int runtime) { return runtime; }\n")
        self.write("src/engine/a.cc", clean)
        self.passes(self.check("purity_source.py"), self.root)
        for planted in ("#include <chrono>", "#include <unordered_map>", "#include <thread>", "#include <fstream>",
                        "double price;", "auto x = 0.5;", "auto x = 1e9;", "long double x;", "auto x = time(nullptr);",
                        "clock_gettime(0, &t);", "int x = rand();", "std::mt19937 generator(1);", "std::hash<Order*> h;",
                        "std::set<Order*> orders;", "auto x = reinterpret_cast<uintptr_t>(order);", "std::atomic<int> x;",
                        "auto p = malloc(3);", "std::list<int> orders;", "std::function<void()> f;", "throw 1;",
                        "std::cout << 1;"):
            with self.subTest(planted=planted):
                self.write("src/engine/a.cc", clean + planted + "\n")
                self.fires("src/engine/a.cc:5", self.check("purity_source.py"), self.root)
        self.write("src/engine/a.cc", '#include "base/planted.h"\n')
        self.write("src/base/planted.h", "inline float x;\n")
        self.fires("src/base/planted.h:1", self.check("purity_source.py"), self.root)


class Tools(Gate):
    """The gates that are other people's programs, as ./dev calls them."""

    def test_format(self):
        shutil.copy(os.path.join(ROOT, ".clang-format"), self.root)
        good = self.write("src/a.cc", "int Sum(int a, int b) { return a + b; }\n")
        self.passes("clang-format-19", "--dry-run", "-Werror", good)
        bad = self.write("src/b.cc", "int Sum(int a,int b)\n{ return a+b;}\n")
        self.fires("clang-format-violations", "clang-format-19", "--dry-run", "-Werror", bad)

    def test_shell(self):
        good = self.write("good.sh", '#!/bin/bash\necho "$1"\n')
        self.passes("shellcheck", good)
        bad = self.write("bad.sh", "#!/bin/bash\nrm -r $1/*\n")
        self.fires("SC2086", "shellcheck", bad)

    def test_tidy(self):
        shutil.copy(os.path.join(ROOT, ".clang-tidy"), self.root)
        tidy = (os.path.join(HERE, "tidy.py"), "--root", self.root)
        env = dict(os.environ, XDG_CACHE_HOME=os.path.join(self.root, "cache"))
        cases = {
            "bugprone-": "int Half(bool a) {\n  if (a) {\n    return 1;\n  } else if (a) {\n    return 1;\n  }\n  return 0;\n}\n",
            "clang-analyzer-": "int Read() {\n  const int* nothing = nullptr;\n  return *nothing;\n}\n",
            "performance-": "#include <string>\nsize_t Size(const std::string text) { return text.size(); }\n",
            "misc-include-cleaner": "#include <vector>\nint One() { return 1; }\n",
            "readability-identifier-naming": "int sumOfAll(int OneMore) { return OneMore; }\n",
        }
        self.write("build/release/compile_commands.json", self.commands("a.cc"))
        self.write("src/a.cc", "int Sum(int first, int second) { return first + second; }\n")
        self.passes(*tidy, env=env)
        code, out = run(*tidy, env=env)
        self.assertEqual((code, "1 known to be clean" in out), (0, True), out)
        for said, text in cases.items():
            with self.subTest(said=said):
                self.write("src/a.cc", text)
                self.fires(said, *tidy, env=env)

    def commands(self, name):
        return (f'[{{"directory": "{self.root}", "file": "{self.root}/src/{name}",'
                f' "command": "c++ -std=c++23 -c {self.root}/src/{name}"}}]')


class Objects(Gate):
    """The gate that reads the compiled engine."""

    def library(self, text, *flags):
        source = self.write("part.cc", text)
        obj, archive = os.path.join(self.root, "part.cc.o"), os.path.join(self.root, "libpart.a")
        self.passes("g++", "-std=c++23", "-O2", "-fno-exceptions", *flags, "-c", source, "-o", obj)
        self.passes("ar", "rcs", archive, obj)
        return archive

    def test_objects(self):
        check = os.path.join(HERE, "purity_objects.py")
        allowed = self.write("allowed.txt", "part.cc.o memcpy # copies\n")
        copy = "#include <cstring>\nvoid Copy(char* a, const char* b, unsigned long n) { std::memcpy(a, b, n); }\n"
        self.passes(check, self.library(copy), allowed)
        cases = {
            "needs clock_gettime": "#include <ctime>\nvoid Now(timespec* t) { clock_gettime(0, t); }\n",
            "needs rand": "#include <cstdlib>\nint Any() { return std::rand(); }\n",
            "needs malloc": "#include <cstdlib>\nvoid* Take(unsigned long n) { return std::malloc(n); }\n",
            "needs operator new(": "int* Take() { return new int[3]; }\nstruct A { int x[9]; };\nA* One() { return new A; }\n",
            "needs write": "#include <unistd.h>\nlong Say(const char* a) { return write(1, a, 1); }\n",
            "floating point": "long Half(long a) { return static_cast<long>(static_cast<double>(a) * 0.5); }\n",
            "floating point: f": "long double Sum(long double a, long double b) { return a + b; }\n",
        }
        for said, text in cases.items():
            with self.subTest(said=said):
                self.fires(said, check, self.library(copy + text), allowed)
        take = copy + cases["needs malloc"]
        self.fires("needs malloc", check, self.library(take, "-flto", "-ffat-lto-objects"), allowed)
        self.fires("holds no machine code", check, self.library(copy, "-flto", "-fno-fat-lto-objects"), allowed)
        self.write("allowed.txt", "part.cc.o memcpy\npart.cc.o memmove\n")
        self.fires("allows what nothing needs any more", check, self.library(copy), allowed)

    def test_gates_that_look_at_nothing_fail(self):
        for check in ("dependencies.py", "folders.py", "purity_source.py"):
            with self.subTest(check=check):
                self.fires("nothing to look at", os.path.join(HERE, check), self.root)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=1))
