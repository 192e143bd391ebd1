"""python-binance's depth cache and ccxt's watched book stay equal to REST depth while others trade.

Each client keeps its book from the stream; REST is asked at moments of its own. Whatever update id a REST answer has, a client that was ever at that
id must have had the same book. LOCKSTEP_LOAD_SECONDS says for how long (60).
"""

import asyncio
import json
import os
import pathlib
import signal
import sys

from binance import DepthCacheManager

SYMBOL = "BTCUSDT"
SECONDS = float(os.environ.get("LOCKSTEP_LOAD_SECONDS", "60"))
# A depth query of so many levels weighs 5 of the 6,000 a minute.
LEVELS = 100
ALL_LEVELS = 5000
TRADERS = pathlib.Path(__file__).with_name("traders.py")
# The streams move ten times a second, and the traders do two hundred things in that second.
COMPARISONS_PER_SECOND = 2
REQUESTS_PER_SECOND = 40


class Books:
    """One client's books by update id, compared with those of REST as soon as both are there."""

    def __init__(self, rest, moved):
        self.rest = rest
        self.moved = moved
        self.seen = {}
        self.compared = 0

    def take(self, update_id, bids, asks):
        self.seen[update_id] = (bids, asks)
        if update_id in self.rest:
            self.compare(update_id)
        self.moved.set()

    def compare(self, update_id):
        for side, ours, theirs in zip(("bids", "asks"), self.seen[update_id], self.rest[update_id]):
            assert ours[:LEVELS] == theirs, f"{side} at {update_id}"
        self.compared += 1

    async def reach(self, update_id):
        while max(self.seen, default=0) < update_id:
            self.moved.clear()
            await self.moved.wait()


def levels(rows):
    return [[float(price), float(quantity)] for price, quantity, *_ in rows]


async def watch_ccxt(client, books):
    while True:
        book = await client.watch_order_book("BTC/USDT")
        books.take(book["nonce"], levels(book["bids"]), levels(book["asks"]))


async def watch_depth_cache(socket, books):
    while True:
        cache = await socket.recv()
        books.take(socket._last_update_id, levels(cache.get_bids()), levels(cache.get_asks()))


async def ask_rest(client, rest, watched, moved):
    """Once for each move of either book, which is when its update id may still be the newest."""
    while True:
        await moved.wait()
        moved.clear()
        depth = await client.get_order_book(symbol=SYMBOL, limit=LEVELS)
        update_id = depth["lastUpdateId"]
        if update_id not in rest:
            rest[update_id] = (levels(depth["bids"]), levels(depth["asks"]))
            for books in watched:
                if update_id in books.seen:
                    books.compare(update_id)


async def test_the_books_of_both_clients_equal_rest_depth(exchange, record_property):
    rest, moved = {}, asyncio.Event()
    ccxt_books, cache_books = Books(rest, moved), Books(rest, moved)
    ccxt_client = exchange.ccxt("taker")
    client = await exchange.async_python_binance("maker")
    traders = await asyncio.create_subprocess_exec(sys.executable, str(TRADERS), exchange.address, str(exchange.data / "dev-keys.json"), stdout=asyncio.subprocess.PIPE)
    async with DepthCacheManager(client, SYMBOL, limit=1000, ws_interval=100) as socket:
        watching = [asyncio.create_task(watch_ccxt(ccxt_client, ccxt_books)), asyncio.create_task(watch_depth_cache(socket, cache_books))]
        asking = asyncio.create_task(ask_rest(client, rest, (ccxt_books, cache_books), moved))
        ended = asyncio.create_task(traders.wait())
        done, _ = await asyncio.wait([*watching, asking, ended], timeout=SECONDS, return_when=asyncio.FIRST_COMPLETED)
        assert not done, [task.exception() or task.result() for task in done]
        traders.send_signal(signal.SIGTERM)
        output, _ = await traders.communicate()
        assert await ended == 0
        asking.cancel()
        # At rest the whole books are compared once more.
        depth = await client.get_order_book(symbol=SYMBOL, limit=ALL_LEVELS)
        for books in (ccxt_books, cache_books):
            await asyncio.wait_for(books.reach(depth["lastUpdateId"]), 10)
            assert books.seen[depth["lastUpdateId"]] == (levels(depth["bids"]), levels(depth["asks"]))
        for task in watching:
            task.cancel()
    await client.cancel_all_open_orders(symbol=SYMBOL)
    await client.close_connection()
    await ccxt_client.cancel_all_orders("BTC/USDT")
    await ccxt_client.close()
    counts = json.loads(output)
    record_property("compared", f"ccxt {ccxt_books.compared}, depth cache {cache_books.compared} of {len(rest)} REST depths; traders {counts}")
    assert min(ccxt_books.compared, cache_books.compared) >= COMPARISONS_PER_SECOND * SECONDS
    assert sum(counts.values()) >= REQUESTS_PER_SECOND * SECONDS and counts["taken"] > 0
