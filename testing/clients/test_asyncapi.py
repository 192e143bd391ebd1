"""docs/asyncapi.yaml against the running exchange: every stream, every method of the WebSocket API, every event of the user's own stream."""

import itertools
import json
import re
import subprocess
import time

import pytest
from jsonschema import Draft7Validator
from websockets.sync.client import connect

from documents import ASYNCAPI, ROOT, check, endpoint_table, open_objects, resolve, validator
from exchange import LOCKSTEP, Exchange
from rest import Rest, now_ms, text_of

DOCUMENT = "asyncapi.yaml"
SCHEMA = ROOT / "build/clients/node/node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json"
NO_STREAMS = ("raw", "combined", "websocketApi")
# The parameters of a request are those of REST's operation.
OPEN_BY_INTENT = ["/components/schemas/ApiRequest/properties/params"]
SYMBOL = "BTCUSDT"
PATIENCE_S = 30


@pytest.fixture(scope="module")
def own_exchange():
    exchange = Exchange()
    yield exchange
    assert exchange.stop() == 0


@pytest.fixture(scope="module")
def maker(own_exchange):
    return Rest(own_exchange.address, own_exchange.keys["maker"])


@pytest.fixture(scope="module")
def taker(own_exchange):
    return Rest(own_exchange.address, own_exchange.keys["taker"])


def order(side, price, quantity="0.001", **others):
    return {"symbol": SYMBOL, "side": side, "type": "LIMIT", "timeInForce": "GTC", "quantity": quantity, "price": str(price)} | others


def streams():
    """(channel, message, name) of every stream that the document has, with each value of each parameter."""
    for channel_id, channel in ASYNCAPI["channels"].items():
        if channel_id in NO_STREAMS:
            continue
        (message,) = channel["messages"]
        parameters = {name: resolve(one, ASYNCAPI) for name, one in channel.get("parameters", {}).items()}
        for values in itertools.product(*(one.get("enum", one.get("examples")) for one in parameters.values())):
            yield channel_id, message, channel["address"].removeprefix("/ws/").format(**dict(zip(parameters, values)))


def payload_of(message):
    return ASYNCAPI["components"]["messages"][message]["payload"]


def check_message(message, received, what):
    check(payload_of(message), DOCUMENT, received, what)


def text_of_request(message, request):
    assert validator(payload_of(message), DOCUMENT).is_valid(request), request
    return json.dumps(request)


def test_the_document_is_valid_and_strict():
    assert SCHEMA.exists(), "npm has not installed testing/clients/package.json under build/clients/node"
    checker = Draft7Validator(json.loads(SCHEMA.read_text()))
    assert [f"{error.json_path}: {error.message}" for error in checker.iter_errors(ASYNCAPI)] == []
    assert not checker.is_valid(ASYNCAPI | {"channels": {"raw": {"adress": "/ws"}}})
    assert list(open_objects(ASYNCAPI)) == OPEN_BY_INTENT


def test_it_has_every_stream_that_the_exchange_knows():
    names = (ROOT / "src/market_data/streams/stream_name.cc").read_text()
    intervals = re.findall(r'\{"(\d+\w)", ', (ROOT / "src/protocol/candle.cc").read_text())
    of_symbols = re.findall(r'NamedKind\{"([^"]+)"', names)
    assert len(intervals) == 16 and len(of_symbols) == 18
    known = {f"btcusdt@{name}" for name in of_symbols} | {f"btcusdt@kline_{interval}" for interval in intervals}
    known |= set(re.findall(r'"(!\w+@[^"]+)"', names)) | {topic + SYMBOL for topic in re.findall(r'"(/topic/[^"]+)"', names)}
    assert {name for _, _, name in streams()} == known


class Market:
    """Makes the book and the price move until the time is up."""

    def __init__(self, maker, taker):
        self.maker = maker
        self.taker = taker
        self.deadline = time.monotonic() + PATIENCE_S
        self.step = 0

    def move(self, waiting_for):
        assert time.monotonic() < self.deadline, f"nothing came of {sorted(waiting_for)}"
        self.step += 1
        price = 60000 + self.step
        self.maker.signed("POST", "/api/v3/order", **order("SELL", price))
        self.maker.signed("POST", "/api/v3/order", **order("BUY", 50000 + self.step % 7))
        self.taker.signed("POST", "/api/v3/order", **order("BUY", price, timeInForce="IOC"))


def receive_all(socket, seconds):
    """What comes until it has been quiet for so long."""
    received = []
    while True:
        try:
            received.append(json.loads(socket.recv(timeout=seconds)))
        except TimeoutError:
            return received


def names_of(topics):
    """A topic is another name of a stream, and on one connection a stream has one name."""
    return {name: message for channel_id, message, name in streams() if channel_id.endswith("Topic") == topics}


