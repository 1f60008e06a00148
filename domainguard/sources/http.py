"""One guarded fetch: checked address, wall-clock deadline, size cap, no blind redirects.

Built on `http.client` alone. What a larger client adds (proxies and credentials from the
environment, cookies, redirects, inflated bodies, a time-out per read) would each have to be
switched off again, and none of them has a deadline for the whole exchange.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cache
from threading import Thread
from urllib.parse import urljoin

from .base import Deadline, Refused, TimedOut, Unreachable
from .connection import GuardedConnection, IdleConnections, seconds_left
from .egress import EgressPolicy, Target, is_literal, read_url
from .http_reply import Reply, named_errors, read_reply

__all__ = ["BODY_LIMIT", "EgressPolicy", "GuardedFetch", "Reply", "nowhere", "system_addresses"]

Resolve = Callable[[str, int], Sequence[str]]

BODY_LIMIT = 256 * 1024
_MOST_REDIRECTS = 2
_MOST_ADDRESSES = 4
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADER_VALUE = re.compile(r"[\x20-\x7e]{0,4096}")
_LOCATION = re.compile(r"[\x21-\x7e]+")
_USER_AGENT = "django-domainguard"


def nowhere(host: str) -> bool:
    """Permit no redirect."""
    return False


def system_addresses(host: str, port: int) -> list[str]:
    """Ask the system's resolver, which also reads its hosts file; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class GuardedFetch:
    """Fetches from public hosts, and from what the policy allows by name. Safe to share by threads.

    `resolve` may block: nobody waits for it longer than the deadline.
    """

    def __init__(self, policy: EgressPolicy, *, resolve: Resolve = system_addresses) -> None:
        self._policy = policy
        self._resolve = resolve
        self._tls = _tls_context(policy.ca_file)
        self._idle = IdleConnections()

    def get(
        self,
        url: str,
        *,
        accept: str,
        deadline: Deadline,
        headers: Mapping[str, str] | None = None,
        limit: int = BODY_LIMIT,
        may_redirect_to: Callable[[str], bool] = nowhere,
    ) -> Reply:
        """Get a URL and read at most `limit` bytes of it; raises SourceError."""
        first = target = read_url(url)
        sent = _request_headers(first, accept, headers or {})
        for _ in range(_MOST_REDIRECTS + 1):
            reply = self._exchange(_Question(target, sent, deadline, limit))
            if reply.status not in _REDIRECTS:
                return reply
            target = self._redirected(target, reply, may_redirect_to)
            sent = _request_headers(target, accept, {})  # keys are for the first server alone
        raise Refused(f"{first}: it redirects more than {_MOST_REDIRECTS} times")

    def _redirected(
        self, asked: Target, reply: Reply, may_redirect_to: Callable[[str], bool]
    ) -> Target:
        target = _location(asked, reply)
        usual = target.has_default_port or self._policy.allows(target.host, target.port)
        if target.scheme == "https" and usual and may_redirect_to(target.host):
            return target
        raise Refused(f"{asked}: it redirects to a place we do not follow it to")

    def _exchange(self, question: _Question) -> Reply:
        with named_errors(question.target):
            kept = self._idle.take(question.target)
            if kept is not None:
                with suppress(ConnectionError):  # it went stale between two questions
                    return self._talk(kept, question)
            return self._talk(self._connect(question.target, question.deadline), question)

    def _talk(self, connection: GuardedConnection, question: _Question) -> Reply:
        connection.arm(question.deadline, question.limit)
        reusable = False
        try:
            connection.request("GET", question.target.path, headers=question.headers)
            with closing(connection.getresponse()) as response:
                reply = read_reply(response, question.target, question.limit)
                reusable = response.isclosed() and not response.will_close
        finally:
            if not reusable:
                connection.close()
        if reusable:
            self._idle.keep(question.target, connection)
        return reply

    def _connect(self, target: Target, deadline: Deadline) -> GuardedConnection:
        tls = self._tls if target.scheme == "https" else None
        addresses = self._addresses(target, deadline)
        for left in range(len(addresses), 1, -1):
            share = deadline.within(deadline.remaining() / left)
            with suppress(OSError, TimedOut):
                return GuardedConnection(target, addresses[-left], tls, share)
        return GuardedConnection(target, addresses[-1], tls, deadline)

    def _addresses(self, target: Target, deadline: Deadline) -> list[str]:
        """Resolve once and check every address; the connection goes to one of these."""
        self._policy.check_host(target.host, target.port)
        if is_literal(target.host):
            return [target.host]
        answer: Future[Sequence[str]] = Future()
        # getaddrinfo(3) knows no deadline: a thread of its own may outlive ours, unheard.
        Thread(target=self._answer, args=(answer, target), daemon=True).start()
        addresses = list(dict.fromkeys(answer.result(timeout=seconds_left(deadline))))
        if not addresses:
            raise Unreachable("its name has no address")
        for address in addresses:
            self._policy.check_address(target.host, target.port, address)
        return addresses[:_MOST_ADDRESSES]

    def _answer(self, answer: Future[Sequence[str]], target: Target) -> None:
        try:
            answer.set_result(self._resolve(target.host, target.port))
        except Exception as error:  # whatever it is, the asking thread must hear of it
            answer.set_exception(error)


@dataclass(frozen=True, slots=True)
class _Question:
    """One exchange: what is sent where, until when, and how much may come back."""

    target: Target
    headers: dict[str, str] = field(repr=False)
    deadline: Deadline
    limit: int


@cache  # reading the system's authorities takes 70 ms
def _tls_context(ca_file: str | None) -> ssl.SSLContext:
    # Not create_default_context(): that one writes session keys where the environment tells it to.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if ca_file is None:
        context.load_default_certs()
    else:
        context.load_verify_locations(cafile=ca_file)
    return context


def _request_headers(target: Target, accept: str, extra: Mapping[str, str]) -> dict[str, str]:
    if not all(_HEADER_VALUE.fullmatch(value) for value in extra.values()):
        # http.client would refuse as well, and repeat the value in its exception.
        raise Refused(f"{target}: a header of ours cannot be sent")
    return {
        "Host": target.authority,
        "User-Agent": _USER_AGENT,
        "Accept": accept,
        "Accept-Encoding": "identity",
        **extra,
    }


def _location(asked: Target, reply: Reply) -> Target:
    location = reply.headers.get("location", "")
    with suppress(ValueError, Refused):  # said below, without a word of the server's
        if _LOCATION.fullmatch(location):
            return read_url(urljoin(reply.url, location))
    raise Refused(f"{asked}: it redirects to something that is no plain URL")
