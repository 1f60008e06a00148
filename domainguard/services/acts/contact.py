"""Writes to a person at the addresses that still count, and starts their recovery there."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from domainguard.gate import Purpose, may_receive
from domainguard.models import ActTarget, AddressStanding, StaffAct
from domainguard.services import intents, notify

from . import letters
from .verb import On, Refused, Text, Verb

_SUBJECT = "registration/password_reset_subject.txt"
_TEXT = "registration/password_reset_email.html"


def _others(target: ActTarget) -> list[AddressStanding]:
    lost = target.deverification
    return notify.eligible_standings(
        target.account, apart_from=lost.standing if lost is not None else None
    )


def _may_be_written_to(target: ActTarget) -> Text:
    return "" if _others(target) else _("No other address of the account counts.")


def _write(act: StaffAct, target: ActTarget) -> Text:
    others = _others(target)
    if not others:
        raise Refused("changed", _("No other address of the account counts any more."))
    for standing in others:
        letters.tell(standing, act, "contact", message=act.detail["message"])
    target.receipt = {"mails": len(others)}
    return _("Written to at every other address that counts.")


def _for_recovery(target: ActTarget) -> AddressStanding | None:
    others = (each for each in _others(target) if may_receive(each.pk, Purpose.RECOVER).admitted)
    return next(others, None)


def _may_recover(target: ActTarget) -> Text:
    if _for_recovery(target):
        return ""
    return _(
        "No other address may win the account back: the owner opens a case, or you propose it."
    )


def _start(act: StaffAct, target: ActTarget) -> Text:
    standing = _for_recovery(target)
    if standing is None:
        raise Refused("changed", _("No other address may win the account back any more."))
    # The very row that the site's own form would store: staff start a reset, and choose nothing.
    intents.store(
        door="reset",
        text=standing.address,
        payload={
            "account": target.account,
            "subject": _SUBJECT,
            "text": _TEXT,
            "html": None,
            "from": None,
            "context": {},
        },
    )
    return _("A reset was asked for at an address that counts.")


CONTACT = Verb(
    kind=StaffAct.Kind.CONTACT,
    on=On.ACCOUNT,
    permission="contact_account",
    tells=_(
        "Your message goes to every other address of the account that counts, never to the lost "
        "one. It has no link in it that opens anything."
    ),
    ends=_("Cannot be undone: a mail that was sent is sent."),
    obstacle=_may_be_written_to,
    do=_write,
)
START_RECOVERY = Verb(
    kind=StaffAct.Kind.START_RECOVERY,
    on=On.ACCOUNT,
    permission="start_recovery",
    tells=_(
        "The usual reset mail goes to one other address of the account that may have it. You see "
        "neither the link nor the new password, and a second factor stays."
    ),
    ends=_("Cannot be undone; an unused link ends after an hour, or when you contain the account."),
    obstacle=_may_recover,
    do=_start,
)
