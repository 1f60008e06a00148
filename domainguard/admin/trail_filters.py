"""Filters of the audit trail that ask the database for no list of what there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from domainguard.models import AuditEvent

from .trail_words import ACTIONS


class ActionFilter(admin.SimpleListFilter):
    """One kind of event."""

    title = _("action")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer every kind there can be."""
        return sorted(ACTIONS.items(), key=lambda each: str(each[1]))

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEvent]
    ) -> QuerySet[AuditEvent]:
        """Filter by the action."""
        return queryset.filter(action=self.value()) if self.value() else queryset


class _TextFilter(admin.SimpleListFilter):
    """A field to type in, since there are too many to list."""

    template = "admin/domainguard/text_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer nothing to click on."""
        return []

    def has_output(self) -> bool:
        """Say yes: there is always a field."""
        return True

    def typed(self) -> str:
        """Give what was typed; PostgreSQL takes no null character."""
        return (self.value() or "").replace("\0", "").strip()

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Give the field's value, and what the form must carry along."""
        kept = dict(changelist.params)
        kept |= {name: values[-1] for name, values in changelist.filter_params.items()}
        kept.pop(str(self.parameter_name), None)
        yield {"value": self.typed(), "name": self.parameter_name, "kept": kept.items()}


class DomainFilter(_TextFilter):
    """One domain, by its whole name."""

    title = _("domain")
    parameter_name = "domain"

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEvent]
    ) -> QuerySet[AuditEvent]:
        """Filter by the domain."""
        name = self.typed().lower()
        return queryset.filter(domain=name) if name else queryset


class ActorFilter(_TextFilter):
    """Actors that begin like this: `staff:` gives all of staff."""

    title = _("actor (or how it begins)")
    parameter_name = "actor"

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEvent]
    ) -> QuerySet[AuditEvent]:
        """Filter by how the actor begins."""
        begins = self.typed()
        return queryset.filter(actor__startswith=begins) if begins else queryset
