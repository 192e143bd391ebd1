"""The first five minutes of both READMEs, run as they stand: each block of code prints what stands below it, but for the numbers."""

import os
import re
import subprocess
import sys

import pytest

from documents import ROOT
from exchange import LOCKSTEP, Exchange, wait_until
from rest import Rest

SECTIONS = {"README.md": "## The first five minutes\n", "README.zh-CN.md": "## 最初五分钟\n"}
LEFT_OUT = "…"


def blocks(name):
    """(language, code, lines that it prints)"""
    section = (ROOT / name).read_text().split(SECTIONS[name])[1].split("\n## ")[0]
    found = re.findall(r"```(sh|python)\n(.*?)```\n\n((?:    [^\n]*\n)+)", section, re.DOTALL)
    assert len(found) == section.count("```") / 2 > 0
    return [(language, code, [line.strip() for line in output.splitlines()]) for language, code, output in found]


@pytest.fixture(scope="module")
def traded():
    """What `./dev demo` starts."""
    exchange = Exchange()
    bots = subprocess.Popen([LOCKSTEP, "bots", "--http", exchange.address, "--keys", str(exchange.data / "dev-keys.json")], stdout=subprocess.DEVNULL)
    rest = Rest(exchange.address, exchange.keys["taker"])
    wait_until(lambda: len(rest.call("GET", "/api/v3/trades", {"symbol": "BTCUSDT"}).json()) > 10)
    yield exchange
    bots.terminate()
    assert bots.wait(timeout=30) == 0
    assert exchange.stop() == 0


def without_values(text):
    """Numbers, and which side was the maker, are each run's own."""
    return re.sub(r"\d+(\.\d+)?|True|False", "0", text)


def test_both_have_the_same_code():
    assert blocks("README.md") == blocks("README.zh-CN.md")


@pytest.mark.parametrize("language, code, printed", blocks("README.md"), ids=["curl", "ccxt", "python-binance"])
def test_the_code_prints_what_it_says(traded, language, code, printed):
    assert "127.0.0.1:8080" in code and "build/demo/dev-keys.json" in code
    code = code.replace("127.0.0.1:8080", traded.address).replace("build/demo/dev-keys.json", str(traded.data / "dev-keys.json"))
    command = ["bash", "-euo", "pipefail", "-c", code] if language == "sh" else [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=os.environ | {"PYTHONWARNINGS": "ignore"})
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(printed), done.stdout
    for line, said in zip(lines, printed):
        pattern = ".*".join(re.escape(without_values(part.strip())) for part in said.split(LEFT_OUT))
        assert re.fullmatch(pattern, without_values(line)), f"{line}\nis not as\n{said}"
