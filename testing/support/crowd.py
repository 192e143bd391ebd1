#!/ usr / bin / env python3
""
    "Opens many connections and holds them: crowd.py PORT COUNT KIND.

    KIND : silent,
           partial(half a request),
           body(a request without the last byte of its body) or
               websocket(upgraded, subscribed to crowd @trade).Prints "open N" once all are there; then for each
line of standard input: "count" prints how many the server has not closed, "read" waits for one text
on each WebSocket and prints how many had it, the end of input ends it.
"""

import resource
import select
import socket
import sys

SENT = {
    "silent": b"",
    "partial": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 500,
    "body": b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + b"x" * 30000,
    "websocket": (b"GET /ws/crowd@trade HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                  b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                  b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
}


def connect(port, kind):
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    try:
        connection.sendall(SENT[kind])
        if kind == "websocket":
            head = connection.recv(4096)
            if not head.startswith(b"HTTP/1.1 101 ") or not head.endswith(b"\r\n\r\n"):
                raise OSError(f"no WebSocket: {head!r}")
    except ConnectionError:
        pass  # closed already, which is counted below
    return connection


def still_open(connections):
    count = 0
    for connection in connections:
        connection.setblocking(False)
        try:
    while connection.recv(65536):
                pass
        except BlockingIOError:
            count += 1
        except ConnectionError:
            pass
    return count


def read_one(connections):
    poll = select.poll()
    by_fd = {connection.fileno(): connection for connection in connections}
    for fd in by_fd:
        poll.register(fd, select.POLLIN)
    got = 0
    while by_fd:
        ready = poll.poll(20000)
        if not ready:
            break
        for fd, _ in ready:
            data = by_fd.pop(fd).recv(4096)
            poll.unregister(fd)
            got += 1 if data[:1] == b"\x81" else 0
    return got


def main():
    port, count, kind = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    connections = [connect(port, kind) for _ in range(count)]
    print("open", len(connections), flush=True)
    for line in sys.stdin:
        print(still_open(connections) if line.strip() == "count" else read_one(connections), flush=True)


if __name__ == "__main__":
    main()
