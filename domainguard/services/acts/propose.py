"""Takes what a member of staff asks for: done at once, or kept for a second person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from domainguard import audit
from domainguard.models import ActTarget, Deverification, DomainStatus, ReviewCase, StaffAct
from domainguard.models.locking import atomic
from domainguard.services.trust_keys import locked_all
from domainguard.wiring import now

from . import carry_out, own
from .verb import Asked, On, Oversight, Refused, Text, Verb
from .verbs import VERBS

_ADDRESS = re.compile(r"\S*@\S*")


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asks for on a page; `key` was made with the page, and counts once."""

    kind: str
    targets: Sequence[int]
    by: str
    reason: str
    key: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen: whom it reaches, whom it leaves out and why, and who must agree."""

    verb: Verb
    targets: list[ActTarget]
    left_out: list[tuple[ActTarget, Text]]
    oversight: Oversight


def preview(kind: str, keys: Iterable[int], *, by: str) -> Preview:
    """Say what an act would do now; raises Refused for one that nobody may ask for."""
    verb = verb_of(kind)
    found = targets_of(verb, keys)
    if len(found) > verb.most:
        raise Refused("over_the_limit", _("One act reaches %d at most.") % verb.most)
    if own.is_own_case(found, by):
        raise Refused("own_case", _("This is your own account, or a domain you have mail at."))
    said = _already_proposed(verb, found)
    obstacles = [(each, said.get(_key(each)) or verb.obstacle(each)) for each in found]
    targets = [each for each, why in obstacles if not why]
    asked = Asked(targets, by, {})
    oversight = verb.oversight(asked) if targets else Oversight()
    return Preview(verb, targets, [(each, why) for each, why in obstacles if why], oversight)


def propose(order: Order) -> StaffAct:
    """Keep an act and carry it out, or let it wait for a second person.

    A page that is sent twice gives the act of the first time. Raises Refused, which is audited.
    """
    try:
        with atomic():
            # Locked before anything is judged: what is true then is true when it is done, and
            # whoever sent this page a moment before has finished.
            locked_all({each.domain_id for each in targets_of(verb_of(order.kind), order.targets)})
            earlier = StaffAct.objects.filter(key=order.key).first()
            return _same(earlier, order) if earlier else _new(order)
    except IntegrityError:  # the same page, sent twice at once: the other one was faster
        earlier = StaffAct.objects.filter(key=order.key).first()
        if earlier is None:
            raise
        return _same(earlier, order)


def verb_of(kind: str) -> Verb:
    """Give the verb of a kind; raises Refused for a word that is none."""
    if kind not in VERBS:
        raise Refused("no_such_act", _("There is no such act."))
    return VERBS[kind]


def targets_of(verb: Verb, keys: Iterable[int]) -> list[ActTarget]:
    """Give unsaved targets for the rows that are there, in the order of their keys."""
    wanted = sorted(set(keys))
    if verb.on is On.ACCOUNT:
        lost = Deverification.objects.select_related(
            "standing__mail_domain__trust_key", "bump__domain"
        )
        return [_account_target(each) for each in lost.filter(pk__in=wanted).order_by("pk")]
    if verb.on is On.DOMAIN:
        rows = DomainStatus.objects.filter(pk__in=wanted).order_by("pk")
        return [ActTarget(domain=row) for row in rows]
    cases = ReviewCase.objects.select_related("domain").filter(pk__in=wanted).order_by("pk")
    return [ActTarget(domain=each.domain, case=each) for each in cases]


def _account_target(lost: Deverification) -> ActTarget:
    standing = lost.standing
    return ActTarget(
        domain=standing.mail_domain.trust_key, deverification=lost, account=standing.account
    )


def without_addresses(text: str) -> str:
    """Give a text for the trail, which holds no address, whatever staff wrote."""
    return _ADDRESS.sub("…", text)


def _new(order: Order) -> StaffAct:
    seen = preview(order.kind, order.targets, by=order.by)
    if not seen.targets:
        raise Refused(
            "nothing_to_do", seen.left_out[0][1] if seen.left_out else _("Nobody is left.")
        )
    if not order.reason.strip():
        raise Refused("no_reason", _("Say why."))
    act = _store(order, seen)
    if not act.needs_second:
        carry_out.carry_out(act)
    return act


def _store(order: Order, seen: Preview) -> StaffAct:
    at, wait = now(), seen.oversight.wait
    act = StaffAct.objects.create(
        kind=order.kind,
        reason=order.reason.strip()[:300],
        detail={**order.detail, "asked": sorted(set(order.targets))},
        key=order.key,
        by=order.by,
        at=at,
        needs_second=seen.oversight.why,
        not_before=at + wait if wait else None,
    )
    for target in seen.targets:
        target.act = act
        if seen.verb.proposed is not None:
            seen.verb.proposed(act, target)
    ActTarget.objects.bulk_create(seen.targets)
    if act.needs_second:
        audit.record("act_proposed", at=at, actor=act.by, **about(act, len(seen.targets)))
    return act


def about(act: StaffAct, count: int) -> dict[str, Any]:
    """Give what the trail keeps of an act."""
    said = without_addresses(act.reason)
    return {"kind": act.kind, "act": act.pk, "count": count, "reason": said}


def _same(earlier: StaffAct, order: Order) -> StaffAct:
    same = (earlier.kind, earlier.by) == (order.kind, order.by)
    if not same or earlier.detail["asked"] != sorted(set(order.targets)):
        raise Refused("replay", _("This page was used already, for something else."))
    return earlier


def _already_proposed(verb: Verb, targets: Sequence[ActTarget]) -> dict[Any, Text]:
    waiting = ActTarget.objects.filter(
        act__kind=verb.kind.value, act__done_at=None, act__refused_at=None
    ).filter(domain__in={each.domain_id for each in targets})
    return {_key(each): _("It waits for a second person already.") for each in waiting}


def _key(target: ActTarget) -> tuple[Any, ...]:
    return target.domain_id, target.deverification_id, target.case_id
