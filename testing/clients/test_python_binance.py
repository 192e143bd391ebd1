"""python-binance, as it comes: REST, streams, the user's own stream."""

import asyncio

import pytest
from binance import BinanceSocketManager
from binance.exceptions import BinanceAPIException

SYMBOL = "BTCUSDT"


def test_rest(exchange):
    maker, taker = exchange.python_binance("maker"), exchange.python_binance("taker")
    assert maker.get_symbol_info(SYMBOL)["status"] == "TRADING"
    ask = maker.order_limit_sell(symbol=SYMBOL, quantity="0.4", price="64000.00")
    assert ask["status"] == "NEW" and ask["fills"] == []
    hit = taker.order_market_buy(symbol=SYMBOL, quantity="0.1")
    assert hit["status"] == "FILLED" and hit["fills"][0]["price"] == "64000.00000000"
    by_quote = taker.order_market_buy(symbol=SYMBOL, quoteOrderQty="640")
    assert by_quote["executedQty"] == "0.01000000"
    maker_only = maker.create_order(symbol=SYMBOL, side="BUY", type="LIMIT_MAKER", quantity="0.1", price="40000")
    assert {o["orderId"] for o in maker.get_open_orders(symbol=SYMBOL)} == {ask["orderId"], maker_only["orderId"]}
    assert maker.get_order(symbol=SYMBOL, orderId=ask["orderId"])["executedQty"] == "0.11000000"
    assert maker.get_my_trades(symbol=SYMBOL, orderId=ask["orderId"])[0]["isMaker"]
    assert taker.get_all_orders(symbol=SYMBOL)[-1]["orderId"] == by_quote["orderId"]
    assert taker.get_order_book(symbol=SYMBOL)["asks"][0][0] == "64000.00000000"
    assert taker.get_ticker(symbol=SYMBOL)["lastPrice"] == "64000.00000000"
    assert taker.get_symbol_ticker(symbol=SYMBOL)["price"] == "64000.00000000"
    assert taker.get_klines(symbol=SYMBOL, interval="1m")[-1][4] == "64000.00000000"
    assert taker.get_aggregate_trades(symbol=SYMBOL)[-1]["p"] == "64000.00000000"
    assert float(taker.get_asset_balance("BTC")["free"]) > 1000
    taker.create_test_order(symbol=SYMBOL, side="BUY", type="LIMIT", timeInForce="GTC", quantity="1", price="1000")
    cancelled = maker.cancel_order(symbol=SYMBOL, orderId=ask["orderId"])
    assert cancelled["origClientOrderId"] == ask["clientOrderId"] != cancelled["clientOrderId"]
    maker.cancel_order(symbol=SYMBOL, origClientOrderId=maker_only["clientOrderId"])
    with pytest.raises(BinanceAPIException) as unknown:
        maker.cancel_order(symbol=SYMBOL, orderId=ask["orderId"])
    assert (unknown.value.code, unknown.value.message) == (-2011, "Unknown order sent.")


async def test_streams_and_the_users_own(exchange):
    maker = await exchange.async_python_binance("maker")
    manager = BinanceSocketManager(maker)
    seen = {}

    async def first(name, socket, wanted):
        async with socket as stream:
            while True:
                message = await stream.recv()
                message = message.get("event", message) if isinstance(message, dict) else message
                if wanted(message):
                    seen[name] = message
                    return

    tasks = [asyncio.create_task(first(*row)) for row in (
        ("trade", manager.trade_socket(SYMBOL), lambda m: m.get("e") == "trade"),
        ("depth", manager.depth_socket(SYMBOL, depth="5"), lambda m: "lastUpdateId" in m),
        ("kline", manager.kline_socket(SYMBOL), lambda m: m.get("e") == "kline"),
        ("tickers", manager.miniticker_socket(), lambda m: m),
        ("combined", manager.multiplex_socket(["btcusdt@aggTrade", "btcusdt@bookTicker"]), lambda m: "stream" in m),
        ("own", manager.user_socket(), lambda m: m.get("e") == "executionReport" and m["x"] == "TRADE"),
    )]
    for _ in range(60):
        await maker.order_limit_sell(symbol=SYMBOL, quantity="0.001", price="63000")
        await maker.order_limit_buy(symbol=SYMBOL, quantity="0.001", price="63000", timeInForce="IOC")
        done, waiting = await asyncio.wait(tasks, timeout=0.5)
        if not waiting:
            break
    assert not waiting, sorted(seen)
    for task in done:
        task.result()
    assert seen["own"]["s"] == SYMBOL and seen["own"]["L"] == "63000.00000000"
    await maker.close_connection()
