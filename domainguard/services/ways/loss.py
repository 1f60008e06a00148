"""What an account has lost: which address, since when, and what is left to prove who it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domainguard.addressbooks.recovery import RecoveryFacts, recovery_facts
from domainguard.core.fingerprint import fingerprint_from_json
from domainguard.core.policy import touches
from domainguard.core.reasons import Hold, HoldClass
from domainguard.core.record import Cause
from domainguard.core.ways import Situation, began_before, is_as_before
from domainguard.gate import Purpose, may_receive
from domainguard.models import AddressStanding, DomainStatus, EpochBump
from domainguard.models.holds_over import unsettled_holds
from domainguard.services.enroll import standing_of
from domainguard.wiring import address_book, now, site_facts


@dataclass(frozen=True, slots=True)
class Loss:
    """A standing that is behind its domain's epoch, or on a hold that does not end by itself.

    `bumps` are the rises that it did not take part in, `holds` those holds. `changed_at` is when
    the first of them may have begun.
    """

    standing: AddressStanding
    domain: DomainStatus
    bumps: tuple[EpochBump, ...]
    holds: tuple[Hold, ...]

    @property
    def account(self) -> str:
        """Whose address it is."""
        return self.standing.account

    @property
    def before(self) -> int:
        """The epoch at which the address was proven."""
        return self.standing.verified_epoch or 0

    @property
    def changed_at(self) -> datetime:
        """When what took the trust may have begun; nothing is older where no row can tell."""
        begins = [bump.t0 or _first_look(bump) for bump in self.bumps]
        begins += [hold.t0 or hold.since for hold in self.holds]
        return min(begins, default=self.standing.first_seen_at)


def loss_of(standing_id: int) -> Loss | None:
    """Give what was lost with an address; None while nothing is, or when it was removed."""
    standings = AddressStanding.objects.select_related("mail_domain__trust_key")
    standing = standings.filter(pk=standing_id, removed_at=None).first()
    if standing is None or standing.verified_epoch is None:
        return None
    domain = standing.mail_domain.trust_key
    holds = tuple(
        hold
        for hold in domain.active_holds
        if not hold.hold_class.ends_by_itself and touches(hold, standing.verified_at)
    )
    if standing.verified_epoch >= domain.control_epoch and not holds:
        return None
    bumps = domain.bumps.filter(epoch__gt=standing.verified_epoch).order_by("epoch")
    return Loss(standing, domain, tuple(bumps), holds)


def losses_of(account: str) -> list[Loss]:
    """Give every loss of an account."""
    found = [standing_of(stored) for stored in address_book().addresses_of(account)]
    losses = [loss_of(standing.pk) for standing in found if standing is not None]
    return [loss for loss in losses if loss is not None]


def situation_of(loss: Loss) -> Situation:
    """Say what the owner still has. What came after the change may be somebody else's."""
    facts = facts_of_recovery()
    return Situation(
        second_factor=began_before(facts.second_factor_since(loss.account), loss.changed_at),
        other_address=bool(helpers_of(loss)),
        saved_codes=began_before(facts.saved_codes_since(loss.account), loss.changed_at),
        same_owner=is_same_owner(loss),
        lapsed=_is_only_lapsed(loss),
        provable=all(hold.hold_class.ends_by_itself for hold in _unsettled(loss)),
    )


def helpers_of(loss: Loss) -> list[AddressStanding]:
    """Give the account's other addresses that may win it back and hang on other trust keys.

    One whose mail or names are handled below the lost domain does hang on it.
    """
    others = [standing_of(stored) for stored in address_book().addresses_of(loss.account)]
    return [
        other
        for other in others
        if other is not None
        and not _hangs_on(other, loss.domain)
        and may_receive(other.pk, Purpose.RECOVER).admitted
    ]


def is_same_owner(loss: Loss) -> bool:
    """Say whether all that shows who controls the domain is as it was before each rise."""
    observed = fingerprint_from_json(loss.domain.observed)
    befores = [bump.fingerprint_before for bump in loss.bumps] or [loss.domain.fingerprint]
    asked_by_staff = any(hold.hold_class is HoldClass.STAFF for hold in loss.holds)
    as_before = all(is_as_before(fingerprint_from_json(each), observed) for each in befores)
    return as_before and not asked_by_staff


def facts_of_recovery() -> RecoveryFacts:
    """Give what the site can tell of sessions and saved codes."""
    return recovery_facts(site_facts())


def _hangs_on(standing: AddressStanding, domain: DomainStatus) -> bool:
    mail_domain = standing.mail_domain
    return (
        mail_domain.trust_key_id == domain.pk
        or mail_domain.trust_key.parent_id == domain.pk
        or mail_domain.dependencies.filter(pk=domain.pk).exists()
    )


def _unsettled(loss: Loss) -> list[Hold]:
    return unsettled_holds(loss.standing.pk, now())


def _is_only_lapsed(loss: Loss) -> bool:
    # Only the last rise can be healed, and only for those who are behind by that one.
    waiting = [bump for bump in loss.bumps if bump.healed_at is None]
    return len(loss.bumps) == 1 and bool(waiting) and waiting[0].cause == Cause.LAPSE.value


def _first_look(bump: EpochBump) -> datetime:
    looks = bump.evidence.get("looks", [])
    return datetime.fromisoformat(looks[0]["at"]) if looks else bump.at
