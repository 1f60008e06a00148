"""Port 43 (RFC 3912), the last resort: one question to the domain registry's own server.

Only the reviewed table says who is asked; no referral is followed, so an answer can never send us
to a server that somebody else has bought.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from domainguard.core.evidence import Evidence, Outcome, Registration, SourceClass
from domainguard.core.names import RegistrableDomain

from .base import Deadline, Refused, SourceError, Unsupported
from .dial import Dialer
from .whois_record import MOST_BYTES
from .whois_table import WhoisServer, WhoisTable
from .whois_text import NotFound, read_whois

_SECONDS = 10.0
_NAME = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,126}")


class WhoisSource:
    """Asks the port-43 servers of its table. It is a Source; safe to share by threads."""

    name = "whois"
    source_class = SourceClass.REGISTRY

    def __init__(self, table: WhoisTable, dialer: Dialer) -> None:
        self._table = table
        self._dialer = dialer

    def covers(self, domain: RegistrableDomain) -> bool:
        """Say whether the table has a server for the domain."""
        return self._table.server_for(domain) is not None

    def look(self, domain: RegistrableDomain, *, now: datetime, deadline: Deadline) -> Evidence:
        """Ask the registry's server; silence of every kind is Evidence too."""
        server = self._table.server_for(domain)
        asked = f"{server.host}:{server.port}" if server else ""
        try:
            found = self._ask(server, domain, now, deadline)
        except SourceError as error:
            return _evidence(domain, now, asked, error.outcome, str(error), error.retry_after)
        if isinstance(found, NotFound):
            note = "the registry holds no such name"
            return _evidence(domain, now, asked, Outcome.NOT_FOUND, note)
        return _evidence(domain, now, asked, Outcome.ANSWERED, registration=found)

    def _ask(
        self, server: WhoisServer | None, domain: RegistrableDomain, now: datetime, until: Deadline
    ) -> Registration | NotFound:
        if server is None:
            raise Unsupported(f"no WHOIS server is known for {domain}")
        if not _NAME.fullmatch(domain):
            raise Refused(f"{domain!r} is no name that fits one line of WHOIS")
        answer = self._dialer.ask(
            server.host,
            server.port,
            server.question(domain),
            limit=MOST_BYTES,
            deadline=until.within(_SECONDS),
        )
        return read_whois(answer, layout=server.layout, asked_for=domain, now=now)


def _evidence(
    domain: RegistrableDomain,
    now: datetime,
    asked: str,
    outcome: Outcome,
    note: str = "",
    retry_after: timedelta | None = None,
    registration: Registration | None = None,
) -> Evidence:
    return Evidence(
        domain=domain,
        source=WhoisSource.name,
        source_class=WhoisSource.source_class,
        outcome=outcome,
        at=now,
        asked=asked,
        note=note,
        retry_after=retry_after,
        registration=registration,
    )
