"""docs/openapi.yaml against the running exchange: every operation with every parameter, every answer held to its schema."""

import itertools
import json

import pytest
from openapi_spec_validator import validate

from documents import OPENAPI, check, endpoint_table, open_objects, resolve, validator
from exchange import Exchange, wait_until
from rest import Rest, now_ms

DOCUMENT = "openapi.yaml"
NOT_OF_THE_DIALECT = {("get", "/healthz"), ("get", "/leaderz"), ("get", "/metrics")}
SYMBOL = "BTCUSDT"


def operations():
    for path, item in OPENAPI["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def test_the_document_is_valid_and_strict():
    validate(OPENAPI)
    assert list(open_objects(OPENAPI)) == []


def test_it_has_what_the_endpoint_table_has():
    table = {(row.method, row.path): row for row in endpoint_table() if row.path}
    document = {(method, path): operation for method, path, operation in operations()}
    assert set(document) - NOT_OF_THE_DIALECT == set(table)
    for key, row in table.items():
        assert document[key]["x-weight"] == row.weight, key
        assert ("security" in document[key]) == row.signed, key


class Caller:
    """Calls operations by their id, checks what they say, and remembers what was tried."""

    def __init__(self, rest):
        self.rest = rest
        self.by_id = {operation["operationId"]: (method, path, operation) for method, path, operation in operations()}
        self.tried = {}

    def __call__(self, operation_id, status=200, **parameters):
        method, path, operation = self.by_id[operation_id]
        signed = "security" in operation
        if signed:
            parameters = {"timestamp": now_ms()} | parameters
        documented = {parameter["name"]: parameter for parameter in (resolve(each, OPENAPI) for each in operation.get("parameters", []))}
        assert set(parameters) <= set(documented), operation_id
        if status == 200:
            assert {name for name, one in documented.items() if one.get("required")} <= set(parameters) | {"signature"}, operation_id
            for name, value in parameters.items():
                assert validator(documented[name]["schema"], DOCUMENT).is_valid(value), (operation_id, name, value)
        answer = self.rest.call(method, path, parameters, signed)
        return self.checked(operation_id, answer, status, parameters)

    def checked(self, operation_id, answer, status, parameters=()):
        what = f"{operation_id} {dict(parameters)}"
        assert answer.status_code == status, f"{what}: {answer.text}"
        response = resolve(self.by_id[operation_id][2]["responses"][str(status)], OPENAPI)
        for name, header in response.get("headers", {}).items():
            assert validator(resolve(header, OPENAPI)["schema"], DOCUMENT).is_valid(answer.headers.get(name)), f"{what}: {name}"
        (media, content), = response["content"].items()
        assert answer.headers["Content-Type"].split(";")[0] == media
        body = json.loads(answer.text) if media == "application/json" else answer.text.strip() if operation_id in ("health", "leader") else answer.text
        check(content["schema"], DOCUMENT, body, what)
        self.tried.setdefault((operation_id, status), set()).update(parameters)
        return body


@pytest.fixture(scope="module")
def own_exchange():
    """The walk reads a market of its own making, and uses more weight than it should take from others."""
    exchange = Exchange()
    yield exchange
    assert exchange.stop() == 0


def limit(side, price, quantity="0.01", **others):
    return {"symbol": SYMBOL, "side": side, "type": "LIMIT", "timeInForce": "GTC", "quantity": quantity, "price": price} | others


def walk_orders(call, taker):
    kept = {"selfTradePreventionMode": "NONE", "strategyId": 1, "strategyType": 1_000_000, "recvWindow": 5000}
    ack = call("placeOrder", **limit("BUY", "50000", newOrderRespType="ACK", newClientOrderId="of-the-walk", **kept))
    result = call("placeOrder", **limit("BUY", "50001", newOrderRespType="RESULT"))
    full = call("placeOrder", **limit("SELL", "60000", "0.1"))
    call("placeOrder", symbol=SYMBOL, side="SELL", type="LIMIT_MAKER", quantity="0.01", price="60001")
    bought = taker.signed("POST", "/api/v3/order", symbol=SYMBOL, side="BUY", type="MARKET", quantity="0.02")
    assert bought["status"] == "FILLED"
    sold = call("placeOrder", symbol=SYMBOL, side="SELL", type="MARKET", quoteOrderQty="100")
    assert sold["fills"]
    expired = call("placeOrder", **limit("SELL", "50001", "1", timeInForce="IOC"))
    assert expired["status"] == "EXPIRED" and expired["expiryReason"]
    prevented = call("placeOrder", **limit("BUY", "60000", selfTradePreventionMode="EXPIRE_TAKER", newOrderRespType="FULL"))
    assert prevented["status"] == "EXPIRED_IN_MATCH" and prevented["preventedQuantity"]
    tests = itertools.chain([limit("BUY", "50000", newClientOrderId="tried", newOrderRespType="ACK", computeCommissionRates=True, **kept)],
                            [limit("BUY", "50000"), {"symbol": SYMBOL, "side": "BUY", "type": "MARKET", "quoteOrderQty": "100"}])
    for parameters in tests:
        call("testOrder", **parameters)
    for order in (ack, result, full, sold, expired, prevented):
        call("orderStatus", symbol=SYMBOL, orderId=order["orderId"], recvWindow=5000)
    call("orderStatus", symbol=SYMBOL, origClientOrderId="of-the-walk")
    call("amendOrder", symbol=SYMBOL, orderId=full["orderId"], newQty="0.05", recvWindow=5000)
    rest = limit("BUY", "49000", "0.02")
    call("placeOrder", **rest, newClientOrderId="to-amend")
    call("amendOrder", symbol=SYMBOL, origClientOrderId="to-amend", newQty="0.01", newClientOrderId="amended")
    call("amendOrder", 400, symbol=SYMBOL, origClientOrderId="amended", newQty="0.5")
    for parameters in ({}, {"symbol": SYMBOL, "recvWindow": 5000}):
        assert call("openOrders", **parameters)
    one_day_ms = 24 * 3600 * 1000
    call("allOrders", symbol=SYMBOL, orderId=0, limit=5, recvWindow=5000)
    assert call("allOrders", symbol=SYMBOL, startTime=now_ms() - one_day_ms // 2, endTime=now_ms())
    replaced = call("cancelReplace", **limit("BUY", "49001", **kept), cancelReplaceMode="STOP_ON_FAILURE", cancelOrigClientOrderId="amended",
                    cancelNewClientOrderId="the-cancel", newClientOrderId="the-new", cancelRestrictions="ONLY_NEW", orderRateLimitExceededMode="DO_NOTHING",
                    newOrderRespType="RESULT")
    new_id = replaced["newOrderResponse"]["orderId"]
    again = call("cancelReplace", symbol=SYMBOL, side="BUY", type="MARKET", quoteOrderQty="100", cancelReplaceMode="ALLOW_FAILURE", cancelOrderId=new_id)
    assert again["newOrderResponse"]["status"] == "FILLED"
    # Not the cancel, and not the order; the cancel alone failed; a request that is wrong.
    gone = {"cancelReplaceMode": "STOP_ON_FAILURE", "cancelOrderId": new_id}
    assert call("cancelReplace", 400, **limit("BUY", "49001"), **gone)["data"]["newOrderResponse"] is None
    call("cancelReplace", 409, **limit("BUY", "49001"), **(gone | {"cancelReplaceMode": "ALLOW_FAILURE"}))
    assert "data" not in call("cancelReplace", 400, **limit("BUY", "0"), **gone)
    call("cancelOrder", symbol=SYMBOL, orderId=full["orderId"], cancelRestrictions="ONLY_PARTIALLY_FILLED", recvWindow=5000)
    call("cancelOrder", symbol=SYMBOL, origClientOrderId="of-the-walk", newClientOrderId="its-cancel")
    assert call("cancelOpenOrders", symbol=SYMBOL, recvWindow=5000)
    return full["orderId"]


def walk_account(call, order_id):
    one_day_ms = 24 * 3600 * 1000
    assert call("myTrades", symbol=SYMBOL, orderId=order_id, recvWindow=5000)
    assert call("myTrades", symbol=SYMBOL, fromId=0, limit=3)
    assert call("myTrades", symbol=SYMBOL, startTime=now_ms() - one_day_ms // 2, endTime=now_ms())
    assert len(call("account", recvWindow=5000)["balances"]) == 3
    call("account", omitZeroBalances=True)
    assert len(call("orderRateLimit", recvWindow=5000)) == 2
    call("commission", symbol=SYMBOL, recvWindow=5000)


def walk_market(call):
    call("ping")
    call("time")
    both = '["BTCUSDT","ETHUSDT"]'
    for parameters in ({}, {"symbol": SYMBOL}, {"symbols": both, "showPermissionSets": False}, {"permissions": "SPOT", "symbolStatus": "TRADING"}):
        assert call("exchangeInfo", **parameters)["symbols"]
    call("placeOrder", **limit("BUY", "50000"))
    call("placeOrder", **limit("SELL", "60000"))
    wait_until(lambda: call("depth", symbol=SYMBOL)["asks"])
    assert call("depth", symbol=SYMBOL, limit=5, symbolStatus="TRADING")["bids"]
    assert call("trades", symbol=SYMBOL, limit=2)
    assert call("historicalTrades", symbol=SYMBOL, fromId=1, limit=2)
    half_a_day = {"startTime": now_ms() - 12 * 3600 * 1000, "endTime": now_ms()}
    assert call("aggregateTrades", symbol=SYMBOL, fromId=1, limit=2)
    assert call("aggregateTrades", symbol=SYMBOL, **half_a_day)
    for operation in ("klines", "uiKlines"):
        assert call(operation, symbol=SYMBOL, interval="1m", timeZone="0", limit=10)
        assert call(operation, symbol=SYMBOL, interval="1M")
        call(operation, symbol=SYMBOL, interval="1s", **half_a_day)
    call("averagePrice", symbol=SYMBOL)
    for operation in ("ticker24h", "tickerPrice", "bookTicker"):
        for parameters in ({}, {"symbol": SYMBOL}, {"symbols": both}, {"symbolStatus": "TRADING"}):
            assert call(operation, **parameters)
    assert call("tickerPrice", symbolStatus="HALT") == []
    assert call("bookTicker", 400, symbol=SYMBOL, symbolStatus="BREAK")["code"] == -1220
    for parameters in ({}, {"symbol": SYMBOL}):
        call("ticker24h", type="MINI", **parameters)


def walk_start(call):
    for operation in ("fapiPing", "fapiTime", "fapiExchangeInfo", "dapiPing", "dapiTime", "dapiExchangeInfo"):
        call(operation)
    for operation in ("currencies", "marginPairs", "isolatedMarginPairs"):
        call(operation, recvWindow=5000)
    call("health")
    call("leader")  # a node that is alone leads
    call("metrics")


def test_every_operation_answers_as_it_says(own_exchange):
    call = Caller(Rest(own_exchange.address, own_exchange.keys["maker"]))
    taker = Rest(own_exchange.address, own_exchange.keys["taker"])
    order_id = walk_orders(call, taker)
    walk_account(call, order_id)
    walk_market(call)
    walk_start(call)
    for operation_id, (_, _, operation) in call.by_id.items():
        documented = {resolve(each, OPENAPI)["name"] for each in operation.get("parameters", [])} - {"signature"}
        assert call.tried[operation_id, 200] >= documented, f"{operation_id}: a parameter was never sent"


SIGNED = [operation["operationId"] for _, _, operation in operations() if "security" in operation]


@pytest.mark.parametrize("operation_id", SIGNED)
def test_refusals_are_as_they_say(own_exchange, operation_id):
    call = Caller(Rest(own_exchange.address, own_exchange.keys["maker"]))
    call.rest.secret = "0" * 64
    assert call(operation_id, 400)["code"] == -1022
    call.rest.key = "A" * 64
    assert call(operation_id, 401)["code"] == -2015


WITH_SYMBOL = [operation["operationId"] for _, _, operation in operations()
               if "security" not in operation and any(resolve(each, OPENAPI)["name"] == "symbol" for each in operation.get("parameters", []))]


@pytest.mark.parametrize("operation_id", WITH_SYMBOL)
def test_an_unknown_symbol_is_refused(own_exchange, operation_id):
    call = Caller(Rest(own_exchange.address, own_exchange.keys["maker"]))
    assert call(operation_id, 400, symbol="NOSUCH")["code"] == -1121
