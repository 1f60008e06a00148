"""Way (c): a saved code from before the loss, then a link to another address that still counts."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest

from domainguard import audit
from domainguard.core.ways import began_before
from domainguard.gate import Purpose
from domainguard.models import AddressStanding, AuditEvent, WayBack
from domainguard.models.locking import atomic
from domainguard.services.ways import links, rows
from domainguard.services.ways.loss import Loss, facts_of_recovery, helpers_of
from domainguard.services.ways.rows import Refusal, WayRefused
from domainguard.wiring import now

PER_HOUR = 5
_WRONG = "saved_code_wrong"


def begin(loss: Loss, helper_id: int, code: str, request: HttpRequest) -> WayBack:
    """Use up a saved code and post a link to another address; raises WayRefused.

    A wrong code is counted, and committed as such, before it is refused.
    """
    with atomic():
        rows.lock_account(loss.account, loss.standing.book)
        rows.refuse_where_unfit(loss, now())
        helper = _helper(loss, helper_id)
        is_right = _is_right(loss, code)
        if not is_right:
            _count_wrong(loss)
        else:
            way = rows.begin(loss, WayBack.Kind.SAVED_CODE, lives=links.LIVES, helper=helper)
            links.post_link(way, helper, Purpose.RECOVER, request)
    if not is_right:
        raise WayRefused(Refusal.WRONG_CODE)
    return way


def confirm(way: WayBack, loss: Loss, token: str) -> None:
    """Take the link that came to the other address; raises WayRefused.

    Call it outside any transaction: that address's domain is looked at first.
    """
    links.redeem_link(way, token, lambda: _helper(loss, way.helper_id or 0))


def _helper(loss: Loss, helper_id: int) -> AddressStanding:
    for helper in helpers_of(loss):
        if helper.pk == helper_id:
            return helper
    raise WayRefused(Refusal.NOT_OPEN)


def _is_right(loss: Loss, code: str) -> bool:
    if not began_before(facts_of_recovery().saved_codes_since(loss.account), loss.changed_at):
        raise WayRefused(Refusal.YOUNG_CODES)
    recent = AuditEvent.objects.filter(action=_WRONG, at__gt=now() - timedelta(hours=1))
    if recent.filter(detail__account=loss.account).count() >= PER_HOUR:
        raise WayRefused(Refusal.TOO_MANY)
    return facts_of_recovery().use_saved_code(loss.account, code.strip())


def _count_wrong(loss: Loss) -> None:
    audit.record(
        _WRONG,
        at=now(),
        actor=rows.owner(loss.account),
        domain=loss.domain.domain,
        canonical=loss.standing.canonical,
        account=loss.account,
    )
