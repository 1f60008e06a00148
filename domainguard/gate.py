"""The question: may this address receive this mail now? Database only: no network, no write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NoReturn

from django.db import models, router

from .core.names import DomainName, NameRefused
from .core.policy import Standing, eligible, touches
from .core.reasons import Hold
from .models import AddressStanding, DomainStatus, MailDomain, WayBack
from .models.domain_status import holds_of
from .models.holds_over import unsettled_holds
from .wiring import address_book, is_trusted, now, read_domain


class Purpose(StrEnum):
    """What a mail is for; all but `notice` give their reader power."""

    CONFIRM = "confirm"
    NOTICE = "notice"
    RECOVER = "recover"
    ACCEPT = "accept"
    UNDO = "undo"


class Reason(StrEnum):
    """Why the gate answers as it does; the first two admit."""

    ELIGIBLE = "eligible"
    TRUSTED = "trusted_domain"
    NOT_VERIFIED = "not_verified"
    NEVER_PROVEN = "never_proven"
    OLDER_EPOCH = "older_epoch"
    HELD = "held"
    REMOVED = "removed"
    TOO_NEW = "not_for_recovery_yet"
    NO_MAIL = "takes_no_mail"
    UNKNOWN = "unknown_address"
    NOBODY_ANSWERED = "nobody_answered"


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """Admitted or refused, with the reason. It has no truth value, so none can be misread."""

    admitted: bool
    reason: Reason
    epoch: int | None = None
    domain: str = ""
    held: bool = False
    verified: bool = False

    def __bool__(self) -> NoReturn:
        raise TypeError("A GateAnswer is not a yes or no: read its `admitted` and `reason`.")


@dataclass(frozen=True, slots=True)
class _Facts:
    """One standing with everything the one rule asks of it."""

    pk: int
    book: str
    account: str
    address: str
    verified_epoch: int | None
    verified_at: datetime | None
    recovery_from: datetime | None
    removed_at: datetime | None
    null_mx: bool
    mail_domain: str
    domain: str
    control_epoch: int
    holds: tuple[Hold, ...]


_COLUMNS = (
    "pk",
    "book",
    "account",
    "address",
    "verified_epoch",
    "verified_at",
    "recovery_from",
    "removed_at",
    "mail_domain__null_mx",
    "mail_domain__name",
    "mail_domain__trust_key__domain",
    "mail_domain__trust_key__control_epoch",
)
_HOLDS = (
    "mail_domain__holds",
    "mail_domain__trust_key__holds",
    "mail_domain__trust_key__parent__holds",
    "mail_domain__dependencies__holds",
)


def may_receive(standing_id: int, purpose: Purpose) -> GateAnswer:
    """Say whether the address of a standing may receive a mail of this purpose.

    Two queries at most: one for the standing with every hold that touches it, one for the site's
    own word on the address.
    """
    facts = _facts(standing_id)
    if facts is None:
        return GateAnswer(False, Reason.UNKNOWN)
    reason, verified = _reason(facts, purpose)
    return GateAnswer(
        admitted=reason in (Reason.ELIGIBLE, Reason.TRUSTED),
        reason=reason,
        epoch=facts.control_epoch,
        domain=facts.domain,
        held=any(touches(hold, facts.verified_at) for hold in facts.holds),
        verified=verified,
    )


def may_confirm_new(mail_domain: str) -> GateAnswer:
    """Say whether an address that has no standing yet may be sent its first proof.

    A hold on the trust key counts also where nobody has used this mail domain before.
    """
    try:
        name = read_domain(mail_domain)
    except NameRefused:
        return GateAnswer(False, Reason.UNKNOWN)
    if not is_trusted(name.mail_domain) and any(_holds_over(name)):
        return GateAnswer(False, Reason.HELD, domain=name.trust_key, held=True)
    return GateAnswer(True, Reason.ELIGIBLE, domain=name.trust_key)


def _holds_over(name: DomainName) -> Iterator[Hold]:
    own = [column.removeprefix("mail_domain__") for column in _HOLDS]
    keys = [name.trust_key, name.parent or name.trust_key]
    rows = [
        *_primary(MailDomain).filter(name=name.mail_domain).values_list(*own),
        *_primary(DomainStatus).filter(domain__in=keys).values_list("holds"),
    ]
    return (hold for row in rows for kept in row for hold in _in_force(kept))


def _in_force(kept: list[dict[str, Any]] | None) -> Iterator[Hold]:
    """Give the holds that refuse now: not those that staff have overridden for a time."""
    at = now()
    return (hold for hold in holds_of(kept) if not hold.is_waived(at))


def _primary(model: type[models.Model]) -> models.QuerySet[Any]:
    # A replica may lag behind a hold: every answer is read where it is written.
    return model._default_manager.using(router.db_for_write(model))


def _facts(standing_id: int) -> _Facts | None:
    # The join on dependencies gives one row for each; the holds of all rows count together.
    rows: list[tuple[Any, ...]] = list(
        _primary(AddressStanding).filter(pk=standing_id).values_list(*_COLUMNS, *_HOLDS)
    )
    if not rows:
        return None
    kept = {str(each): each for row in rows for each in row[len(_COLUMNS) :]}
    holds = tuple(hold for each in kept.values() for hold in _in_force(each))
    first = [*rows[0][: len(_COLUMNS)], holds]
    return _Facts(*first)


def _reason(facts: _Facts, purpose: Purpose) -> tuple[Reason, bool]:
    proving = purpose is Purpose.CONFIRM
    if facts.removed_at is not None and not proving:
        return Reason.REMOVED, False
    verified = address_book().is_verified(facts.account, facts.address)
    if is_trusted(facts.mail_domain):
        return (Reason.TRUSTED if verified or proving else Reason.NOT_VERIFIED), verified
    standing = eligible(
        verified=verified or proving,
        verified_epoch=facts.verified_epoch,
        verified_at=facts.verified_at,
        control_epoch=facts.control_epoch,
        holds=facts.holds,
    )
    if facts.null_mx:
        return Reason.NO_MAIL, verified
    if proving and (standing is Standing.NEVER_PROVEN or _opened_by_a_way(facts)):
        return Reason.ELIGIBLE, verified
    if standing is Standing.ELIGIBLE and _is_too_new(facts, purpose):
        return Reason.TOO_NEW, verified
    return Reason(standing.value), verified


def _opened_by_a_way(facts: _Facts) -> bool:
    """Say whether its owner proved to be the one who lost it: then a link may follow (RULES 7)."""
    at = now()
    ways = _primary(WayBack).filter(
        standing=facts.pk,
        kind=WayBack.Kind.SIGNED_IN,
        epoch=facts.control_epoch,
        before=facts.verified_epoch,
        ended_at=None,
        dies_at__gt=at,
    )
    return ways.exists() and not unsettled_holds(facts.pk, at)


def _is_too_new(facts: _Facts, purpose: Purpose) -> bool:
    if purpose in (Purpose.CONFIRM, Purpose.NOTICE) or facts.recovery_from is None:
        return False
    return now() < facts.recovery_from
