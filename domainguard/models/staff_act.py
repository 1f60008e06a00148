"""What staff did, or proposed to a second person: who, to whom, why, and how far it has come."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .deverification import Deverification
from .domain_status import DomainStatus
from .fields import InstantField
from .review_case import ReviewCase


class StaffAct(models.Model):
    """One act on one or more targets. `by` and the others who act are `staff:<key of the user>`.

    An act that needs a second person waits until `approved_at`; with `not_before` it then waits
    until that moment. `key` is made with the confirmation page, so that a page sent twice acts
    once. `detail` has what a kind asks besides the reason, such as the end of an override.
    """

    class Kind(models.TextChoices):
        """What is done; the labels are the buttons' words."""

        RESTORE = "restore", _("Restore")
        KEEP = "keep", _("Keep de-verified")
        CONTACT = "contact", _("Write to other addresses")
        START_RECOVERY = "start_recovery", _("Start recovery")
        CONTAIN = "contain", _("Contain")
        REMOVE_FACTOR = "remove_factor", _("Remove second factor")
        NOTE = "note", _("Note")
        ASSIGN = "assign", _("Assign")
        HOLD = "hold", _("Put on hold")
        RELEASE = "release", _("Release hold")
        OVERRIDE = "override", _("Override holds")
        EXEMPT = "exempt", _("Mark as exempt provider")
        UNEXEMPT = "unexempt", _("Mark as no exempt provider")
        RAISE = "raise", _("Raise the epoch as proposed")
        CLEAR = "clear", _("Clear: nothing was wrong")
        CLOSE = "close", _("Close and give back to automation")

    kind = models.CharField(_("act"), max_length=16, choices=Kind.choices)
    reason = models.CharField(_("reason"), max_length=300)
    detail = models.JSONField(_("detail"), default=dict, blank=True)
    key = models.CharField(_("page"), max_length=64, unique=True)
    by = models.CharField(_("by"), max_length=80, db_index=True)
    at = InstantField(_("time"), db_index=True)
    needs_second = models.CharField(_("why a second person"), max_length=200, blank=True)
    not_before = InstantField(_("not before"), null=True, blank=True)
    approved_by = models.CharField(_("approved by"), max_length=80, blank=True)
    approved_at = InstantField(_("approved"), null=True, blank=True)
    approval = models.CharField(_("why approved"), max_length=300, blank=True)
    refused_by = models.CharField(_("refused by"), max_length=80, blank=True)
    refused_at = InstantField(_("refused"), null=True, blank=True)
    refusal = models.CharField(_("why refused"), max_length=300, blank=True)
    done_at = InstantField(_("carried out"), null=True, blank=True)
    undone_at = InstantField(_("undone"), null=True, blank=True)
    undone_by = models.CharField(_("undone by"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("act of staff")
        verbose_name_plural = _("acts of staff")
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["at"],
                condition=models.Q(done_at=None, refused_at=None),
                name="domainguard_open_acts",
            ),
        ]
        permissions: ClassVar = [
            ("restore_account", "Can restore a de-verified account"),
            ("keep_account", "Can rule that an account stays de-verified"),
            ("contact_account", "Can write to an account's other addresses"),
            ("start_recovery", "Can start the recovery of an account"),
            ("contain_account", "Can end an account's sessions, tokens, links and invitations"),
            ("remove_factor", "Can propose to remove an account's second factor"),
            ("note_account", "Can add a note"),
            ("assign_account", "Can assign a de-verified account to a colleague"),
            ("override_domain", "Can override the holds of a domain for a time"),
            ("exempt_domain", "Can propose to mark or unmark an exempt mailbox provider"),
            ("rule_case", "Can rule on a review case"),
            ("approve_act", "Can approve or refuse what a colleague proposed"),
            ("undo_act", "Can undo an act of the last 24 hours"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def waits_for_second(self) -> bool:
        """Whether somebody else has to decide about it."""
        return bool(self.needs_second) and self.approved_at is None and self.refused_at is None


class ActTarget(models.Model):
    """One thing that an act is about, always with its domain. `outcome` says what came of it.

    `before` is what was there, as JSON values: what an undo puts back.
    """

    act = models.ForeignKey(StaffAct, models.PROTECT, related_name="targets")
    domain = models.ForeignKey(DomainStatus, models.PROTECT, related_name="acts")
    deverification = models.ForeignKey(
        Deverification, models.PROTECT, null=True, blank=True, related_name="acts"
    )
    case = models.ForeignKey(ReviewCase, models.PROTECT, null=True, blank=True, related_name="acts")
    account = models.CharField(_("account"), max_length=255, blank=True, db_index=True)
    before = models.JSONField(_("before"), default=dict, blank=True)
    receipt = models.JSONField(_("receipt"), default=dict, blank=True)
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)
    is_done = models.BooleanField(_("done"), default=False)
    done_at = InstantField(_("decided"), null=True, blank=True)
    undone_at = InstantField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("target of an act")
        verbose_name_plural = _("targets of acts")
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.act_id}: {self.account or self.domain_id}"
