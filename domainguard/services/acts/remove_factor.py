"""Takes an account's second factor away, where the site can: two people, and 72 hours between."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from domainguard.models import ActTarget, StaffAct
from domainguard.services import notify
from domainguard.wiring import site_facts

from . import letters, stop
from .verb import WAIT, Asked, On, Oversight, Refused, Text, Verb


def _obstacle(target: ActTarget) -> Text:
    if not hasattr(site_facts(), "remove_second_factor"):
        return _("This site does not offer it.")
    has_one = site_facts().has_second_factor(target.account)
    return "" if has_one else _("The account has no second factor.")


def _oversight(asked: Asked) -> Oversight:
    return Oversight(str(_("A second factor is removed by two people, after 72 hours.")), WAIT)


def _proposed(act: StaffAct, target: ActTarget) -> None:
    stop.tell_with_link(act, target.account, "factor_proposed")


def _do(act: StaffAct, target: ActTarget) -> Text:
    if _obstacle(target):
        raise Refused("changed", _obstacle(target))
    site_facts().remove_second_factor(target.account)  # type: ignore[attr-defined]
    for standing in notify.eligible_standings(target.account):
        letters.tell(standing, act, "factor_removed")
    return _("Removed.")


REMOVE_FACTOR = Verb(
    kind=StaffAct.Kind.REMOVE_FACTOR,
    on=On.ACCOUNT,
    permission="remove_factor",
    tells=_(
        "Every address of the account that counts is told at once. When a colleague has agreed and "
        "72 hours have passed, signing in asks for the password alone. The password stays."
    ),
    ends=_("Cannot be undone: the owner sets up a new one. A refusal within 72 hours ends it."),
    obstacle=_obstacle,
    do=_do,
    oversight=_oversight,
    proposed=_proposed,
    gives_power=True,
)
