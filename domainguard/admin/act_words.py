"""Names the targets of acts for pages, and says in a sentence what came of an act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from domainguard.addressbooks.keys import user_by_key
from domainguard.models import ActTarget, StaffAct
from domainguard.services.acts import own
from domainguard.wiring import address_book


def names_of(targets: Sequence[ActTarget]) -> list[str]:
    """Give a name for each target, such as an account with its address."""
    return [name_of(each) for each in targets]


def name_of(target: ActTarget) -> str:
    """Give the name of one target."""
    lost = target.deverification
    if lost is not None:
        user = address_book().user(target.account)
        return f"{user if user is not None else target.account} ({lost.standing.address})"
    if target.case is not None:
        return f"{target.domain.domain}: {target.case.get_kind_display()}"
    accounts = own.behind([target.domain_id]).values("book", "account").distinct().count()
    behind = ngettext("%(count)d account", "%(count)d accounts", accounts) % {"count": accounts}
    return f"{target.domain.domain} ({behind})"


def person(by: str) -> str:
    """Give the name of whoever the trail names like this; their key when they are gone."""
    users: Any = get_user_model()._default_manager.all()
    user = user_by_key(users, by.removeprefix(own.STAFF)) if by.startswith(own.STAFF) else None
    return str(user) if user is not None else by


def sum_up(act: StaffAct) -> str:
    """Say what came of an act."""
    if act.waits_for_second:
        return _("Proposed. A colleague has to agree: %(why)s") % {"why": act.needs_second}
    outcomes = list(act.targets.values_list("is_done", flat=True))
    done, left = outcomes.count(True), outcomes.count(False)
    if act.done_at is None:
        return _("Agreed. It is carried out when its time has come.")
    if left:
        counts = {"done": done, "left": left}
        return _("Done for %(done)d, left out for %(left)d. See below why.") % counts
    return _("Done.") if done == 1 else _("Done for %(done)d.") % {"done": done}
