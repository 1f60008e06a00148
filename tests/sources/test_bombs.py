"""F18 to F28 in one worker: what all hostile servers together cost it, and where it went."""

from __future__ import annotations

import itertools
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from domainguard.testing.dns_packets import DnsAnswer, write_answer
from tests.sources.hostile import Conversation, HostileServer, Script, answer
from tests.sources.hostile_dns import Asked, Hostile, hostile
from tests.sources.resolving import EXAMPLE
from tests.sources.test_http_bombs import bombs as http_bombs

MIB = 1024 * 1024
ROOT = Path(__file__).resolve().parents[2]
SILENCE = {"unreadable", "unreachable", "timed_out", "refused", "limited", "distrusted"}
CALM = json.dumps(
    {"objectClassName": "domain", "ldhName": "birch.com", "handle": "1-COM", "status": ["active"]}
).encode()


def json_bombs() -> Iterator[tuple[str, bytes]]:
    """Give bodies of 256 KiB that become much more when a reader unfolds them."""
    size = 256 * 1024 - 100
    yield "brackets", b"[" * size
    yield "nested objects", b'{"a":' * (size // 5)
    yield "empty lists", b'{"status":[' + b"[]," * (size // 3 - 10) + b"[]]}"
    yield "empty objects", b'{"events":[' + b"{}," * (size // 3 - 10) + b"{}]}"
    yield "numbers", b'{"status":[' + b"1," * (size // 2 - 10) + b"1]}"
    yield "one number", b'{"status":' + b"9" * (size - 20) + b"}"
    yield "keys", b"{" + b",".join(b'"%x":0' % number for number in range(size // 9)) + b"}"
    yield "one key", b"{" + b'"a":0,' * (size // 6 - 10) + b'"a":0}'
    yield "escapes", b'{"handle":"' + b"\\u0041" * (size // 6 - 10) + b'"}'
    yield "surrogates", b'{"handle":"' + b"\\ud800" * (size // 6 - 10) + b'"}'


def stream(*, of: bytes) -> Script:
    """Give a WHOIS server that never comes to an end."""

    def script(talk: Conversation) -> None:
        talk.sock.recv(100)
        while not talk.stopping.is_set():
            talk.say(of)

    return script


def moved(location: str) -> Script:
    return answer(b"", status="302 Found", location=location)


def scripts() -> Iterator[tuple[str, str, Script]]:
    for name, script in http_bombs():
        yield "rdap", name, script
        yield "fastly", f"{name} at the vendor", script
    for name, body in json_bombs():
        yield "rdap", name, answer(body)
    yield "rdap", "endless headers", endless_headers
    places = ("http://127.0.0.2/", "https://10.0.0.1/", "https://169.254.169.254/", "file:///etc")
    for place in (*places, "gopher://127.0.0.1/", "https://[::1]/", "//0x7f.1/", "\\\\x"):
        yield "rdap", f"to {place}", moved(place)
    yield "whois", "a gibibyte of lines", stream(of=b"no match\r\n" * 1000)
    yield "whois", "no line ever ends", stream(of=b"y" * MIB)
    yield "whois", "binary", stream(of=bytes(range(256)) * 4096)


def endless_headers(talk: Conversation) -> None:
    talk.hear()
    talk.say(b"HTTP/1.1 200 OK\r\n")
    for number in itertools.count():
        talk.say(b"X-%d: %s\r\n" % (number, b"y" * 60_000))


def cut_then_64_kib(server: Hostile, asked: Asked) -> None:
    asked.say(write_answer(asked.query, DnsAnswer(), truncated=True))


def sixty_four_kib(server: Hostile, connection: socket.socket) -> None:
    while not server.stopping.is_set():
        connection.sendall(b"\xff\xff" + bytes(65535))


def flood(server: Hostile, asked: Asked) -> None:
    wrong = bytes([asked.packet[0] ^ 1]) + asked.right(*EXAMPLE[asked.query.rdtype])[1:]
    while not server.stopping.is_set():
        asked.say(wrong)


def loop(server: Hostile, asked: Asked) -> None:
    asked.say(asked.packet[:2] + b"\x84\x00\x00\x01\xff\xff\x00\x00\x00\x00" + b"\xc0\x0c" * 2000)


@pytest.fixture(scope="module")
def worker() -> dict[str, Any]:
    """Let one worker meet every hostile server there is, and give its report."""
    with ExitStack() as running:
        servers = [("rdap", "calm", HostileServer(answer(CALM)))]
        servers += [(kind, name, HostileServer(script)) for kind, name, script in scripts()]
        rows: list[tuple[str, str, str, int]] = []
        for kind, name, server in servers:
            rows.append((kind, name, *running.enter_context(server).pair))
        for name, react, tcp in (
            ("64 KiB for ever", cut_then_64_kib, sixty_four_kib),
            ("wrong ids", flood, None),
            ("compression loop", loop, None),
        ):
            resolver = running.enter_context(hostile(react, tcp)).resolver
            rows.append(("dns", name, resolver.host, resolver.port))
        done = subprocess.run(
            [sys.executable, "-m", "tests.sources.bombed"],
            input=json.dumps(rows),
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout), "rows": rows}


def test_no_bomb_says_anything_and_none_stops_the_worker(worker):
    assert worker["outcomes"].pop("calm") == "answered"
    assert len(worker["outcomes"]) > 50
    assert {name: each for name, each in worker["outcomes"].items() if each not in SILENCE} == {}


def test_all_bombs_together_cost_a_worker_at_most_20_mib(worker):
    assert worker["grown"] <= 20 * MIB


def test_it_connected_to_nobody_but_the_servers_it_was_told_to_ask(worker):
    told = {str((host, port)) for _, _, host, port in worker["rows"]}
    assert set(worker["to"]) <= told
    assert len(worker["to"]) == len(worker["rows"])
