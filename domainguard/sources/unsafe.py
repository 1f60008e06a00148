"""A source for sites under development: it believes every domain healthy, and says so by name."""

from __future__ import annotations

from datetime import datetime

from domainguard.core.epp import Status
from domainguard.core.evidence import Evidence, Outcome, Registration, SourceClass
from domainguard.core.names import RegistrableDomain

from .base import Deadline


class UnsafeAlwaysActive:
    """Answers `active` for everything. A system check fails while it is in use outside DEBUG."""

    name = "unsafe"
    source_class = SourceClass.REGISTRY

    def covers(self, domain: RegistrableDomain) -> bool:
        """Cover everything."""
        return True

    def look(self, domain: RegistrableDomain, *, now: datetime, deadline: Deadline) -> Evidence:
        """Claim that the domain is registered, without asking anybody."""
        return Evidence(
            domain=domain,
            source=self.name,
            source_class=self.source_class,
            outcome=Outcome.ANSWERED,
            at=now,
            note="nobody was asked: UnsafeAlwaysActive is in use",
            registration=Registration(statuses=frozenset({Status.ACTIVE})),
        )
