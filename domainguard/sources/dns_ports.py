"""Very many DNS questions under way to one resolver over UDP, through a few sockets.

Which socket and which id are one random number of 20 bits; the ports are the system's choice. The
sockets are connected: the system drops what another address or port sends.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from domainguard.core.names import RegistrableDomain

from .base import SourceError, Unreachable
from .dns_conversation import MOST_BYTES, MOST_QUERIES
from .dns_quorum import ResolverAnswer
from .dns_reading import Finding
from .dns_wire import (
    LARGEST_DATAGRAM,
    PACKETS_PER_TURN,
    Question,
    Resolver,
    is_about,
    open_socket,
    write_query,
    write_question,
)

_SOCKET_BITS, _ID_BITS = 4, 16
MOST_UNDER_WAY = 2 ** (_SOCKET_BITS + _ID_BITS - 1)  # a free number is found in two draws


@dataclass(slots=True, eq=False)
class Look:
    """A domain, the resolver asked about it, and what that one has said, by type and then whole.

    `number` counts the tries from zero. Of 30 queries and 64 KiB each try takes its part.
    """

    domain: RegistrableDomain
    resolver: Resolver | None = None
    number: int = 0
    heard: dict[str, Finding | SourceError] = field(default_factory=dict)
    answer: ResolverAnswer | None = None
    queries: int = MOST_QUERIES
    room: int = MOST_BYTES


class Asked:
    """One question of a look under way, from when until when (monotonic)."""

    __slots__ = ("at", "look", "question", "section", "until")

    def __init__(self, look: Look, question: Question, at: float, until: float) -> None:
        self.look = look
        self.question = question
        self.section = write_question(question.name, question.rdtype)
        self.at = at
        self.until = until


class Ports:
    """Sixteen sockets to one resolver. One that cannot be reached fails when it is asked."""

    def __init__(self, resolver: Resolver) -> None:
        self.sockets: list[socket.socket] = []
        self.under_way: dict[int, Asked] = {}
        with suppress(Unreachable):
            for _ in range(2**_SOCKET_BITS):
                self.sockets.append(open_socket(resolver, socket.SOCK_DGRAM))
        for sock in self.sockets:
            with suppress(OSError):  # it comes again with the first question
                sock.connect((resolver.host, resolver.port))

    def close(self) -> None:
        """Close the sockets; nothing is heard any more."""
        for sock in self.sockets:
            sock.close()

    def ask(self, asked: Asked) -> list[Asked]:
        """Send a question under a number that no other has; gives what cannot be delivered.

        The system tells of a packet that came back when the next is sent through the same socket.
        """
        while (number := secrets.randbits(_SOCKET_BITS + _ID_BITS)) in self.under_way:
            pass
        self.under_way[number] = asked
        place, query_id = number >> _ID_BITS, (number & 0xFFFF).to_bytes(2, "big")
        try:
            self.sockets[place].send(write_query(query_id, asked.section))
        except BlockingIOError:
            pass  # as good as lost on its way
        except (OSError, IndexError):
            return self.drop(place)
        return []

    def receive(self, place: int) -> Iterator[tuple[Asked, bytes]]:
        """Read what waits at one socket and drop, unparsed, what answers no question under way.

        At most so many packets, then others get their turn. Raises Unreachable.
        """
        for _ in range(PACKETS_PER_TURN):
            try:
                message = self.sockets[place].recv(LARGEST_DATAGRAM)
            except BlockingIOError:
                return
            except OSError as error:
                raise Unreachable("unreachable") from error
            number = place << _ID_BITS | int.from_bytes(message[:2], "big")
            asked = self.under_way.get(number)
            if asked and is_about(message, asked.section):
                del self.under_way[number]
                yield asked, message

    def drop(self, place: int) -> list[Asked]:
        """Forget and give what is under way through one socket."""
        numbers = [number for number in self.under_way if number >> _ID_BITS == place]
        return [self.under_way.pop(number) for number in numbers]

    def late(self, moment: float) -> list[Asked]:
        """Forget and give what has waited until this moment."""
        numbers = [number for number, asked in self.under_way.items() if asked.until <= moment]
        return [self.under_way.pop(number) for number in numbers]
