"""The de-verified accounts: who is affected, why, and since when."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from domainguard.core.reasons import SENTENCES
from domainguard.core.record import AdverseLook, look_from_json
from domainguard.models import Deverification
from domainguard.wiring import address_book, site_facts

from .read_only import ReadOnlyAdmin


class StillOut(admin.SimpleListFilter):
    """Those who are still de-verified, unless somebody wants the restored ones."""

    title = _("standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer both."""
        return [("out", _("still de-verified")), ("restored", _("restored"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Deverification]
    ) -> QuerySet[Deverification]:
        """Filter by whether trust was given back."""
        if self.value() is None:
            return queryset
        return queryset.filter(restored_at__isnull=self.value() == "out")


@admin.register(Deverification)
class DeverificationAdmin(ReadOnlyAdmin):
    """Newest first."""

    list_display = ("account", "address", "reason", "created_at", "impact", "restored_at")
    list_filter = (
        StillOut,
        "bump__cause",
        "enforced",
        "created_at",
    )
    search_fields = ("standing__address", "standing__account", "bump__domain__domain")
    list_select_related = ("standing__mail_domain__trust_key", "bump__domain")
    list_per_page = 50
    fieldsets = (
        (
            _("What happened"),
            {
                "fields": (
                    "account",
                    "address",
                    "reason",
                    "created_at",
                )
            },
        ),
        (
            _("Evidence"),
            {
                "fields": (
                    "domain",
                    "epoch",
                    "looks",
                    "change_began",
                )
            },
        ),
        (
            _("What was done"),
            {
                "fields": (
                    "enforced",
                    "flag_cleared_at",
                    "noticed_at",
                    "restored_at",
                )
            },
        ),
        (
            _("What hangs on it"),
            {
                "fields": (
                    "impact",
                    "sole_owner",
                    "second_factor",
                )
            },
        ),
    )
    readonly_fields = (
        "account",
        "address",
        "reason",
        "domain",
        "looks",
        "change_began",
        "impact",
        "sole_owner",
        "second_factor",
    )

    @admin.display(description=_("account"), ordering="standing__account")
    def account(self, row: Deverification) -> str:
        """Give the user's name, or the key of an account that is gone."""
        user = address_book().user(row.standing.account)
        return str(user) if user is not None else row.standing.account

    @admin.display(description=_("address"), ordering="standing__canonical")
    def address(self, row: Deverification) -> str:
        """Give the address."""
        return row.standing.address

    @admin.display(description=_("domain"), ordering="bump__domain__domain")
    def domain(self, row: Deverification) -> str:
        """Give the trust key."""
        return row.bump.domain.domain

    @admin.display(description=_("reason"), ordering="bump__cause")
    def reason(self, row: Deverification) -> str:
        """Give the reason in words."""
        return row.bump.sentence

    @admin.display(description=_("projects at stake"))
    def impact(self, row: Deverification) -> int:
        """Give how much hangs on the account."""
        return site_facts().impact(row.standing.account)

    @admin.display(description=_("sole owner"), boolean=True)
    def sole_owner(self, row: Deverification) -> bool:
        """Say whether it owns something alone."""
        return site_facts().sole_owner(row.standing.account)

    @admin.display(description=_("second factor"), boolean=True)
    def second_factor(self, row: Deverification) -> bool:
        """Say whether it signs in with a second factor."""
        return site_facts().has_second_factor(row.standing.account)

    @admin.display(description=_("change began"))
    def change_began(self, row: Deverification) -> Any:
        """Give when the domain was registered anew, where the registry dates it."""
        return row.bump.t0

    @admin.display(description=_("looks it rests on"))
    def looks(self, row: Deverification) -> SafeString:
        """Give the two looks that raised the epoch, each with its signals."""
        looks = [look_from_json(kept) for kept in row.bump.evidence["looks"]]
        lines = [(f"{look.at:%Y-%m-%d %H:%M} UTC", _in_words(look)) for look in looks]
        return format_html_join(SafeString("<br>"), "{}: {}", lines)


def _in_words(look: AdverseLook) -> str:
    return " ".join(f"{signal.source}: {SENTENCES[signal.code]}" for signal in sorted(look.signals))
