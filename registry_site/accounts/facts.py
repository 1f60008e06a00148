"""Tells DomainGuard what an account guards in this registry, and contains it when asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Q, Sum

from domainguard.addressbooks.base import AccountFacts, Stakes
from registry_site.packages.models import Project, Release, Role

from . import containment
from .languages import language_of
from .models import AccountEvent, User
from .recovery import SignInFacts
from .second_factor import has_second_factor, with_second_factor

_EVENTS = 50


class RegistrySiteFacts(SignInFacts):
    """DomainGuard's SiteFacts for this registry. An account is its primary key as text."""

    def impact(self, account: str) -> int:
        """Count the projects the account can publish, and the projects that depend on those."""
        own = Project.objects.filter(people__pk=account)
        counted = own.aggregate(projects=Count("pk"), dependents=Sum("dependents", default=0))
        return int(counted["projects"] + counted["dependents"])

    def sole_owner(self, account: str) -> bool:
        """Say whether some project has this account as its only owner."""
        owners = Count("roles", filter=Q(roles__kind=Role.Kind.OWNER))
        own = Project.objects.alias(owners=owners).filter(owners=1)
        return own.filter(roles__in=Role.objects.filter(user__pk=account, kind="owner")).exists()

    def has_second_factor(self, account: str) -> bool:
        """Say whether signing in asks for a code besides the password."""
        return has_second_factor(account)

    def facts_of(self, accounts: Iterable[str]) -> dict[str, AccountFacts]:
        """Answer the three questions for many accounts in three queries."""
        accounts = list(accounts)
        counted = (
            User.objects.filter(pk__in=accounts)
            .annotate(owns=Count("projects"), behind=Sum("projects__dependents", default=0))
            .values_list("pk", "owns", "behind")
        )
        owners = Count("project__roles", filter=Q(project__roles__kind=Role.Kind.OWNER))
        owned = Role.objects.filter(user__pk__in=accounts, kind=Role.Kind.OWNER)
        alone = set(owned.alias(owners=owners).filter(owners=1).values_list("user_id", flat=True))
        armed = with_second_factor(accounts)
        return {
            str(key): AccountFacts(owns + behind, key in alone, key in armed)
            for key, owns, behind in counted
        }

    def stakes_of(self, accounts: Iterable[str]) -> dict[str, Stakes]:
        """Count the projects of many accounts, and their downloads, in one query."""
        counted = (
            User.objects.filter(pk__in=list(accounts))
            .annotate(owns=Count("projects"), fetched=Sum("projects__downloads", default=0))
            .values_list("pk", "owns", "fetched")
        )
        return {str(key): Stakes(owns, fetched) for key, owns, fetched in counted}

    def releases_since(self, account: str, moment: datetime) -> list[str]:
        """Name what the account has published since then, the oldest first."""
        releases = Release.objects.filter(published_by__pk=account, published_at__gte=moment)
        return [str(each) for each in releases.select_related("project").order_by("published_at")]

    def co_owners(self, account: str) -> list[str]:
        """Name the other owners of the projects that this account owns."""
        owners = Role.objects.filter(kind=Role.Kind.OWNER)
        owned = owners.filter(user__pk=account).values("project")
        others = owners.filter(project__in=owned).exclude(user__pk=account)
        return [
            str(key) for key in others.order_by("user").values_list("user", flat=True).distinct()
        ]

    def history_since(self, account: str, moment: datetime) -> list[tuple[datetime, str]]:
        """Give what happened to the account since then, the newest first, in words for staff."""
        events = AccountEvent.objects.filter(user__pk=account, at__gte=moment)[:_EVENTS]
        return [(each.at, _in_words(each)) for each in events]

    def language(self, account: str) -> str:
        """Name the language that the account's owner last signed in with."""
        return language_of(account)

    def contain(self, account: str) -> dict[str, int | None]:
        """End sessions, tokens and invitations of the account, and stop it from publishing."""
        return containment.contain(account)

    def remove_second_factor(self, account: str) -> None:
        """Let the account's password alone sign in."""
        containment.remove_second_factor(account)


def _in_words(event: AccountEvent) -> str:
    said = event.what.replace("_", " ").capitalize()
    return ", ".join(filter(None, (said, event.about, event.network)))
