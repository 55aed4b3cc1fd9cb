"""The client of every measure: keep-alive connections of one process, one request at a time on each.

`python client.py` reads an order as JSON on its standard input and answers as JSON. It writes and reads
bytes without looking into them, so that the server, not the client, is what is measured.
"""

import json
import selectors
import socket
import sys
import time
from collections import Counter
from typing import Any

_HEAD_ENDS = b"\r\n\r\n"
_PATIENCE = 30.0


class Line:
    """One connection, and what it waits for."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = bytearray()
        self.asked = 0.0

    def ask(self, request: bytes) -> None:
        """Sends a request."""
        self.received.clear()
        self.asked = time.perf_counter()
        self.socket.sendall(request)

    def hear(self) -> int | None:
        """The status, once the whole answer is there."""
        part = self.socket.recv(262_144)
        if not part:
            raise ConnectionError("the server closed the connection")
        self.received += part
        head_ends = self.received.find(_HEAD_ENDS)
        if head_ends < 0:
            return None
        head = bytes(self.received[:head_ends]).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        return int(head[9:12]) if len(self.received) >= head_ends + len(_HEAD_ENDS) + length else None


def measure(order: dict[str, Any]) -> dict[str, Any]:
    """Asks for `seconds` (after `warming`), going round the requests, or once through them (`once`)."""
    requests = [request.encode() for request in order["requests"]]
    waiting = iter(requests) if order["once"] else _round(requests)
    selector = selectors.DefaultSelector()
    lines = [Line(order["port"]) for _ in range(order["connections"])]
    for line in lines:
        selector.register(line.socket, selectors.EVENT_READ, line)
        line.ask(next(waiting))
    began = time.perf_counter()
    counting = began + order["warming"]
    ends = counting + order["seconds"]
    statuses: Counter[int] = Counter()
    took: list[float] = []
    now, busy = began, len(lines)
    # What takes longer than the time given is measured by its first answer.
    while busy and (now < ends or not took):
        for key, _event in selector.select(_PATIENCE):
            line = key.data
            status = line.hear()
            if status is None:
                continue
            now = time.perf_counter()
            if now >= counting:
                statuses[status] += 1
                took.append(now - line.asked)
            request = next(waiting, None)
            if request is None:
                busy -= 1
                selector.unregister(line.socket)
            else:
                line.ask(request)
    took.sort()
    seconds = now - counting
    return {
        "rate": len(took) / seconds,
        "median_ms": took[len(took) // 2] * 1000,
        "p95_ms": took[len(took) * 95 // 100] * 1000,
        "statuses": statuses,
    }


def _round(requests: list[bytes]) -> Any:
    while True:
        yield from requests


if __name__ == "__main__":
    json.dump(measure(json.load(sys.stdin)), sys.stdout)
