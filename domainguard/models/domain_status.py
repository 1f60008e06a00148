"""One row per trust key: what we concluded about a domain, and its control epoch."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from domainguard.core.fingerprint import fingerprint_as_json, fingerprint_from_json
from domainguard.core.lifecycle import State
from domainguard.core.reasons import Hold, HoldClass
from domainguard.core.record import (
    Record,
    episode_as_json,
    episode_from_json,
    hold_as_json,
    hold_from_json,
)

from .fields import InstantField

_PLAIN = (
    "control_epoch",
    "baseline_at",
    "clean_since",
    "lapse_seen_at",
    "troubled_at",
    "last_look_at",
    "last_conclusive_at",
    "registry_clean_at",
    "expires_at",
    "runs_out_at",
    "silent",
    "under_review",
)


class DomainStatus(models.Model):
    """A registrable domain that guards accounts. Its `control_epoch` never goes down."""

    domain = models.CharField(_("domain"), max_length=253, unique=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tenants",
        verbose_name=_("operator of the private suffix"),
    )
    psl_version = models.CharField(_("public suffix list"), max_length=64, blank=True)
    has_registry = models.BooleanField(_("registry source"), default=True)
    control_epoch = models.PositiveIntegerField(_("control epoch"), default=1)
    state = models.CharField(
        _("state"),
        max_length=16,
        choices=[(state.value, state.value.replace("_", " ")) for state in State],
        default=State.UNKNOWN.value,
        db_index=True,
    )
    state_since = InstantField(_("in this state since"), null=True, blank=True)
    held = models.BooleanField(_("on hold"), default=False, db_index=True)
    holds = models.JSONField(_("holds"), default=list, blank=True)
    episodes = models.JSONField(_("adverse looks"), default=list, blank=True)
    fingerprint = models.JSONField(_("fingerprint then"), null=True, blank=True)
    observed = models.JSONField(_("fingerprint now"), null=True, blank=True)
    sentence = models.CharField(_("in words"), max_length=200, blank=True)
    reasons = models.JSONField(_("reasons"), default=list, blank=True)
    baseline_at = InstantField(_("baseline taken"), null=True, blank=True)
    clean_since = InstantField(_("clean since"), null=True, blank=True)
    lapse_seen_at = InstantField(_("lapse seen"), null=True, blank=True)
    troubled_at = InstantField(_("last trouble"), null=True, blank=True)
    last_look_at = InstantField(_("last look"), null=True, blank=True)
    last_conclusive_at = InstantField(_("last conclusive look"), null=True, blank=True)
    registry_clean_at = InstantField(_("registry last clean"), null=True, blank=True)
    expires_at = InstantField(_("recorded expiry"), null=True, blank=True)
    runs_out_at = InstantField(_("ends unless renewed"), null=True, blank=True)
    warn_at = InstantField(_("owners to be told"), null=True, blank=True)
    warned_of = models.CharField(_("last told"), max_length=40, blank=True)
    silent = models.PositiveIntegerField(_("looks without an answer"), default=0)
    failures = models.PositiveSmallIntegerField(_("looks that broke"), default=0)
    waivers = models.JSONField(_("overridden until"), default=dict, blank=True)
    exempt_by_staff = models.BooleanField(_("exempt by staff's word"), null=True, blank=True)
    under_review = models.BooleanField(_("waits for a person"), default=False)
    wants_bump = models.BooleanField(_("its epoch should rise"), default=False, db_index=True)
    impact = models.PositiveIntegerField(_("what hangs on it"), default=0)
    hot = models.BooleanField(_("guards the right to publish"), default=False)
    addresses = models.PositiveIntegerField(_("addresses"), default=0)  # as of the last look
    triaged_at = InstantField(_("last found as it was"), null=True, blank=True)
    next_check_at = InstantField(_("next look"))
    lease_until = InstantField(_("leased until"), null=True, blank=True)
    asked_until = InstantField(_("asked for somebody who waits"), null=True, blank=True)
    lease_number = models.PositiveBigIntegerField(_("lease"), default=0)
    created_at = InstantField(_("first seen"))

    WRITTEN_BY_LOOKS: ClassVar = (
        *_PLAIN,
        *(
            "state",
            "state_since",
            "held",
            "holds",
            "waivers",
            "episodes",
            "fingerprint",
            "observed",
        ),
        *("sentence", "reasons", "has_registry", "wants_bump", "failures"),
        *("next_check_at", "lease_until", "warn_at"),
    )

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        ordering: ClassVar = ["domain"]
        indexes: ClassVar = [
            models.Index(fields=["hot", "next_check_at"], name="domainguard_due"),
            models.Index(fields=["next_check_at"], name="domainguard_next_look"),
            models.Index(fields=["-held", "domain"], name="domainguard_held_first"),
            models.Index(fields=["expires_at"], name="domainguard_by_expiry"),
            models.Index(
                fields=["warn_at"],
                condition=models.Q(warn_at__isnull=False),
                name="domainguard_to_warn",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(control_epoch__gte=1), name="domainguard_epoch_from_one"
            ),
        ]
        permissions: ClassVar = [
            ("look_now", "Can look at a domain now"),
            ("hold_domain", "Can put a domain on hold and release it"),
        ]

    def __str__(self) -> str:
        return self.domain

    def record(self, *, exempt: bool = False) -> Record:
        """Give the row as the core's record."""
        return Record(
            state=State(self.state),
            holds=tuple(hold_from_json(kept) for kept in self.holds),
            episodes=tuple(episode_from_json(kept) for kept in self.episodes),
            fingerprint=fingerprint_from_json(self.fingerprint),
            observed=fingerprint_from_json(self.observed),
            exempt=exempt,
            waivers=_waivers_from_json(self.waivers),
            **{name: getattr(self, name) for name in _PLAIN},
        )

    def keep(self, record: Record) -> None:
        """Take over what the core concluded; the caller saves."""
        for name in _PLAIN:
            setattr(self, name, getattr(record, name))
        if self.state != record.state or self.state_since is None:
            self.state, self.state_since = record.state.value, record.last_look_at
        self.held = record.held
        self.holds = [hold_as_json(hold) for hold in record.holds]
        self.waivers = {name.value: until.isoformat() for name, until in record.waivers.items()}
        self.episodes = [episode_as_json(each) for each in record.episodes]
        self.fingerprint = fingerprint_as_json(record.fingerprint)
        self.observed = fingerprint_as_json(record.observed)

    @property
    def tld(self) -> str:
        """The last label."""
        return self.domain.rpartition(".")[2]

    @property
    def active_holds(self) -> tuple[Hold, ...]:
        """The holds on this row, those that staff have overridden included."""
        return holds_of(self.holds)

    def refuses(self, at: datetime) -> bool:
        """Say whether a hold on this row refuses at this moment."""
        return self.held and any(not hold.is_waived(at) for hold in self.active_holds)


def _waivers_from_json(kept: dict[str, str]) -> dict[HoldClass, datetime]:
    return {HoldClass(name): datetime.fromisoformat(until) for name, until in kept.items()}


def holds_of(kept: list[dict[str, Any]] | None) -> tuple[Hold, ...]:
    """Read the holds kept in a row's JSON; None, from an outer join, means none."""
    return tuple(hold_from_json(each) for each in kept or ())
