"""A mail domain in use, its own hold, and the domains whose hosts carry its mail."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from domainguard.core.reasons import Hold

from .domain_status import DomainStatus, holds_of
from .fields import InstantField


class MailDomain(models.Model):
    """What stands right of the @. Often equal to its trust key; a hold here touches it alone."""

    name = models.CharField(_("mail domain"), max_length=253, unique=True)
    trust_key = models.ForeignKey(
        DomainStatus, models.PROTECT, related_name="mail_domains", verbose_name=_("trust key")
    )
    dependencies = models.ManyToManyField(
        DomainStatus,
        through="MailDependency",
        related_name="dependants",
        verbose_name=_("mail and name server domains"),
    )
    holds = models.JSONField(_("holds"), default=list, blank=True)
    null_mx = models.BooleanField(_("takes no mail (RFC 7505)"), default=False)
    absent_since = InstantField(_("absent since"), null=True, blank=True)
    clean_since = InstantField(_("clean since"), null=True, blank=True)
    warn_at = InstantField(_("owners to be told"), null=True, blank=True)
    last_look_at = InstantField(_("last look"), null=True, blank=True)

    class Meta:
        verbose_name = _("mail domain")
        verbose_name_plural = _("mail domains")
        ordering: ClassVar = ["name"]
        indexes: ClassVar = [
            models.Index(
                fields=["warn_at"],
                condition=models.Q(warn_at__isnull=False),
                name="domainguard_below_to_warn",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def active_holds(self) -> tuple[Hold, ...]:
        """The holds in force on this mail domain alone."""
        return holds_of(self.holds)


class MailDependency(models.Model):
    """A domain under which a mail domain's MX or NS hosts live, since we first saw it so."""

    mail_domain = models.ForeignKey(MailDomain, models.CASCADE)
    domain = models.ForeignKey(DomainStatus, models.PROTECT)
    first_seen_at = InstantField(_("first seen as a dependency"))
    direct = models.BooleanField(_("carries the mail domain's own hosts"), default=True)

    class Meta:
        verbose_name = _("mail dependency")
        verbose_name_plural = _("mail dependencies")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["mail_domain", "domain"], name="domainguard_one_dependency"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mail_domain} > {self.domain}"
