"""Says by staff's word that a domain is, or is not, a mailbox provider that only people change."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from domainguard.core.word import cleared
from domainguard.models import ActTarget, StaffAct
from domainguard.wiring import is_exempt, now

from .records import locked, record_of, write
from .verb import Asked, On, Oversight, Text, Verb


def _is_exempt(target: ActTarget) -> bool:
    return is_exempt(target.domain.domain, target.domain.exempt_by_staff)


def _may_be_marked(target: ActTarget) -> Text:
    return _("It is exempt already.") if _is_exempt(target) else ""


def _may_be_unmarked(target: ActTarget) -> Text:
    return "" if _is_exempt(target) else _("It is not exempt.")


def _mark(act: StaffAct, target: ActTarget) -> Text:
    row = locked(target)
    # Automation, which will not touch it any more, could not end what it has begun.
    write(target, row, cleared(record_of(row), at=now()))
    return _say(target, True)


def _unmark(act: StaffAct, target: ActTarget) -> Text:
    row = locked(target)
    write(target, row, record_of(row))
    return _say(target, False)


def _say(target: ActTarget, word: bool) -> Text:
    row = locked(target)
    row.exempt_by_staff = word
    row.save(update_fields=["exempt_by_staff"])
    return _("Exempt from now on.") if word else _("Treated like any other domain from now on.")


def _always_two(asked: Asked) -> Oversight:
    return Oversight(str(_("A change of the exempt providers always takes two people.")))


EXEMPT = Verb(
    kind=StaffAct.Kind.EXEMPT,
    on=On.DOMAIN,
    permission="exempt_domain",
    tells=_(
        "Automation looks at it and changes nothing any more: no hold, no rise of the epoch, one "
        "alert to staff when it looks bad. Its present holds end."
    ),
    ends=_("Cannot be undone by one person: propose the opposite."),
    obstacle=_may_be_marked,
    do=_mark,
    oversight=_always_two,
)
UNEXEMPT = Verb(
    kind=StaffAct.Kind.UNEXEMPT,
    on=On.DOMAIN,
    permission="exempt_domain",
    tells=_("It is held and de-verified by the same rules as any other domain."),
    ends=_("Cannot be undone by one person: propose the opposite."),
    obstacle=_may_be_unmarked,
    do=_unmark,
    oversight=_always_two,
)
