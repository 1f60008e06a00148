"""Rules on review cases: the case alone ends what it stopped, in one of three ways."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from domainguard.models import ActTarget, DomainStatus, ReviewCase, StaffAct
from domainguard.services import enforce
from domainguard.wiring import now

from . import release
from .records import locked
from .verb import MOST_CASES, NOBODY_ELSE, Asked, On, Oversight, Refused, Text, Verb

_STOPS = release.OPEN_STOPS
_RULED_HERE = (*_STOPS, ReviewCase.Kind.EXEMPT, ReviewCase.Kind.MOVED)


def _case(target: ActTarget) -> ReviewCase:
    if target.case is None:
        raise TypeError("A ruling names its case.")
    return target.case


def _may_raise(target: ActTarget) -> Text:
    if _case(target).kind != ReviewCase.Kind.BREAKER:
        return _("Only what the breaker stopped can be raised.")
    return _may_close(target)


def _may_clear(target: ActTarget) -> Text:
    if _case(target).kind not in _STOPS:
        return _("This case stopped nothing: close it.")
    return _may_close(target)


def _may_close(target: ActTarget) -> Text:
    case = _case(target)
    if case.closed_at is not None:
        return _("It is closed already.")
    return "" if case.kind in _RULED_HERE else _("It is decided elsewhere.")


def _two_for_the_breaker(asked: Asked) -> Oversight:
    kinds = {_case(each).kind for each in asked.targets}
    if ReviewCase.Kind.BREAKER in kinds:
        return Oversight(str(_("What the breaker stopped takes two people.")))
    return NOBODY_ELSE


def _clear_oversight(asked: Asked) -> Oversight:
    two = _two_for_the_breaker(asked)
    return two if two.why else release.oversight(asked)


def _raise(act: StaffAct, target: ActTarget) -> Text:
    case = _close(act, target)
    row = _free(locked(target))
    if enforce.raise_approved(row):
        return _("The epoch went up.")
    return _("Given back to automation: by now the evidence is not enough.") if case else ""


def _clear(act: StaffAct, target: ActTarget) -> Text:
    _close(act, target)
    release.clear(act, target)
    return _("Its holds have ended. It is looked at again within minutes.")


def _unclear(act: StaffAct, target: ActTarget) -> Text:
    same = ReviewCase.objects.filter(
        kind=_case(target).kind, domain=target.domain_id, closed_at=None
    )
    if same.exists():
        raise Refused("changed", _("A newer case is open for the domain."))
    said = release.unclear(act, target)
    ReviewCase.objects.filter(pk=_case(target).pk).update(closed_at=None, closed_by="", ruling="")
    return said


def _give_back(act: StaffAct, target: ActTarget) -> Text:
    _close(act, target)
    _free(locked(target))
    return _("Closed.")


def _close(act: StaffAct, target: ActTarget) -> ReviewCase:
    case = ReviewCase.objects.select_for_update().get(pk=_case(target).pk)
    if case.closed_at is not None:
        raise Refused("changed", _("It was closed meanwhile."))
    case.closed_at, case.ruling = now(), act.reason
    case.closed_by = ", ".join(filter(None, (act.by, act.approved_by)))[:80]
    case.save(update_fields=["closed_at", "closed_by", "ruling"])
    return case


def _free(row: DomainStatus) -> DomainStatus:
    """Give the domain back to automation unless another case still stops it; due at once."""
    others = ReviewCase.objects.filter(domain=row, closed_at=None, kind__in=_STOPS)
    row.under_review, row.next_check_at = others.exists(), now()
    row.save(update_fields=["under_review", "next_check_at"])
    return row


RAISE = Verb(
    kind=StaffAct.Kind.RAISE,
    on=On.CASE,
    permission="rule_case",
    tells=_(
        "The evidence was right: the epoch of each domain goes up as automation wanted, whatever "
        "the breaker's limit, and its addresses lose their trust. The people are told."
    ),
    ends=_("Cannot be undone: an epoch never goes down. Accounts can be restored one by one."),
    obstacle=_may_raise,
    do=_raise,
    oversight=_two_for_the_breaker,
    most=MOST_CASES,
)
CLEAR = Verb(
    kind=StaffAct.Kind.CLEAR,
    on=On.CASE,
    permission="rule_case",
    tells=_(
        "The evidence was wrong: each domain's holds end, what was last seen of it is what the "
        "next looks compare with, and resets go to its addresses again. It is looked at again at "
        "once; if something is still wrong, the next look holds it again."
    ),
    ends=_("Can be undone within 24 hours: the holds are put back and the case is open again."),
    obstacle=_may_clear,
    do=_clear,
    undo=_unclear,
    oversight=_clear_oversight,
    most=MOST_CASES,
)
CLOSE = Verb(
    kind=StaffAct.Kind.CLOSE,
    on=On.CASE,
    permission="rule_case",
    tells=_(
        "The case ends and the holds stay. Automation goes on by its rules: two clean looks six "
        "hours apart end a hold, two more adverse ones may raise the epoch, within the limits of "
        "the breaker."
    ),
    ends=_("Cannot be undone: a new case opens when the same question comes up again."),
    obstacle=_may_close,
    do=_give_back,
    oversight=_two_for_the_breaker,
    most=MOST_CASES,
)
