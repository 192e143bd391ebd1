"""Signed and public REST requests of one account, as plain as they can be."""

import hashlib
import hmac
import time
import urllib.parse

import requests


def now_ms():
    return int(time.time() * 1000)


def text_of(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


class Rest:
    def __init__(self, address, keys):
        self.address = address
        self.key = keys["apiKey"]
        self.secret = keys["apiSecret"]
        self.session = requests.Session()

    def sign(self, text):
        return hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    def call(self, method, path, parameters, signed=False):
        text = urllib.parse.urlencode({name: text_of(value) for name, value in parameters.items()})
        if signed:
            text += f"&signature={self.sign(text)}"
        url = f"http://{self.address}{path}" + (f"?{text}" if text else "")
        return self.session.request(method, url, headers={"X-MBX-APIKEY": self.key}, timeout=20)

    def signed(self, method, path, **parameters):
        answer = self.call(method, path, {"timestamp": now_ms()} | parameters, signed=True)
        assert answer.status_code == 200, answer.text
        return answer.json()
