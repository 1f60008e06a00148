"""Asks the domain registry over RDAP (RFC 7480, RFC 9082) and gives Evidence.

Only the registry's own server speaks, found by bootstrap. What the registrar says, behind the
answer's `related` link, lags and differs: it is never asked.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from domainguard.core.evidence import Evidence, Outcome, SourceClass
from domainguard.core.names import RegistrableDomain

from .base import Deadline, Limited, Refused, SourceError, Unreachable, Unreadable, Unsupported
from .egress import read_url
from .http import GuardedFetch, Reply
from .rdap_bootstrap import Bootstrap
from .rdap_document import Reading, read_document
from .rdap_limits import has_quota_notice, is_limit, is_quota_page, read_retry_after
from .strict_json import read_object

_ACCEPT = "application/rdap+json, application/json;q=0.5"
_ERROR_OBJECT_TYPES = frozenset({"application/rdap+json", "application/json"})
_FOR_PEOPLE = frozenset({"text/html", "application/xhtml+xml", "text/plain"})


class RdapSource:
    """The registry of a domain as a witness; what a 404 is worth, the caller's canary says."""

    name = "rdap"
    source_class = SourceClass.REGISTRY

    def __init__(self, bootstrap: Bootstrap, fetch: GuardedFetch) -> None:
        self._bootstrap = bootstrap
        self._fetch = fetch

    def covers(self, domain: RegistrableDomain) -> bool:
        """Say whether a server is known for the domain's TLD."""
        return self._bootstrap.server_for(domain) is not None

    def server_of(self, domain: RegistrableDomain) -> str | None:
        """Give the server that would be asked, the one whose rate limit counts."""
        base = self._bootstrap.server_for(domain)
        return base and read_url(base).authority

    def look(self, domain: RegistrableDomain, *, now: datetime, deadline: Deadline) -> Evidence:
        """Ask for the domain object; every failure is Evidence too."""
        base = self._bootstrap.server_for(domain)
        asked = f"{base}domain/{domain}" if base else ""
        evidence = partial(
            Evidence,
            domain=domain,
            source=self.name,
            source_class=self.source_class,
            at=now,
            asked=asked,
        )
        try:
            reading = self._ask(asked, domain, now, deadline)
        except SourceError as error:
            wait = error.retry_after
            return evidence(outcome=error.outcome, note=str(error), retry_after=wait)
        if reading is None:
            return evidence(
                outcome=Outcome.NOT_FOUND, note=f"{asked}: the registry has no such domain"
            )
        return evidence(
            outcome=Outcome.ANSWERED,
            note="; ".join(reading.remarks),
            registration=reading.registration,
        )

    def _ask(
        self, asked: str, domain: RegistrableDomain, now: datetime, deadline: Deadline
    ) -> Reading | None:
        if not asked:
            raise Unsupported(f"no RDAP server is known for .{domain.rpartition('.')[2]}")
        reply = self._fetch.get(
            asked,
            accept=_ACCEPT,
            deadline=deadline,
            may_redirect_to=self._bootstrap.hosts.__contains__,
        )
        try:
            return _read(reply, asked, domain, now)
        except Limited as error:
            raise Limited(f"{asked}: {error}", error.retry_after) from None
        except SourceError as error:
            raise type(error)(f"{asked}: {error}") from None


def _read(reply: Reply, asked: str, domain: RegistrableDomain, now: datetime) -> Reading | None:
    """Give what a reply says of the domain, None for the registry's "no such domain"."""
    if reply.status == 404:
        _check_not_found(reply, asked)
        return None
    if is_limit(reply.status, reply.content_type, reply.headers):
        wait = read_retry_after(reply.headers, now=now)
        raise Limited(f"the server asks us to slow down (HTTP {reply.status})", wait)
    if reply.status >= 500:
        raise Unreachable(f"the server is in trouble (HTTP {reply.status})")
    if reply.status != 200:
        raise Refused(f"the server refuses the question (HTTP {reply.status})")
    _check_not_a_page(reply)
    return read_document(reply.body, asked_for=domain, now=now)


def _check_not_found(reply: Reply, asked: str) -> None:
    """Believe a 404 only from the server we chose, and only if no stranger's page came with it.

    One large registry sends an empty body; others an error object (RFC 9083 section 6).
    """
    if read_url(reply.url).host != read_url(asked).host:
        raise Unreadable("the 404 comes from a server it redirected to")
    if reply.body.strip():
        if reply.content_type not in _ERROR_OBJECT_TYPES:
            raise Unreadable("the 404 is a page, not an RDAP answer")
        document = read_object(reply.body)
        if has_quota_notice(document):
            raise Limited("the 404 says that a quota is used up")
        if document.get("errorCode", 404) != 404:
            raise Unreadable("the 404 carries another error")
    elif reply.content_type == "text/html":
        raise Unreadable("the 404 is an empty page, not an RDAP answer")


def _check_not_a_page(reply: Reply) -> None:
    if reply.content_type in _FOR_PEOPLE and not reply.body.lstrip().startswith(b"{"):
        if is_quota_page(reply.body):
            raise Limited("a page says that a quota is used up")
        raise Unreadable("a page for people came, not an RDAP answer")
