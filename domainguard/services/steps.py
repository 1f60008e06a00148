"""Suggests what staff do next about a de-verified account, and tells which addresses are left."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from domainguard.core.lifecycle import State
from domainguard.core.record import Cause
from domainguard.models import AddressStanding, Deverification, MailDependency


class Step(StrEnum):
    """The suggestions, the most pressing first; the first that fits is made."""

    NONE = "none"
    CONTAIN = "contain"
    RESTORE = "restore"
    CONTACT = "contact"
    SIGN_IN = "sign_in"
    RECOVER = "recover"


_FITS = {
    Step.NONE: Q(restored_at__isnull=False),
    # Somebody signed in after other hands had the domain: it may have been them.
    Step.CONTAIN: Q(bump__cause=Cause.CHANGE_OF_HANDS.value, last_sign_in_at__gt=F("bump__t0")),
    Step.RESTORE: Q(
        bump__cause=Cause.LAPSE.value,
        bump__domain__state=State.ACTIVE.value,
        bump__domain__held=False,
    ),
    Step.CONTACT: Q(has_other=True),
    Step.SIGN_IN: Q(second_factor=True),
}


def with_steps(rows: QuerySet[Deverification]) -> QuerySet[Deverification]:
    """Add `has_other`, another address that mail may go to, and `step` to each row."""
    mine = Q(book=OuterRef("standing__book"), account=OuterRef("standing__account"))
    others = in_order().filter(mine).exclude(pk=OuterRef("standing"))
    suggested = Case(
        *(When(fits, then=Value(step.value)) for step, fits in _FITS.items()),
        default=Value(Step.RECOVER.value),
    )
    return rows.annotate(has_other=Exists(others)).annotate(step=suggested)


def in_order() -> QuerySet[AddressStanding]:
    """Give the addresses that our own rows have nothing against.

    The gate decides; it also asks the site, which a list of many rows cannot.
    """
    leaning = MailDependency.objects.filter(mail_domain=OuterRef("mail_domain"), domain__held=True)
    return AddressStanding.objects.filter(
        ~Exists(leaning),
        removed_at=None,
        verified_epoch=F("mail_domain__trust_key__control_epoch"),
        mail_domain__trust_key__held=False,
        mail_domain__holds=[],
        mail_domain__null_mx=False,
    )


def others_of(rows: Iterable[Deverification]) -> dict[int, list[AddressStanding]]:
    """Give the other addresses in order of each row's account, by the row's key, in one query."""
    rows = list(rows)
    found: dict[tuple[str, str], list[AddressStanding]] = {}
    theirs = Q(
        book__in={row.standing.book for row in rows},
        account__in={row.standing.account for row in rows},
    )
    for standing in in_order().filter(theirs).order_by("pk"):
        found.setdefault((standing.book, standing.account), []).append(standing)
    return {
        row.pk: [
            each
            for each in found.get((row.standing.book, row.standing.account), [])
            if each.pk != row.standing_id
        ]
        for row in rows
    }