@pytest.mark.parametrize("topics", [False, True])
def test_every_stream_sends_what_it_says(own_exchange, maker, taker, topics):
    messages = names_of(topics)
    waiting = set(messages)
    market = Market(maker, taker)
    with connect(f"ws://{own_exchange.address}/stream") as socket:
        socket.send(text_of_request("streamRequest", {"method": "SUBSCRIBE", "params": sorted(waiting), "id": "all"}))
        check_message("streamResult", json.loads(socket.recv(timeout=PATIENCE_S)), "SUBSCRIBE")
        while waiting:
            market.move(waiting)
            for received in receive_all(socket, 0.2):
                check_message("wrapped", received, received["stream"])
                check_message(messages[received["stream"]], received["data"], received["stream"])
                waiting.discard(received["stream"])


@pytest.mark.parametrize("channel_id", [one for one in ASYNCAPI["channels"] if one not in NO_STREAMS and "Topic" not in one])
def test_an_address_carries_its_stream(own_exchange, maker, taker, channel_id):
    message, name = next((message, name) for channel, message, name in streams() if channel == channel_id)
    market = Market(maker, taker)
    with connect(f"ws://{own_exchange.address}/ws/{name}") as socket:
        received = []
        while not received:
            market.move([name])
            received = receive_all(socket, 0.2)
        for one in received:
            check_message(message, one, name)


CONTROLS = [
    ("streamResult", {"method": "SUBSCRIBE", "params": ["btcusdt@trade"], "id": 1}),
    ("streamResult", {"method": "LIST_SUBSCRIPTIONS", "id": "list"}),
    ("streamResult", {"method": "GET_PROPERTY", "params": ["combined"], "id": 2}),
    ("streamResult", {"method": "SET_PROPERTY", "params": ["combined", True], "id": 3}),
    ("streamResult", {"method": "UNSUBSCRIBE", "params": ["btcusdt@trade"], "id": None}),
    ("streamError", {"method": "SET_PROPERTY", "params": ["colour", True], "id": 4}),
    ("streamError", {"method": "SET_PROPERTY", "params": ["combined", "yes"], "id": 5}),
]


@pytest.mark.parametrize("path", ["/ws", "/stream"])
def test_requests_are_answered_as_it_says(own_exchange, path):
    with connect(f"ws://{own_exchange.address}{path}") as socket:
        for message, request in CONTROLS:
            socket.send(text_of_request("streamRequest", request))
            answer = json.loads(socket.recv(timeout=PATIENCE_S))
            check_message(message, answer, str(request))
            assert answer["id"] == request["id"]
        for text, code in (("{", 3), ('{"method":"SELL","id":1}', 2)):
            socket.send(text)
            answer = json.loads(socket.recv(timeout=PATIENCE_S))
            check_message("streamError", answer, text)
            assert answer["error"]["code"] == code


