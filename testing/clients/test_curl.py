"""curl and openssl: an order's life, the answers to what is refused with their exact status, code and text, and limits."""

import re

import pytest

from curl import Curl, now_ms, run_curl, signature_of
from exchange import Exchange

ORDER = "/api/v3/order"
DECIMALS = "^([0-9]{1,20})(\\.[0-9]{1,20})?$"
RESTING = {"symbol": "ETHUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1", "price": "1000"}


@pytest.fixture
def maker(exchange):
    return Curl(exchange.address, exchange.keys["maker"])


@pytest.fixture
def admin(exchange):
    """May read, and may not trade."""
    return Curl(exchange.address, exchange.keys["admin"])


def error(answer):
    assert set(answer.body) == {"code", "msg"}
    return answer.status, answer.body["code"], answer.body["msg"]


def order_but(*without, **parameters):
    return {name: value for name, value in (RESTING | parameters).items() if name not in without}


def test_an_order_is_placed_queried_and_cancelled(maker):
    placed = maker.signed("POST", ORDER, **RESTING)
    assert placed.status == 200 and placed.body["status"] == "NEW"
    assert {"x-mbx-used-weight-1m", "x-mbx-order-count-10s", "x-mbx-order-count-1d"} <= set(placed.headers)
    found = maker.signed("GET", ORDER, symbol="ETHUSDT", orderId=placed.body["orderId"])
    assert (found.status, found.body["status"], found.body["price"]) == (200, "NEW", "1000.00000000")
    cancelled = maker.signed("DELETE", ORDER, symbol="ETHUSDT", origClientOrderId=placed.body["clientOrderId"])
    assert (cancelled.status, cancelled.body["status"]) == (200, "CANCELED")
    again = maker.signed("GET", ORDER, symbol="ETHUSDT", orderId=placed.body["orderId"])
    assert again.body["status"] == "CANCELED"


def test_the_same_bytes_get_the_first_answer(maker):
    text = maker.signed_text(RESTING)
    first, second = maker.send("POST", ORDER, text), maker.send("POST", ORDER, text)
    assert first.status == second.status == 200 and first.body == second.body
    text = maker.signed_text({"symbol": "ETHUSDT", "orderId": first.body["orderId"]})
    first, second = maker.send("DELETE", ORDER, text), maker.send("DELETE", ORDER, text)
    assert first.status == second.status == 200 and first.body == second.body


def test_a_wrong_signature(maker):
    maker.secret = "0" * 64
    assert error(maker.signed("POST", ORDER, **RESTING)) == (400, -1022, "Signature for this request is not valid.")


def test_a_changed_parameter_is_a_wrong_signature(maker):
    text = maker.signed_text(RESTING).replace("price=1000", "price=1001")
    assert error(maker.send("POST", ORDER, text)) == (400, -1022, "Signature for this request is not valid.")


def test_parameters_in_query_and_body_are_signed_together(maker):
    query, body = "symbol=ETHUSDT&side=BUY&type=LIMIT", f"timeInForce=GTC&quantity=1&price=1000&timestamp={now_ms()}"
    signature = signature_of(query + body, maker.secret)
    answer = run_curl("-H", f"X-MBX-APIKEY: {maker.key}", "-d", f"{body}&signature={signature}", f"{maker.base}/api/v3/order/test?{query}")
    assert (answer.status, answer.body) == (200, {})


def test_a_stale_timestamp(maker):
    stale = maker.signed("POST", ORDER, **RESTING, timestamp=now_ms() - 10_000)
    assert error(stale) == (400, -1021, "Timestamp for this request is outside of the recvWindow.")
    assert maker.signed("POST", ORDER + "/test", **RESTING, timestamp=now_ms() - 10_000, recvWindow=60000).status == 200


def test_an_early_timestamp(maker):
    status, code, text = error(maker.signed("POST", ORDER, **RESTING, timestamp=now_ms() + 60_000))
    ahead_ms = re.fullmatch(r"Timestamp for this request was (\d+)ms ahead of the server's time\.", text)
    assert (status, code) == (400, -1021) and 5_000 < int(ahead_ms[1]) <= 60_000


REJECTED_KEY = (401, -2015, "Invalid API-key, IP, or permissions for action.")


def test_an_unknown_key(maker):
    maker.key = "A" * 64
    assert error(maker.signed("POST", ORDER, **RESTING)) == REJECTED_KEY


def test_a_key_of_another_form(maker):
    for maker.key in ("", "not a key!"):
        assert error(maker.signed("POST", ORDER, **RESTING)) == (401, -2014, "API-key format invalid.")


def test_a_missing_permission(admin):
    assert admin.signed("GET", "/api/v3/account").status == 200
    assert error(admin.signed("POST", ORDER, **RESTING)) == REJECTED_KEY


