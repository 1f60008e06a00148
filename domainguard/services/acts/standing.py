"""Says whether an address is behind its domain's epoch, and whether the domain is unchanged."""

from __future__ import annotations

from datetime import timedelta

from domainguard.core.fingerprint import fingerprint_from_json
from domainguard.core.lifecycle import State
from domainguard.core.ways import is_as_before
from domainguard.models import AddressStanding, DomainStatus, EpochBump
from domainguard.services.check import is_young

_LOOKED_WITHIN = timedelta(hours=24)


def is_behind(standing: AddressStanding, row: DomainStatus) -> bool:
    """Say whether a rise of the epoch took the address's trust, and nothing has given it back."""
    proven = standing.verified_epoch
    return standing.removed_at is None and proven is not None and proven < row.control_epoch


def is_unchanged(standing: AddressStanding, row: DomainStatus) -> bool:
    """Say whether registration and hosts are as they were before every rise the address missed.

    The registry must show it, in a conclusive look of the last 24 h, with the domain active and
    nothing on hold: what nobody can see is not unchanged.
    """
    is_well = row.state == State.ACTIVE and not row.holds and not standing.mail_domain.holds
    if not is_well or not is_young(row.last_conclusive_at, _LOOKED_WITHIN):
        return False
    seen = fingerprint_from_json(row.observed)
    missed = EpochBump.objects.filter(
        domain=row, epoch__gt=standing.verified_epoch, epoch__lte=row.control_epoch
    ).values_list("epoch", "fingerprint_before")
    befores = dict(missed)
    if len(befores) != row.control_epoch - (standing.verified_epoch or 0):
        return False  # the public suffix list raised it, and kept no fingerprint
    return all(is_as_before(fingerprint_from_json(each), seen) for each in befores.values())
