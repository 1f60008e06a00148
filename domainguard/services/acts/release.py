"""Ends a domain's holds by staff's word. The epoch stays, so nobody regains what a rise took."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from domainguard import audit
from domainguard.core.word import cleared, gives_trust
from domainguard.models import ActTarget, DomainStatus, ReviewCase, StaffAct
from domainguard.wiring import now

from .own import behind
from .records import locked, put_back, raised_at, record_of, write
from .verb import ALONE, NOBODY_ELSE, Asked, On, Oversight, Refused, Text, Verb

OPEN_STOPS = (ReviewCase.Kind.BREAKER, ReviewCase.Kind.UNOBSERVED)


def clear(act: StaffAct, target: ActTarget) -> None:
    """End every hold on the target's domain and take it as it was last seen for its baseline."""
    row = locked(target)
    write(target, row, cleared(record_of(row), at=now()))
    audit.record("domain_release", at=now(), actor=act.by, domain=row.domain, by_staff=True)


def unclear(act: StaffAct, target: ActTarget) -> Text:
    """Put the holds back."""
    if not put_back(target):
        raise Refused("changed", _("Nothing to put back: the epoch has gone up since."))
    row = target.domain
    audit.record("domain_hold", at=now(), actor=act.undone_by, domain=row.domain, by_staff=True)
    return _("The holds are in force again.")


def oversight(asked: Asked) -> Oversight:
    """Ask for a second person where many people, or perhaps the wrong ones, get power back."""
    rows = [each.domain for each in asked.targets]
    if any(_may_be_a_takeover(row) for row in rows):
        return Oversight(
            str(_("A lapse or other hands are suspected, and the epoch has not gone up for it."))
        )
    if is_many(rows):
        return Oversight(str(_("More than 10 accounts get their power back.")))
    return NOBODY_ELSE


def is_many(rows: list[DomainStatus]) -> bool:
    """Say whether more accounts than one person may trust by their word alone are behind these."""
    accounts = behind(row.pk for row in rows).values("book", "account").distinct()
    return len(accounts[: ALONE + 1]) > ALONE


def _may_be_a_takeover(row: DomainStatus) -> bool:
    return gives_trust(record_of(row), bumped_at=raised_at(row))


def _obstacle(target: ActTarget) -> Text:
    if target.domain.under_review:
        return _("A review case decides about it.")
    return "" if target.domain.held else _("It is not on hold.")


def _do(act: StaffAct, target: ActTarget) -> Text:
    clear(act, target)
    return _("Its holds have ended. It is looked at again within minutes.")


RELEASE = Verb(
    kind=StaffAct.Kind.RELEASE,
    on=On.DOMAIN,
    permission="hold_domain",
    tells=_(
        "Every hold on it ends, and what was last seen of it is what the next looks compare with. "
        "Who lost trust by a rise of the epoch stays without. It is looked at again at once; if "
        "something is still wrong, the next look holds it again."
    ),
    ends=_("Can be undone within 24 hours: the holds are put back."),
    obstacle=_obstacle,
    do=_do,
    undo=unclear,
    oversight=oversight,
)
