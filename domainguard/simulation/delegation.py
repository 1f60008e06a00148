"""A mail domain below its trust key: its own hold, as `services.mail_domains` keeps it in a row."""

from __future__ import annotations

from datetime import datetime, timedelta

from domainguard.core.evidence import Presence, SourceClass
from domainguard.core.reasons import Code, Hold, HoldClass
from domainguard.core.record import Policy

from .lives import Life
from .outages import CALM, Calendar
from .witnesses import Witnesses

_LAME_FOR = timedelta(days=7)
_BY_DNS = frozenset({SourceClass.DNS})


class Below:
    """One mail domain, seen by the DNS alone."""

    def __init__(self, life: Life, policy: Policy, outages: Calendar = CALM) -> None:
        self.holds: tuple[Hold, ...] = ()
        self.last_look_at: datetime | None = None
        self._witnesses = Witnesses(life, outages)
        self._policy = policy
        self._absent_since: datetime | None = None
        self._clean_since: datetime | None = None

    def look(self, now: datetime) -> None:
        """Ask the resolvers, and keep what follows: gone is a hold, lame for a week as well."""
        self.last_look_at = now
        dns = self._witnesses.look(now)[0]
        if dns.lame:
            self._absent_since = self._absent_since or now
            if now - self._absent_since > _LAME_FOR:
                self._hold(Code.LAME, now)
        if not dns.speaks or dns.delegation is None:
            return
        if dns.delegation.presence is Presence.NXDOMAIN:
            self._hold(Code.UNDELEGATED, now)
        else:
            self._clear(now)

    def _hold(self, code: Code, now: datetime) -> None:
        self._clean_since, self._absent_since = None, self._absent_since or now
        if not self.holds:
            self.holds = (Hold(HoldClass.UNDELEGATED, code, now, _BY_DNS),)

    def _clear(self, now: datetime) -> None:
        if self.holds:
            self._clean_since = self._clean_since or now
            if now - self._clean_since < self._policy.apart:
                return
        self.holds, self._absent_since, self._clean_since = (), None, None
