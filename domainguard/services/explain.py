"""Explains an address: would it receive a reset now, and why. A question changes nothing."""

from __future__ import annotations

from typing import Any

from domainguard.core.names import Address
from domainguard.gate import GateAnswer, Purpose, Reason, may_receive
from domainguard.models import AddressStanding, DomainStatus, Observation
from domainguard.wiring import address_book, read_address


def explain(text: str) -> dict[str, Any]:
    """Give the facts about an address as JSON values; raises NameRefused.

    Where several accounts have the address, the one that would receive a reset stands for all.
    """
    address = read_address(text)
    standings = AddressStanding.objects.filter(
        book=address_book().name, canonical=address.canonical, removed_at=None
    ).order_by("pk")
    answers = [(each, may_receive(each.pk, Purpose.RECOVER)) for each in standings]
    standing, answer = max(
        answers,
        key=lambda pair: pair[1].admitted,
        default=(None, GateAnswer(False, Reason.UNKNOWN)),
    )
    return _facts(address, standing, answer)


def _facts(
    address: Address, standing: AddressStanding | None, answer: GateAnswer
) -> dict[str, Any]:
    row = DomainStatus.objects.filter(domain=address.trust_key).first()
    return {
        "address": address.mailed,
        "domain": address.trust_key,
        "eligible": answer.admitted,
        "reason": answer.reason.value,
        "state": row.state if row else "unknown",
        "held": answer.held or bool(row and row.held),
        "control_epoch": row.control_epoch if row else None,
        "verified_epoch": standing.verified_epoch if standing else None,
        "verified": answer.verified,
        "next_check_at": row.next_check_at.isoformat() if row else None,
        "evidence": latest_evidence(row) if row else [],
    }


def latest_evidence(row: DomainStatus) -> list[dict[str, Any]]:
    """Give what each source said in the last look that was kept."""
    last = Observation.objects.filter(domain=row).order_by("-at", "-id").first()
    if last is None:
        return []
    return [each.evidence for each in row.observations.filter(look=last.look).order_by("source")]
