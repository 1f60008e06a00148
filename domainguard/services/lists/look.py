"""One look at a domain of which nothing is known, and nothing is kept: no query, no row."""

from __future__ import annotations

import logging
from datetime import timedelta

from domainguard.core.evidence import Evidence, Outcome
from domainguard.core.lifecycle import State
from domainguard.core.policy import settle
from domainguard.core.record import Act
from domainguard.core.schedule import next_check_at
from domainguard.core.verdict import conclude
from domainguard.models import DomainStatus
from domainguard.services import check
from domainguard.services.known import known_of
from domainguard.wiring import is_exempt, is_trusted, now, policy

from .journal import Finding, Named
from .turns import AFTER_DOUBT, Later, Turn

log = logging.getLogger("domainguard.lists")
_USUAL_WAIT = timedelta(minutes=1)
_OWN = "The operator controls this domain; it is never looked at."
_WELL = "Nothing speaks against the domain now; what it was before is not known."
_BROKE = "The look broke; the log says how."


def look(turn: Turn) -> Finding | Later:
    """Ask every source about a domain, or say when its registry may be asked.

    This is a stranger's look: what the site's rows tell of the domain plays no part.
    """
    domain = turn.name.domain
    if is_trusted(domain):
        return Finding(State.ACTIVE.value, True, False, (), _OWN)
    try:
        row = row_of(turn.name)
        registry = check.ask_registry(row)
        later = None if turn.is_last else _later(registry)
        return later or _found(row, check.ask(row, registry=registry))
    except Exception:  # one domain's failure is no other domain's
        log.exception("The look at %s broke.", domain)
        return Finding(State.UNKNOWN.value, False, None, (), _BROKE, now().isoformat())


def row_of(name: Named) -> DomainStatus:
    """Give the row that a domain would have; it is not to be saved."""
    row = DomainStatus(domain=name.domain, next_check_at=now(), created_at=now())
    row.parent_id = -1 if name.parent else None  # marks a name that no registry source can see
    return row


def _later(registry: tuple[Evidence, ...]) -> Later | None:
    limited = [each.retry_after for each in registry if each.outcome is Outcome.LIMITED]
    if limited:
        return Later(max((wait for wait in limited if wait), default=_USUAL_WAIT))
    if any(each.outcome is Outcome.DISTRUSTED for each in registry):
        return Later(AFTER_DOUBT, in_doubt=True)
    return None


def _found(row: DomainStatus, asked: check.Asked) -> Finding:
    verdict = conclude(
        asked.evidence, known_of(row), now=asked.at, registry_max_age=policy().sweep_registry_age
    )
    settled = settle(
        row.record(exempt=is_exempt(row.domain, row.exempt_by_staff)), verdict, policy()
    )
    again = next_check_at(
        settled.record, now=asked.at, policy=policy(), spread=check.spread(row.domain)
    )
    return Finding(
        state=verdict.state.value,
        conclusive=verdict.conclusive,
        would_hold=Act.HOLD in settled.acts if verdict.conclusive else None,
        reasons=tuple(code.value for code in verdict.reasons),
        sentence=_WELL if verdict.healthy else verdict.sentence,
        looked_at=asked.at.isoformat(timespec="seconds"),
        look_again_at=again.isoformat(timespec="seconds"),
    )
