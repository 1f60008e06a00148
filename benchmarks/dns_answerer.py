"""A small fast DNS server in a process of its own: all but id and question is packed beforehand.

Every `name-….com` has two name servers, an SOA and two mail hosts; `com`, `net` and `org` exist
and anything else does not. Names that begin with `mute` never get an answer.
"""

from __future__ import annotations

import select
import socket
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

_NS, _SOA, _MX = 2, 6, 15
_ROOM = 8 * 1024 * 1024
_HEADER = 12
_PACKETS_PER_TURN = 64


def _name(text: str) -> bytes:
    return b"".join(bytes([len(each)]) + each.encode() for each in text.split(".")) + b"\0"


def _record(rdtype: int, rdata: bytes) -> bytes:
    return b"\xc0\x0c" + struct.pack("!HHIH", rdtype, 1, 300, len(rdata)) + rdata


def _packet(flags: int, answers: list[bytes], authorities: list[bytes]) -> tuple[bytes, bytes]:
    """Give what stands before and behind the question."""
    opt = b"\0" + struct.pack("!HHIH", 41, 1232, 0, 0)
    header = struct.pack("!5H", flags, 1, len(answers), len(authorities), 1)
    return header, b"".join([*answers, *authorities, opt])


_PRIMARY, _CONTACT = _name("ns1.name-host.net"), _name("hostmaster.name-host.net")
_SOA_DATA = _PRIMARY + _CONTACT + struct.pack("!5I", 1, 2, 3, 4, 5)
_FOUND = {
    _NS: _packet(0x8180, [_record(_NS, _name(f"ns{each}.name-host.net")) for each in (1, 2)], []),
    _SOA: _packet(0x8180, [_record(_SOA, _SOA_DATA)], []),
    _MX: _packet(
        0x8180, [_record(_MX, b"\0\x0a" + _name(f"mx{each}.name-mail.org")) for each in (1, 2)], []
    ),
}
_MISSING = _packet(0x8183, [], [_record(_SOA, _SOA_DATA)])


def answer(query: bytes) -> bytes | None:
    """Give the answer to one query with EDNS; None for a mute name."""
    first = query[_HEADER + 1 : _HEADER + 5]
    if first == b"mute":
        return None
    section = query[_HEADER:-11]
    is_known = first == b"name" or section[0] == 3  # `com`, `net` and `org` exist as well
    rdtype = int.from_bytes(section[-4:-2], "big")
    header, rest = _FOUND.get(rdtype, _MISSING) if is_known else _MISSING
    return query[:2] + header + section + rest


def serve(sock: socket.socket, delay: float) -> None:
    """Answer until the process is ended."""
    waiting: deque[tuple[float, bytes, tuple[str, int]]] = deque()
    while True:
        until = max(0.0, waiting[0][0] - monotonic()) if waiting else None
        select.select([sock], [], [], until)
        at = monotonic() + delay
        for _ in range(_PACKETS_PER_TURN):
            try:
                query, client = sock.recvfrom(512)
            except BlockingIOError:
                break
            packet = answer(query)
            if packet and delay:
                waiting.append((at, packet, client))
            elif packet:
                sock.sendto(packet, client)
        moment = monotonic()
        while waiting and waiting[0][0] <= moment:
            _, packet, client = waiting.popleft()
            sock.sendto(packet, client)


@contextmanager
def answering(delay: float) -> Iterator[int]:
    """Run the server, each answer `delay` seconds late; gives its port on loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            sock.setsockopt(socket.SOL_SOCKET, option, _ROOM)
        sock.setblocking(False)
        sock.bind(("127.0.0.1", 0))
        code = f"from benchmarks.dns_answerer import main; main({sock.fileno()}, {delay})"
        with subprocess.Popen([sys.executable, "-c", code], pass_fds=[sock.fileno()]) as process:
            try:
                yield sock.getsockname()[1]
            finally:
                process.terminate()


def main(fileno: int, delay: float) -> None:
    """Serve on a socket that was handed over."""
    with socket.socket(fileno=fileno) as sock:
        serve(sock, delay)
