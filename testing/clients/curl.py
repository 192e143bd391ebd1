"""Requests as a shell sends them: real curl, signed by `openssl dgst`."""

import dataclasses
import json
import subprocess
import time
import urllib.parse


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict
    body: object


def now_ms():
    return int(time.time() * 1000)


def run_curl(*arguments):
    done = subprocess.run(["curl", "--silent", "--show-error", "--include", "--max-time", "20", *arguments], capture_output=True, check=True)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in rest)}
    is_json = headers.get("content-type", "").startswith("application/json")
    return Answer(int(first.split()[1]), headers, json.loads(body) if is_json else body.decode())


def signature_of(text, secret):
    done = subprocess.run(["openssl", "dgst", "-sha256", "-hmac", secret], input=text.encode(), capture_output=True, check=True)
    return done.stdout.decode().split("= ")[1].strip()


class Curl:
    """One account's calls; `key` and `secret` may be replaced to see what is refused."""

    def __init__(self, address, keys):
        self.base = f"http://{address}"
        self.key = keys["apiKey"]
        self.secret = keys["apiSecret"]

    def public(self, path, **parameters):
        query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
        return run_curl(self.base + path + query)

    def signed_text(self, parameters):
        text = urllib.parse.urlencode({"timestamp": now_ms()} | parameters)
        return f"{text}&signature={signature_of(text, self.secret)}"

    def send(self, method, path, text):
        """The bytes `text`, in the body of a POST and in the query of everything else."""
        header = ("-H", f"X-MBX-APIKEY: {self.key}")
        if method == "POST":
            return run_curl(*header, "-d", text, self.base + path)
        return run_curl(*header, "-X", method, f"{self.base}{path}?{text}")

    def signed(self, method, path, **parameters):
        return self.send(method, path, self.signed_text(parameters))
