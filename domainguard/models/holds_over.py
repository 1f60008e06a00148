"""The holds over an address that no epoch has settled: while one stands, no way back ends."""

from __future__ import annotations

from datetime import datetime

from django.db import router
from django.db.models import Max

from domainguard.core.policy import touches
from domainguard.core.reasons import Hold
from domainguard.core.record import Cause
from domainguard.core.ways import is_spent

from .address_standing import AddressStanding
from .domain_status import DomainStatus, holds_of
from .epoch_bump import EpochBump


def unsettled_holds(standing_id: int, at: datetime) -> list[Hold]:
    """Give the holds that would touch the address if it were proven at this moment.

    Those on trust key, mail domain, parent and dependencies. Everybody whom a spent hold touches is
    behind by an epoch; it warns of nothing else any more.
    """
    standings = AddressStanding.objects.using(router.db_for_write(AddressStanding))
    standing = standings.select_related("mail_domain__trust_key__parent").get(pk=standing_id)
    mail_domain = standing.mail_domain
    others = list(mail_domain.dependencies.exclude(pk=mail_domain.trust_key_id))
    if mail_domain.trust_key.parent is not None:
        others.append(mail_domain.trust_key.parent)
    holds = list(mail_domain.active_holds)
    holds += [hold for row in others for hold in holds_of(row.holds)]
    spent = spent_holds(mail_domain.trust_key)
    holds += [hold for hold in mail_domain.trust_key.active_holds if hold not in spent]
    return [hold for hold in holds if touches(hold, at)]


def spent_holds(row: DomainStatus) -> list[Hold]:
    """Give the holds on a domain that its epoch has made up for."""
    record = row.record()
    if not record.holds:
        return []
    bumps = EpochBump.objects.filter(domain=row, cause=Cause.CHANGE_OF_HANDS.value)
    raised_at = bumps.aggregate(last=Max("at"))["last"]
    return [hold for hold in record.holds if is_spent(hold, record, raised_at)]
