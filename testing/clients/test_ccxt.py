"""ccxt, as it comes: REST and watch methods, default options, two users who trade against each other."""

import asyncio

import ccxt
import pytest

SYMBOL = "BTC/USDT"


@pytest.fixture
async def maker(exchange):
    client = exchange.ccxt("maker")
    yield client
    await client.close()


@pytest.fixture
async def taker(exchange):
    client = exchange.ccxt("taker")
    yield client
    await client.close()


async def test_loads_markets_with_default_options(maker):
    markets = await maker.load_markets()
    market = markets[SYMBOL]
    assert market["spot"] and market["active"]
    assert market["precision"] == {"amount": 1e-05, "price": 0.01, "base": 1e-08, "quote": 1e-08}
    assert market["limits"]["cost"]["min"] == 5


async def test_two_users_trade(maker, taker):
    before = await taker.fetch_balance()
    resting = await maker.create_order(SYMBOL, "limit", "sell", 0.5, 60000)
    assert resting["status"] == "open"
    assert resting["id"] in [order["id"] for order in await maker.fetch_open_orders(SYMBOL)]
    hit = await taker.create_order(SYMBOL, "market", "buy", 0.2)
    assert hit["status"] == "closed" and hit["filled"] == 0.2 and hit["average"] == 60000
    by_cost = await taker.create_market_buy_order_with_cost(SYMBOL, 6000)
    assert by_cost["filled"] == pytest.approx(0.1)
    after = await taker.fetch_balance()
    assert after["BTC"]["free"] - before["BTC"]["free"] == pytest.approx(0.3 * 0.999)
    assert before["USDT"]["free"] - after["USDT"]["free"] == pytest.approx(18000)

    order = await maker.fetch_order(resting["id"], SYMBOL)
    assert order["filled"] == pytest.approx(0.3) and order["remaining"] == pytest.approx(0.2)
    trades = [t for t in await maker.fetch_my_trades(SYMBOL) if t["order"] == resting["id"]]
    assert sum(t["amount"] for t in trades) == pytest.approx(0.3)
    assert all(t["takerOrMaker"] == "maker" and t["fee"]["currency"] == "USDT" for t in trades)
    assert (await taker.fetch_trades(SYMBOL))[-1]["price"] == 60000

    cancelled = await maker.cancel_order(resting["id"], SYMBOL)
    assert cancelled["status"] == "canceled"
    closed = await taker.fetch_closed_orders(SYMBOL)
    assert hit["id"] in [order["id"] for order in closed]


async def test_post_only_and_the_errors_that_ccxt_maps(maker, taker):
    ask = await maker.create_order(SYMBOL, "limit", "sell", 0.1, 61000, {"postOnly": True})
    with pytest.raises(ccxt.OrderImmediatelyFillable):
        await taker.create_order(SYMBOL, "limit", "buy", 0.1, 61000, {"postOnly": True})
    with pytest.raises(ccxt.InsufficientFunds):
        await taker.create_order(SYMBOL, "limit", "buy", 1000, 59000)
    with pytest.raises(ccxt.OrderNotFound):
        await taker.cancel_order("999999999", SYMBOL)
    with pytest.raises(ccxt.OrderNotFound):
        await taker.fetch_order("999999999", SYMBOL)
    with pytest.raises(ccxt.BadSymbol):
        await taker.public_get_depth({"symbol": "NOSUCH"})
    wrong = taker.secret
    taker.secret = "not the secret"
    with pytest.raises(ccxt.AuthenticationError):
        await taker.fetch_balance()
    taker.secret = wrong
    await maker.cancel_all_orders(SYMBOL)
    assert ask["id"] not in [order["id"] for order in await maker.fetch_open_orders(SYMBOL)]


async def test_reads_market_data(maker, taker):
    bid = await maker.create_order(SYMBOL, "limit", "buy", 0.25, 50000)
    book = await taker.fetch_order_book(SYMBOL)
    assert book["bids"][0][:2] == [50000, 0.25]
    ticker = await taker.fetch_ticker(SYMBOL)
    assert ticker["bid"] == 50000 and ticker["last"] is not None
    assert SYMBOL in await taker.fetch_tickers()
    assert SYMBOL in await taker.fetch_bids_asks()
    assert SYMBOL in await taker.fetch_last_prices()
    candles = await taker.fetch_ohlcv(SYMBOL, "1m")
    assert candles and candles[-1][5] >= 0
    assert abs(await taker.fetch_time() - taker.milliseconds()) < 5000
    edited = await maker.edit_order(bid["id"], SYMBOL, "limit", "buy", 0.2, 50001)
    assert edited["price"] == 50001
    await maker.cancel_all_orders(SYMBOL)


async def test_watches(maker, taker):
    ask = await maker.create_order(SYMBOL, "limit", "sell", 1, 62000)
    watches = {
        "trades": asyncio.create_task(taker.watch_trades(SYMBOL)),
        "ticker": asyncio.create_task(taker.watch_ticker(SYMBOL)),
        "candles": asyncio.create_task(taker.watch_ohlcv(SYMBOL, "1m")),
        "orders": asyncio.create_task(taker.watch_orders(SYMBOL)),
        "my trades": asyncio.create_task(taker.watch_my_trades(SYMBOL)),
        "balance": asyncio.create_task(taker.watch_balance()),
        "book": asyncio.create_task(taker.watch_order_book(SYMBOL)),
        "bids and asks": asyncio.create_task(taker.watch_bids_asks([SYMBOL])),
    }
    waiting = set(watches.values())
    deadline = asyncio.get_running_loop().time() + 30
    while waiting:
        assert asyncio.get_running_loop().time() < deadline, [n for n, t in watches.items() if not t.done()]
        await taker.create_order(SYMBOL, "market", "buy", 0.001)
        _, waiting = await asyncio.wait(waiting, timeout=0.5)
    assert watches["trades"].result()[-1]["price"] == 62000
    assert watches["book"].result()["asks"][0][0] == 62000
    assert watches["orders"].result()[-1]["symbol"] == SYMBOL
    assert watches["my trades"].result()[-1]["takerOrMaker"] == "taker"
    await maker.cancel_order(ask["id"], SYMBOL)
