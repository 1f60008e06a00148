"""Trusts a de-verified address again: alone where the registration is unchanged, else by two."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from domainguard import audit
from domainguard.models import (
    ActTarget,
    AddressStanding,
    Deverification,
    DomainStatus,
    StaffAct,
    WayBack,
)
from domainguard.models.holds_over import unsettled_holds
from domainguard.services import notify
from domainguard.wiring import address_book, now, policy

from . import letters, stop
from .records import locked
from .standing import is_behind, is_unchanged
from .verb import (
    ALONE,
    NOBODY_ELSE,
    UNDO_WITHIN,
    WAIT,
    Asked,
    On,
    Oversight,
    Refused,
    Text,
    Verb,
)


def _obstacle(target: ActTarget) -> Text:
    standing = _standing(target)
    if standing.removed_at is not None:
        return _("The account no longer has this address.")
    if not is_behind(standing, target.domain):
        return _("It is trusted already.")
    return ""


def _oversight(asked: Asked) -> Oversight:
    if not all(is_unchanged(_standing(each), each.domain) for each in asked.targets):
        return Oversight(
            str(_("The registration is not shown to be the one from before. It takes 72 hours.")),
            WAIT,
        )
    if len(asked.targets) + _alone_today(asked.by) > ALONE:
        return Oversight(str(_("One person restores 10 accounts a day at most.")))
    return NOBODY_ELSE


def _alone_today(by: str) -> int:
    return ActTarget.objects.filter(
        act__by=by,
        act__kind=StaffAct.Kind.RESTORE,
        act__approved_at=None,
        is_done=True,
        done_at__gt=now() - timedelta(hours=24),
    ).count()


def _proposed(act: StaffAct, target: ActTarget) -> None:
    """Remember the epoch that was spoken of, and the owner's own case: both may end before."""
    standing = _standing(target)
    case = WayBack.objects.filter(standing=standing, ended_at=None).first()
    target.before = {"epoch": target.domain.control_epoch, "way": case.pk if case else None}
    if act.not_before is None:
        return
    stop.tell_with_link(act, standing.account, "restore_proposed", about=standing.address)


def _do(act: StaffAct, target: ActTarget) -> Text:
    row = locked(target)
    standing = AddressStanding.objects.select_for_update().get(pk=_standing(target).pk)
    _check(act, target, standing, row)
    at = now()
    lost = list(_still_lost(standing))
    target.before |= {
        "verified_epoch": standing.verified_epoch,
        "verified_at": _iso(standing.verified_at),
        "recovery_from": _iso(standing.recovery_from),
        "restored": [each.pk for each in lost],
    }
    standing.verified_epoch = row.control_epoch
    if act.not_before is not None:
        # Two people vouch for the address as of now: a hold that began earlier is not about that.
        standing.verified_at = at
    standing.recovery_from = _latest(standing.recovery_from, _rests_until(act, at))
    standing.save(update_fields=["verified_epoch", "verified_at", "recovery_from"])
    target.receipt = {"recovery_from": _iso(standing.recovery_from), "epoch": row.control_epoch}
    _still_lost(standing).update(restored_at=at)
    if any(each.flag_taken for each in lost):
        address_book().set_verified(standing.account, standing.address, True)
    _tell(act, standing, row)
    return _("Trusted again.")


def _check(act: StaffAct, target: ActTarget, standing: AddressStanding, row: DomainStatus) -> None:
    if not is_behind(standing, row):
        raise Refused("changed", _("Nothing to restore: it is trusted again, or removed."))
    if target.before.get("epoch", row.control_epoch) != row.control_epoch:
        raise Refused("changed", _("The epoch has gone up again since this was proposed."))
    case = WayBack.objects.filter(pk=target.before.get("way")).first()
    if case is not None and case.end not in ("", WayBack.End.DONE):
        raise Refused("case_over", _("The owner's own case is over: %s.") % case.get_end_display())
    if unsettled_holds(standing.pk, now()):
        raise Refused("held", _("A hold warns of something that the epoch has not settled yet."))
    if act.not_before is None and not is_unchanged(standing, row):
        raise Refused("changed", _("The registration is not shown to be unchanged any more."))


def _rests_until(act: StaffAct, at: datetime) -> datetime | None:
    """Give until when the address wins back nothing, although it is trusted.

    A batch rests while it can be undone: what a mistake gave back opens no account before then.
    """
    if act.not_before is not None:
        return at + policy().probation
    return at + UNDO_WITHIN if act.needs_second else None


def _tell(act: StaffAct, standing: AddressStanding, row: DomainStatus) -> None:
    if act.not_before is None:
        notify.tell(standing, letter="restored", key=f"restored:act:{act.pk}")
    else:
        for each in notify.eligible_standings(standing.account):
            letters.tell(each, act, "restored", about=standing.address)
    audit.record(
        "address_restored",
        at=now(),
        actor=act.by,
        domain=row.domain,
        canonical=standing.canonical,
        account=standing.account,
        epoch=row.control_epoch,
        act=act.pk,
    )


def _undo(act: StaffAct, target: ActTarget) -> Text:
    row = locked(target)
    standing = AddressStanding.objects.select_for_update().get(pk=_standing(target).pk)
    before, given = target.before, target.receipt
    if standing.verified_epoch != given["epoch"] or row.control_epoch != given["epoch"]:
        raise Refused("changed", _("The address was proven anew, or lost again, since."))
    standing.verified_epoch = before["verified_epoch"]
    standing.verified_at = _moment(before["verified_at"])
    standing.recovery_from = _moment(before["recovery_from"])
    standing.save(update_fields=["verified_epoch", "verified_at", "recovery_from"])
    lost = Deverification.objects.filter(pk__in=before["restored"])
    if any(each.flag_taken for each in lost):
        address_book().set_verified(standing.account, standing.address, False)
    lost.update(restored_at=None)
    audit.record(
        "address_deverified",
        at=now(),
        actor=act.undone_by,
        domain=row.domain,
        canonical=standing.canonical,
        account=standing.account,
        epoch=row.control_epoch,
        act=act.pk,
    )
    return _("No longer trusted, as before.")


def _standing(target: ActTarget) -> AddressStanding:
    if target.deverification is None:
        raise TypeError("An act on an account names its de-verification.")
    standing: AddressStanding = target.deverification.standing
    return standing


def _still_lost(standing: AddressStanding) -> QuerySet[Deverification]:
    return Deverification.objects.filter(standing=standing, restored_at=None)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _latest(*moments: datetime | None) -> datetime | None:
    return max((each for each in moments if each), default=None)


RESTORE = Verb(
    kind=StaffAct.Kind.RESTORE,
    on=On.ACCOUNT,
    permission="restore_account",
    tells=_(
        "The address counts again for its account, and the person is told at every address that "
        "counts. Where the registration is unchanged this holds at once. Otherwise a colleague has "
        "to agree, 72 hours pass in which every address that counts is told, and for 14 days after "
        "it the address gets notices only."
    ),
    ends=_(
        "Can be undone within 24 hours. A batch that two people restored wins back nothing before "
        "then; what a single restored address was used for cannot be undone."
    ),
    obstacle=_obstacle,
    do=_do,
    undo=_undo,
    oversight=_oversight,
    proposed=_proposed,
    gives_power=True,
)
