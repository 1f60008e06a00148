"""Way (b): signed in with a second factor that is older than the loss, then a link."""

from __future__ import annotations

from django.http import HttpRequest

from domainguard.core.fingerprint import SLACK
from domainguard.core.ways import began_before, is_fresh_factor
from domainguard.gate import Purpose
from domainguard.models import AuditEvent, WayBack
from domainguard.models.locking import atomic
from domainguard.services.ways import links, rows
from domainguard.services.ways.loss import Loss, facts_of_recovery
from domainguard.services.ways.rows import Refusal, WayRefused
from domainguard.wiring import now, policy

RECOVERED = "recovery_completed"


def begin(loss: Loss, request: HttpRequest) -> WayBack:
    """Post a link to the lost address, for the session of this request; raises WayRefused."""
    with atomic():
        rows.lock_account(loss.account, loss.standing.book)
        check_session(loss, request)
        rows.refuse_where_unfit(loss, now())
        way = rows.begin(loss, WayBack.Kind.SIGNED_IN, lives=links.LIVES)
        links.post_link(way, loss.standing, Purpose.CONFIRM, request)
    return way


def confirm(way: WayBack, loss: Loss, token: str, request: HttpRequest) -> None:
    """Take the link in a session that passes the same rules again; raises WayRefused.

    Call it outside any transaction: the domain is looked at first.
    """
    check_session(loss, request)
    links.redeem_link(way, token, lambda: check_session(loss, request))


def check_session(loss: Loss, request: HttpRequest) -> None:
    """Raise WayRefused unless this session proves the person who had the address (RULES 7).

    Whoever won the account by mail since the change may be who has the mailbox now; and whoever
    knew the password alone could have added a second factor since.
    """
    factor = facts_of_recovery().second_factor_of(request)
    if factor is None:
        raise WayRefused(Refusal.NO_FACTOR)
    if not is_fresh_factor(factor.age, limit=policy().factor_is_fresh):
        raise WayRefused(Refusal.STALE_FACTOR)
    if not began_before(factor.since, loss.changed_at):
        raise WayRefused(Refusal.YOUNG_FACTOR)
    if _was_recovered_since(loss, request):
        raise WayRefused(Refusal.RECOVERED)


def _was_recovered_since(loss: Loss, request: HttpRequest) -> bool:
    since = loss.changed_at - SLACK
    own = AuditEvent.objects.filter(action=RECOVERED, at__gte=since, detail__account=loss.account)
    elsewhere = facts_of_recovery().recovered_at(request)
    return own.exists() or (elsewhere is not None and elsewhere >= since)
