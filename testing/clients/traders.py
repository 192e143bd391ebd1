"""A market under load, in a process of its own: signed orders and cancels over REST, a fixed number a second, until SIGTERM.

    python traders.py ADDRESS KEYS_FILE

At the end it prints what it did. An answer that is neither 200 nor a refusal which the race between traders explains ends it with an error.
"""

import asyncio
import hashlib
import hmac
import json
import pathlib
import random
import signal
import sys
import time
import urllib.parse

import aiohttp

SYMBOL = "BTCUSDT"
REQUESTS_PER_SECOND = 50  # of each trader
LEVELS = 60  # at each side, 0.50 apart
OPEN_ORDERS = 120  # of each trader, at most
# Filled before its cancel came; nothing on that side of the book.
EXPLAINED = (-2011, -2010)


class Trader:
    def __init__(self, session, address, keys, seed):
        self.session = session
        self.url = f"http://{address}/api/v3/order"
        self.key = keys["apiKey"]
        self.secret = keys["apiSecret"].encode()
        self.random = random.Random(seed)
        self.open = []
        self.done = {"placed": 0, "taken": 0, "cancelled": 0, "refused": 0}

    async def call(self, method, **parameters):
        parameters["timestamp"] = int(time.time() * 1000)
        text = urllib.parse.urlencode(parameters)
        signature = hmac.new(self.secret, text.encode(), hashlib.sha256).hexdigest()
        async with self.session.request(method, f"{self.url}?{text}&signature={signature}", headers={"X-MBX-APIKEY": self.key}) as answer:
            body = await answer.json()
            if answer.status == 200:
                return body
            if body["code"] not in EXPLAINED:
                raise RuntimeError(f"{method} {parameters}: {answer.status} {body}")
            self.done["refused"] += 1
            return None

    async def step(self):
        side = self.random.choice(("BUY", "SELL"))
        quantity = f"{self.random.randint(1, 40) / 10000:.5f}"
        chance = self.random.random()
        if chance < 0.1:
            self.done["taken"] += await self.call("POST", symbol=SYMBOL, side=side, type="MARKET", quantity=quantity) is not None
        elif len(self.open) >= OPEN_ORDERS or (chance < 0.45 and self.open):
            order_id = self.open.pop(self.random.randrange(len(self.open)))
            self.done["cancelled"] += await self.call("DELETE", symbol=SYMBOL, orderId=order_id) is not None
        else:
            away = self.random.randint(1, LEVELS) / 2
            price = f"{60000 - away if side == 'BUY' else 60000 + away:.2f}"
            order = await self.call("POST", symbol=SYMBOL, side=side, type="LIMIT", timeInForce="GTC", quantity=quantity, price=price)
            self.done["placed"] += 1
            self.open.append(order["orderId"])

    async def run(self, stop):
        due = time.monotonic()
        while not stop.is_set():
            await self.step()
            due = max(due + 1 / REQUESTS_PER_SECOND, time.monotonic() - 1)
            await asyncio.sleep(max(0, due - time.monotonic()))


async def main(address, keys):
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with aiohttp.ClientSession() as session:
        traders = [Trader(session, address, keys[account], seed) for seed, account in enumerate(("maker", "taker", "maker", "taker"))]
        await asyncio.gather(*(trader.run(stop) for trader in traders))
    print(json.dumps({name: sum(trader.done[name] for trader in traders) for name in traders[0].done}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], json.loads(pathlib.Path(sys.argv[2]).read_text())))
