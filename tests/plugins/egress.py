"""The tripwire of THREATS 6.1: no test opens a connection beyond loopback, whatever it believes.

An audit hook sees every connect, datagram and name look-up of every thread of this process. It
refuses what leaves the machine, and keeps a note, because the code under test may well swallow
the refusal.
"""

from __future__ import annotations

import ipaddress
import socket
import sys

_ASKS_FOR_A_NAME = {"socket.getaddrinfo", "socket.gethostbyname"}
_SENDS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_INTERNET = {socket.AF_INET, socket.AF_INET6}
_OWN_NAMES = {"", "localhost", socket.gethostname()}

attempts: list[str] = []


class EgressForbidden(Exception):
    """A test tried to reach an address beyond loopback."""


def arm() -> None:
    """Watch this process until it ends; an audit hook cannot be taken away again."""
    sys.addaudithook(_watch)


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in _SENDS:
        sock, address = arguments[:2]
        # A unix socket has a path for an address, and a connected datagram socket sends to None.
        if isinstance(sock, socket.SocketType) and sock.family in _INTERNET:
            _judge(event, address[0] if isinstance(address, tuple) else None)
    elif event in _ASKS_FOR_A_NAME and not _is_literal(arguments[0]):
        _judge(event, arguments[0])


def _judge(event: str, host: object) -> None:
    if host is None or _text(host) in _OWN_NAMES or _is_loopback(_text(host)):
        return
    attempts.append(f"{event} to {_text(host)}")
    raise EgressForbidden(f"{event} to {_text(host)}: tests reach nothing but loopback")


def _text(host: object) -> str:
    return host.decode("ascii", errors="replace") if isinstance(host, bytes) else str(host)


def _is_literal(host: object) -> bool:
    """Tell an address from a name: looking up an address asks nobody."""
    try:
        ipaddress.ip_address(_text(host).partition("%")[0])
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    if not _is_literal(host):
        return False
    # A wildcard address is not a place; the kernel takes it for this machine.
    address = ipaddress.ip_address(host.partition("%")[0])
    return address.is_loopback or address.is_unspecified
