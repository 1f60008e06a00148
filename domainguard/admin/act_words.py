"""Names the targets of acts for pages, and says in a sentence what came of an act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from domainguard.models import ActTarget, StaffAct
from domainguard.services.acts import own
from domainguard.services.stakes import people


def names_of(targets: Sequence[ActTarget]) -> list[str]:
    """Give a name for each target, such as an account with its address."""
    known = people({each.account for each in targets if each.account})
    return [_name_of(each, known) for each in targets]


def _name_of(target: ActTarget, known: dict[str, Any]) -> str:
    lost = target.deverification
    if lost is not None:
        return f"{known.get(target.account, target.account)} ({lost.standing.address})"
    if target.case is not None:
        return f"{target.domain.domain}: {target.case.get_kind_display()}"
    return target.domain.domain


def whom(targets: Sequence[ActTarget]) -> str:
    """Say how many accounts or domains an act reaches, and how many people behind the domains."""
    count = len(targets)
    domains = {each.domain_id for each in targets if not each.account}
    if not domains:
        return ngettext("To %(count)d account", "To %(count)d accounts", count) % {"count": count}
    behind = own.behind(domains).values("book", "account").distinct().count()
    where = ngettext("To %(count)d domain", "To %(count)d domains", count) % {"count": count}
    who = ngettext("with %(count)d account behind it", "with %(count)d accounts behind", behind) % {
        "count": behind
    }
    return f"{where}, {who}"


def persons(names: Iterable[str]) -> dict[str, str]:
    """Give for each actor of the trail the name of the person; their key when they are gone."""
    wanted = set(names)
    known = people({each.removeprefix(own.STAFF) for each in wanted if each})
    return {each: str(known.get(each.removeprefix(own.STAFF), each)) for each in wanted}


def sum_up(act: StaffAct) -> str:
    """Say what came of an act."""
    if act.refused_at is not None:
        return _("Refused; nothing was changed.")
    if act.waits_for_second:
        return _("Proposed. A colleague has to agree: %(why)s") % {"why": act.needs_second}
    if act.done_at is None:
        return _("Agreed. It is carried out when its time has come.")
    if act.undone_at is not None:
        return _("Undone, as far as nothing has changed since. See below.")
    outcomes = list(act.targets.values_list("is_done", flat=True))
    done, left = outcomes.count(True), outcomes.count(False)
    if left:
        counts = {"done": done, "left": left}
        return _("Done for %(done)d, left out for %(left)d. See below why.") % counts
    return _("Done.") if done == 1 else _("Done for %(done)d.") % {"done": done}
