"""One DNS question under way to one resolver, over UDP or TCP, as bytes (RFC 1035 4, RFC 7766)."""

from __future__ import annotations

import errno
import secrets
import socket
import struct
from dataclasses import dataclass
from ipaddress import ip_address
from selectors import EVENT_READ, EVENT_WRITE

import dns.rdatatype

from .base import Unreachable, Unreadable

_ROOM = 1232  # the UDP size we announce (RFC 6891)
LARGEST_DATAGRAM = 4096  # some resolvers ignore what is announced
PACKETS_PER_TURN = 200
_HEADER = 12
_RECURSION_DESIRED, _TRUNCATED, _IS_RESPONSE = 0x01, 0x02, 0x80
_FORMERR, _SERVFAIL, _NOTIMP, _REFUSED = 1, 2, 4, 5
# EDNS without DO: the resolver validates, and failures still come with a reason (RFC 8914).
_OPT = struct.pack("!BHHIH", 0, dns.rdatatype.OPT, _ROOM, 0, 0)
_QUERY_HEADER = struct.pack("!BB4H", _RECURSION_DESIRED, 0, 1, 0, 0, 1)


@dataclass(frozen=True, slots=True, order=True)
class Resolver:
    """A recursive resolver by IP address and port."""

    host: str
    port: int = 53

    def __str__(self) -> str:
        """Give `host:port`, as in the settings."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Question:
    """One resolver asked for one type at one name (A-labels, no final dot)."""

    resolver: Resolver
    name: str
    rdtype: str


def write_question(name: str, rdtype: str) -> bytes:
    """Give the question section for a name in A-labels without a final dot (RFC 1035 4.1.2)."""
    labels = name.encode("ascii").split(b".")
    packed = b"".join(bytes([len(label)]) + label for label in labels)
    return packed + struct.pack("!BHH", 0, dns.rdatatype.from_text(rdtype), 1)


def write_query(query_id: bytes, section: bytes) -> bytes:
    """Give the packet that asks for recursion, with EDNS, from its id of two bytes on."""
    return query_id + _QUERY_HEADER + section + _OPT


def is_about(message: bytes, section: bytes) -> bool:
    """Say whether a packet is a response to this very question, whatever its id."""
    if len(message) < _HEADER or not message[2] & _IS_RESPONSE:
        return False
    if len(message) == _HEADER:
        return message[3] & 0x0F in (_FORMERR, _SERVFAIL, _NOTIMP, _REFUSED)
    return message[4:6] == b"\0\1" and message.startswith(section, _HEADER)


class Query:
    """A question packed with a random id, and the test whether a packet answers it."""

    def __init__(self, question: Question) -> None:
        self._id = secrets.token_bytes(2)
        self._section = write_question(question.name, question.rdtype)
        self.packet = write_query(self._id, self._section)

    def is_answered_by(self, message: bytes) -> bool:
        """Compare id and question byte for byte; only a failure may leave the question out."""
        return message[:2] == self._id and is_about(message, self._section)


class Datagram:
    """A question over UDP. The socket is its own, and so is its port, which the system draws.

    Whatever does not answer the question is dropped unparsed. Raises Unreachable.
    """

    events = EVENT_READ

    def __init__(self, question: Question) -> None:
        self.question = question
        self._query = Query(question)
        self.sock = open_socket(question.resolver, socket.SOCK_DGRAM)
        try:
            self.sock.connect((question.resolver.host, question.resolver.port))
            self.sock.send(self._query.packet)
        except OSError as error:
            self.sock.close()
            raise Unreachable("unreachable") from error

    def advance(self) -> bytes | None:
        """Read waiting packets until the answer; at most so many, then others get their turn."""
        for _ in range(PACKETS_PER_TURN):
            try:
                message = self.sock.recv(LARGEST_DATAGRAM)
            except BlockingIOError:
                return None
            except OSError as error:
                raise Unreachable("unreachable") from error
            if self._query.is_answered_by(message):
                return message
        return None


class Stream:
    """A question over TCP, for an answer too large for UDP.

    Raises Unreachable, and Unreadable when the answer is larger than `room` bytes or answers
    something else.
    """

    events = EVENT_WRITE  # until the connection stands

    def __init__(self, question: Question, room: int) -> None:
        self.question = question
        self._query = Query(question)
        self._room = room
        self._received = bytearray()
        self.sock = open_socket(question.resolver, socket.SOCK_STREAM)
        code = self.sock.connect_ex((question.resolver.host, question.resolver.port))
        if code not in (0, errno.EINPROGRESS):
            self.sock.close()
            raise Unreachable("unreachable over TCP")

    def advance(self) -> bytes | None:
        """Send once connected, then read; the message when it is whole."""
        try:
            if self.events == EVENT_READ:
                return self._read()
            self._send()
            return None
        except BlockingIOError:
            return None
        except OSError as error:
            raise Unreachable("broke the TCP connection") from error

    def _send(self) -> None:
        # Far smaller than any send buffer: it goes in one piece.
        self.sock.send(len(self._query.packet).to_bytes(2, "big") + self._query.packet)
        self.events = EVENT_READ

    def _read(self) -> bytes | None:
        chunk = self.sock.recv(LARGEST_DATAGRAM)
        if not chunk:
            raise Unreachable("broke the TCP connection")
        self._received += chunk
        if len(self._received) < 2:
            return None
        size = int.from_bytes(self._received[:2], "big")
        if size > self._room:
            raise too_large()
        message = bytes(self._received[2 : 2 + size])
        if len(message) < size:
            return None
        if not self._query.is_answered_by(message):
            raise Unreadable("answered something else over TCP")
        return message


def is_truncated(message: bytes) -> bool:
    """Say whether the rest of the answer waits at TCP."""
    return bool(message[2] & _TRUNCATED)


def is_servfail(message: bytes) -> bool:
    """Say whether the resolver failed, which may be gone at the next try."""
    return message[3] & 0x0F == _SERVFAIL


def too_large() -> Unreadable:
    """Give the error for an answer beyond the allowance."""
    return Unreadable("answer too large")


def open_socket(resolver: Resolver, kind: socket.SocketKind) -> socket.socket:
    """Open a socket that does not block, of the resolver's address family; raises Unreachable."""
    is_v6 = ip_address(resolver.host).version == 6
    try:
        sock = socket.socket(socket.AF_INET6 if is_v6 else socket.AF_INET, kind)
    except OSError as error:
        raise Unreachable("unreachable: no socket") from error
    sock.setblocking(False)
    return sock
