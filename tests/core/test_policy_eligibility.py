"""The one rule: verified, at the present epoch, and nothing on hold."""

from __future__ import annotations

import pytest

from domainguard.core.policy import Standing, eligible
from domainguard.core.reasons import Code, Hold, HoldClass
from tests.core.builders import HOUR, NOON, VERIFIED

GENERAL = Hold(HoldClass.LAPSE, Code.REDEMPTION, NOON, frozenset())
SINCE_NOON = Hold(HoldClass.CHANGE_OF_HANDS, Code.NEW_HANDLE, NOON, frozenset(), NOON)
LATE = NOON + 49 * HOUR


@pytest.mark.parametrize(
    ("verified", "verified_epoch", "verified_at", "holds", "standing"),
    [
        (True, 2, VERIFIED, (), Standing.ELIGIBLE),
        (True, 2, None, (), Standing.ELIGIBLE),
        (False, 2, VERIFIED, (), Standing.NOT_VERIFIED),
        (True, 1, VERIFIED, (), Standing.OLDER_EPOCH),
        (True, 3, VERIFIED, (), Standing.OLDER_EPOCH),
        (True, None, None, (), Standing.NEVER_PROVEN),
        (False, None, None, (), Standing.NOT_VERIFIED),
        (True, 2, VERIFIED, (GENERAL,), Standing.HELD),
        (True, 2, LATE, (GENERAL,), Standing.HELD),
        (True, 2, VERIFIED, (SINCE_NOON,), Standing.HELD),
        (True, 2, None, (SINCE_NOON,), Standing.HELD),
        (True, 2, LATE, (SINCE_NOON,), Standing.ELIGIBLE),
        (True, 2, LATE, (SINCE_NOON, GENERAL), Standing.HELD),
        (False, None, None, (GENERAL,), Standing.HELD),
        (False, 1, LATE, (GENERAL,), Standing.OLDER_EPOCH),
    ],
)
def test_who_may_be_mailed_and_why_not(verified, verified_epoch, verified_at, holds, standing):
    answer = eligible(
        verified=verified,
        verified_epoch=verified_epoch,
        verified_at=verified_at,
        control_epoch=2,
        holds=holds,
    )

    assert answer is standing
