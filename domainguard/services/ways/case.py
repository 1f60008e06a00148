"""Way (e): a case for the admins, with what the owner can show; two of them and 72 h decide.

Staff rule on it as on any de-verified account (`services.acts`). What they give back ends it.
"""

from __future__ import annotations

from datetime import timedelta

from domainguard.models import WayBack
from domainguard.models.locking import atomic
from domainguard.services.ways import rows
from domainguard.services.ways.loss import Loss
from domainguard.wiring import now

LIVES = timedelta(days=60)
LONGEST = 4000


def begin(loss: Loss, proofs: str) -> WayBack:
    """Put what the owner says before the admins; raises WayRefused.

    It may be opened while the domain is in trouble: nothing follows from it by itself.
    """
    with atomic():
        rows.lock_account(loss.account, loss.standing.book)
        rows.refuse_where_unfit(loss, now(), on_hold=True)
        return rows.begin(loss, WayBack.Kind.CASE, lives=LIVES, proofs=proofs[:LONGEST])
