"""A real exchange process with its development accounts, and the registries' own clients pointed at it."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time

import ccxt.pro
from binance import AsyncClient, BinanceSocketManager, Client
from binance.ws.keepalive_websocket import KeepAliveWebsocket  # noqa: F401  (the socket manager's own)

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOCKSTEP = os.environ.get("LOCKSTEP", str(ROOT / "build/release/lockstep"))


class Exchange:
    """Started on free ports in a directory of its own; ended by its process id."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="lockstep-clients-")
        self.data = pathlib.Path(self.directory.name)
        self.process = None
        self.start()
        self.keys = json.loads((self.data / "dev-keys.json").read_text())

    def start(self):
        self.process = subprocess.Popen(
            [LOCKSTEP, "exchange", "--dev", "--data", str(self.data), "--listen", "127.0.0.1:0", "--sbe", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in self.process.stdout:
            if line.startswith("ready"):
                fields = dict(part.split("=", 1) for part in line.split()[1:])
                self.address = fields["http"]
                self.binary_address = fields["sbe"]
                return
        raise RuntimeError(f"the exchange ended with {self.process.wait()} before it was ready")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        self.directory.cleanup()
        return code

    def ccxt(self, account):
        keys = self.keys[account]
        exchange = ccxt.pro.binance({"apiKey": keys["apiKey"], "secret": keys["apiSecret"]})
        exchange.urls["api"] = self._replaced(exchange.urls["api"])
        return exchange

    def _replaced(self, urls):
        """The same paths on this host: what a user does who changes the base URL and nothing else."""
        if isinstance(urls, dict):
            return {name: self._replaced(url) for name, url in urls.items()}
        scheme, rest = urls.split("://", 1)
        path = rest.split("/", 1)[1] if "/" in rest else ""
        return f"{'ws' if scheme.startswith('ws') else 'http'}://{self.address}/{path}"

    def _point(self, client_class):
        client_class.API_URL = f"http://{self.address}/api"
        client_class.MARGIN_API_URL = f"http://{self.address}/sapi"
        client_class.FUTURES_URL = f"http://{self.address}/fapi"

    def python_binance(self, account):
        self._point(Client)
        keys = self.keys[account]
        return Client(keys["apiKey"], keys["apiSecret"])

    async def async_python_binance(self, account):
        self._point(AsyncClient)
        AsyncClient.WS_API_URL = f"ws://{self.address}/ws-api/v3"
        BinanceSocketManager.STREAM_URL = f"ws://{self.address}/"
        keys = self.keys[account]
        return await AsyncClient.create(keys["apiKey"], keys["apiSecret"])


def wait_until(condition, seconds=20):
    """For what another process does in its own time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