class Api:
    """One connection to the WebSocket API as one account; events are kept apart from answers."""

    def __init__(self, socket, rest):
        self.socket = socket
        self.rest = rest
        self.events = []
        self.number = 0
        self.signed_methods = {row.name for row in endpoint_table() if row.name and row.signed}

    def signed(self, parameters):
        parameters = {"apiKey": self.rest.key, "timestamp": now_ms()} | parameters
        text = "&".join(f"{name}={text_of(value)}" for name, value in sorted(parameters.items()))
        return parameters | {"signature": self.rest.sign(text)}

    def ask(self, method, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": self.signed(parameters) if method in self.signed_methods else parameters}
        self.socket.send(text_of_request("apiRequest", request))
        while True:
            received = self.receive()
            if "event" not in received:
                assert received["id"] == self.number
                return received

    def receive(self):
        received = json.loads(self.socket.recv(timeout=PATIENCE_S))
        if "event" in received:
            check_message("userEvent", received, str(received))
            self.events.append(received["event"])
        return received

    def __call__(self, method, **parameters):
        answer = self.ask(method, **parameters)
        check_message("apiAnswer", answer | {"result": None}, method)
        check(ASYNCAPI["components"]["messages"]["apiAnswer"]["x-results"][method], DOCUMENT, answer["result"], method)
        return answer["result"]

    def refused(self, method, **parameters):
        answer = self.ask(method, **parameters)
        check_message("apiError", answer, method)
        return answer["error"]["code"]

    def event(self, wanted):
        while not any(wanted(event) for event in self.events):
            self.receive()


@pytest.fixture
def api(own_exchange, maker):
    with connect(f"ws://{own_exchange.address}/ws-api/v3") as socket:
        yield Api(socket, maker)


def market_calls():
    one, many = {"symbol": SYMBOL}, {"symbols": '["BTCUSDT","ETHUSDT"]'}
    yield from (("ping", {}), ("time", {}), ("exchangeInfo", one), ("depth", one | {"limit": 5}), ("trades.recent", one), ("trades.historical", one | {"fromId": 1}))
    yield from (("trades.aggregate", one), ("klines", one | {"interval": "1m"}), ("uiKlines", one | {"interval": "1M"}), ("avgPrice", one))
    for method in ("ticker.24hr", "ticker.price", "ticker.book"):
        yield from ((method, one), (method, many), (method, {}))


def test_every_method_answers_as_it_says(api, maker, taker):
    Market(maker, taker).move([])
    called = set()

    def call(method, **parameters):
        called.add(method)
        return api(method, **parameters)

    placed = call("order.place", **order("BUY", 50000, "0.01"))
    call("order.test", **order("BUY", 50000), computeCommissionRates=True)
    call("order.status", symbol=SYMBOL, orderId=placed["orderId"])
    call("order.amend.keepPriority", symbol=SYMBOL, orderId=placed["orderId"], newQty="0.005")
    replaced = call("order.cancelReplace", **order("BUY", 50001), cancelReplaceMode="STOP_ON_FAILURE", cancelOrderId=placed["orderId"])
    call("order.cancel", symbol=SYMBOL, orderId=replaced["newOrderResponse"]["orderId"], returnRateLimits=False)
    call("order.place", **order("BUY", 50000))
    for method in ("openOrders.status", "allOrders", "myTrades", "account.commission", "openOrders.cancelAll"):
        call(method, symbol=SYMBOL)
    for method in ("account.status", "account.rateLimits.orders", "userDataStream.subscribe.signature", "session.subscriptions", "session.status",
                   "userDataStream.unsubscribe", "session.logout"):
        call(method)
    for method, parameters in market_calls():
        call(method, **parameters)
    message = ASYNCAPI["components"]["messages"]["apiAnswer"]
    assert called == set(message["x-results"])
    assert called | set(message["x-refused"]) == {row.name for row in endpoint_table() if row.name}


def test_refusals_are_as_it_says(api):
    for method in ASYNCAPI["components"]["messages"]["apiAnswer"]["x-refused"]:
        assert api.refused(method) < 0
    assert api.refused("depth", symbol="NOSUCH") == -1121
    assert api.refused("no.such") == -1020
    gone = {"cancelReplaceMode": "STOP_ON_FAILURE", "cancelOrderId": 999_999_999}
    assert api.refused("order.cancelReplace", **order("BUY", 50000), **gone) == -2022
    api.rest = Rest(api.rest.address, {"apiKey": api.rest.key, "apiSecret": "0" * 64})
    assert api.refused("order.place", **order("BUY", 50000)) == -1022


def deposit(exchange, tmp_path):
    """`lockstep replay` funds its accounts before it sends its tape, which is one order here."""
    tape = tmp_path / "one.csv"
    tape.write_text("1000000000,A,1,B,100000,1,0\n")
    done = subprocess.run([LOCKSTEP, "replay", "--format", "lobster-flow", "--symbol", "ONEUSDT", "--sbe", exchange.binary_address, "--keys",
                           str(exchange.data / "dev-keys.json"), str(tape)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_event_of_the_user_is_as_it_says(own_exchange, api, taker, tmp_path):
    api("userDataStream.subscribe.signature")
    assert api.refused("userDataStream.subscribe.signature") == -2035
    first = api("order.place", **order("SELL", 70000, "0.01"))
    api("order.amend.keepPriority", symbol=SYMBOL, orderId=first["orderId"], newQty="0.005", newClientOrderId="smaller")
    taker.signed("POST", "/api/v3/order", **order("BUY", 70000, "0.001"))
    api("order.place", **order("BUY", 70000, selfTradePreventionMode="EXPIRE_TAKER"))
    api("order.place", **order("BUY", 30000, timeInForce="FOK"))
    api("order.cancel", symbol=SYMBOL, orderId=first["orderId"])
    deposit(own_exchange, tmp_path)
    for kind in ("NEW", "REPLACED", "TRADE", "TRADE_PREVENTION", "EXPIRED", "CANCELED"):
        api.event(lambda event, kind=kind: event["e"] == "executionReport" and event["x"] == kind)
    api.event(lambda event: event["e"] == "outboundAccountPosition")
    api.event(lambda event: event["e"] == "balanceUpdate")
    (cancelled,) = [event for event in api.events if event.get("x") == "CANCELED" and event["i"] == first["orderId"]]
    assert cancelled["C"] == "smaller" != cancelled["c"]
    api("userDataStream.unsubscribe")
    api.event(lambda event: event["e"] == "eventStreamTerminated")