REFUSED = {
    "unknown symbol": (order_but(symbol="NOSUCH"), -1121, "Invalid symbol."),
    "bad tick": (order_but(price="1000.001"), -1013, "Filter failure: PRICE_FILTER"),
    "bad lot": (order_but(quantity="1.0000001"), -1013, "Filter failure: LOT_SIZE"),
    "min notional": (order_but(quantity="0.001"), -1013, "Filter failure: NOTIONAL"),
    "zero price": (order_but(price="0"), -1013, "Invalid price."),
    "zero quantity": (order_but(quantity="0"), -1013, "Invalid quantity."),
    "insufficient balance": (order_but(quantity="80000"), -2010, "Account has insufficient balance for requested action."),
    "iceberg": (order_but(icebergQty="0.1"), -2010, "Iceberg orders are not supported for this symbol."),
    "stop order": (order_but(type="STOP_LOSS"), -2010, "Stop loss orders are not supported for this symbol."),
    "symbol missing": (order_but("symbol"), -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."),
    "symbol empty": (order_but(symbol=""), -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."),
    "side missing": (order_but("side"), -1102, "Mandatory parameter 'side' was not sent, was empty/null, or malformed."),
    "quantity missing": (order_but("quantity"), -1102, "Mandatory parameter 'quantity' was not sent, was empty/null, or malformed."),
    "price missing": (order_but("price"), -1102, "Mandatory parameter 'price' was not sent, was empty/null, or malformed."),
    "timeInForce missing": (order_but("timeInForce"), -1102, "Mandatory parameter 'timeInForce' was not sent, was empty/null, or malformed."),
    "timestamp empty": (order_but(timestamp=""), -1102, "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed."),
    "client id empty": (order_but(newClientOrderId=""), -1105, "Parameter 'newClientOrderId' was empty."),
    "client id malformed": (order_but(newClientOrderId="a b"), -1100, "Illegal characters found in parameter 'newClientOrderId'; legal range is '^[\\.A-Z\\:/a-z0-9_-]{1,36}$'."),
    "quantity malformed": (order_but(quantity="one"), -1100, f"Illegal characters found in parameter 'quantity'; legal range is '{DECIMALS}'."),
    "price negative": (order_but(price="-1"), -1100, f"Illegal characters found in parameter 'price'; legal range is '{DECIMALS}'."),
    "symbol malformed": (order_but(symbol="eth/usdt"), -1100, "Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'."),
    "timestamp malformed": (order_but(timestamp="now"), -1100, "Illegal characters found in parameter 'timestamp'; legal range is '^[0-9]{1,20}$'."),
    "not read": (order_but(colour="red"), -1104, "Not all sent parameters were read; read '8' parameter(s) but was sent '9'."),
    "not required": (order_but(quoteOrderQty="10"), -1106, "Parameter 'quoteOrderQty' sent when not required."),
    "too precise": (order_but(quantity="1.000000001"), -1111, "Parameter 'quantity' has too much precision."),
    "timeInForce of a market order": ({"symbol": "ETHUSDT", "side": "BUY", "type": "MARKET", "quantity": "1", "timeInForce": "GTC"}, -1114, "TimeInForce parameter sent when not required."),
    "timeInForce": (order_but(timeInForce="DAY"), -1115, "Invalid timeInForce."),
    "type": (order_but(type="PEGGED"), -1116, "Invalid orderType."),
    "side": (order_but(side="LONG"), -1117, "Invalid side."),
    "response type": (order_but(newOrderRespType="ALL"), -1130, "Data sent for parameter 'newOrderRespType' is not valid."),
    "recvWindow": (order_but(recvWindow="60001"), -1131, "recvWindow must be less than 60000."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_order_is_refused(maker, name):
    parameters, code, text = REFUSED[name]
    assert error(maker.signed("POST", ORDER, **parameters)) == (400, code, text)


def test_a_parameter_sent_twice(maker):
    text = f"symbol=ETHUSDT&symbol=BTCUSDT&timestamp={now_ms()}"
    answer = maker.send("GET", "/api/v3/openOrders", f"{text}&signature={signature_of(text, maker.secret)}")
    assert error(answer) == (400, -1101, "Duplicate values for a parameter detected.")


def test_a_signature_is_missing(maker):
    answer = maker.send("POST", ORDER, f"symbol=ETHUSDT&timestamp={now_ms()}")
    assert error(answer) == (400, -1102, "Mandatory parameter 'signature' was not sent, was empty/null, or malformed.")


def test_a_duplicate_client_id(maker):
    placed = maker.signed("POST", ORDER, **RESTING, newClientOrderId="twin")
    assert placed.status == 200 and placed.body["clientOrderId"] == "twin"
    assert error(maker.signed("POST", ORDER, **RESTING, newClientOrderId="twin")) == (400, -2010, "Duplicate order sent.")
    assert maker.signed("DELETE", ORDER, symbol="ETHUSDT", origClientOrderId="twin").status == 200
    # Unique among open orders: now it is free again.
    assert maker.signed("POST", ORDER, **RESTING, newClientOrderId="twin").status == 200
    assert maker.signed("DELETE", ORDER, symbol="ETHUSDT", origClientOrderId="twin").status == 200


def test_a_maker_only_order_that_would_take(exchange, maker):
    ask = maker.signed("POST", ORDER, **(RESTING | {"side": "SELL", "price": "2000"}))
    taker = Curl(exchange.address, exchange.keys["taker"])
    taking = taker.signed("POST", ORDER, **order_but("timeInForce", type="LIMIT_MAKER", price="2000"))
    assert error(taking) == (400, -2010, "Order would immediately match and take.")
    assert maker.signed("DELETE", ORDER, symbol="ETHUSDT", orderId=ask.body["orderId"]).status == 200


def test_an_unknown_order(maker):
    unknown = {"symbol": "ETHUSDT", "orderId": 999_999_999}
    assert error(maker.signed("DELETE", ORDER, **unknown)) == (400, -2011, "Unknown order sent.")
    assert error(maker.signed("GET", ORDER, **unknown)) == (400, -2013, "Order does not exist.")
    assert error(maker.signed("DELETE", "/api/v3/openOrders", symbol="ETHUSDT")) == (400, -2011, "Unknown order sent.")
    neither = (400, -1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!")
    assert error(maker.signed("GET", ORDER, symbol="ETHUSDT")) == neither
    assert error(maker.signed("DELETE", ORDER, symbol="ETHUSDT")) == neither


def test_both_ids_must_name_the_same_order(maker):
    placed = maker.signed("POST", ORDER, **RESTING).body
    answer = maker.signed("DELETE", ORDER, symbol="ETHUSDT", orderId=placed["orderId"], origClientOrderId="another")
    assert error(answer) == (400, -2039, "Client order ID is not correct for this order ID")
    assert maker.signed("DELETE", ORDER, symbol="ETHUSDT", orderId=placed["orderId"]).status == 200


PUBLIC_REFUSALS = {
    "/api/v3/depth": ({}, 400, -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."),
    "/api/v3/depth?limit": ({"symbol": "ETHUSDT", "limit": "ten"}, 400, -1100, "Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'."),
    "/api/v3/depth?symbol": ({"symbol": "NOSUCH"}, 400, -1121, "Invalid symbol."),
    "/api/v3/klines": ({"symbol": "ETHUSDT", "interval": "7m"}, 400, -1120, "Invalid interval."),
    "/api/v3/ticker/24hr": ({"symbol": "ETHUSDT", "symbols": '["BTCUSDT"]'}, 400, -1128, "Combination of optional parameters invalid."),
    "/api/v3/ticker/price": ({"symbols": "BTCUSDT"}, 400, -1135, "JSON sent for parameter 'symbols' is not valid"),
    "/api/v3/nowhere": ({}, 404, -1000, "No such endpoint."),
    "/api/v3/order/cancelReplace": ({}, 405, -1000, "This endpoint does not take this method."),
}


@pytest.mark.parametrize("path", PUBLIC_REFUSALS)
def test_a_public_request_is_refused(maker, path):
    parameters, *wanted = PUBLIC_REFUSALS[path]
    assert error(maker.public(path.split("?")[0], **parameters)) == tuple(wanted)


def test_too_much_weight_is_told_when_to_come_back():
    exchange = Exchange()  # its own: nobody else is to be kept out
    try:
        client = Curl(exchange.address, exchange.keys["maker"])
        # 250 each of 6,000 a minute; once more than that where the minute ends meanwhile.
        for _ in range(60):
            answer = client.public("/api/v3/depth", symbol="ETHUSDT", limit=5000)
            if answer.status != 200:
                break
            assert int(answer.headers["x-mbx-used-weight-1m"]) <= 6_000
        assert error(answer) == (
            429, -1003, "Too much request weight used; current limit is 6000 request weight per 1 MINUTE. "
            "Please use WebSocket Streams for live updates to avoid polling the API.")
        assert 1 <= int(answer.headers["retry-after"]) <= 60 and int(answer.headers["x-mbx-used-weight-1m"]) > 6_000
        assert client.public("/healthz").status == 200
        assert client.public("/leaderz").status == 200  # a node that is alone leads
    finally:
        assert exchange.stop() == 0
