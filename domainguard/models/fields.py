"""A moment in time that means the same with USE_TZ on and off."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from django.conf import settings
from django.db import models
from django.utils import timezone


class InstantField(models.DateTimeField):  # type: ignore[type-arg]
    """Stores an aware datetime and gives one back in UTC, whatever the site's USE_TZ says.

    A site without time zones keeps naive local times in its columns, so there the one ambiguous
    hour of the year is read as its first pass.
    """

    def get_prep_value(self, value: Any) -> Any:
        """Give the site's own form of the moment; a naive datetime is refused."""
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise ValueError(f"{self.name} takes an aware datetime, not {value!r}.")
            if not settings.USE_TZ:
                value = timezone.make_naive(value, timezone.get_default_timezone())
        return super().get_prep_value(value)

    def from_db_value(self, value: datetime | None, *_: object) -> datetime | None:
        """Give the moment in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            value = timezone.make_aware(value, timezone.get_default_timezone())
        return value.astimezone(UTC)

    def kept(self, value: datetime) -> datetime:
        """Give the moment that the database will give back for this one, in UTC."""
        return cast(datetime, self.from_db_value(self.get_prep_value(value)))

    def deconstruct(self) -> Any:
        """Name the field by its public place, so that migrations stay readable."""
        name, _, args, kwargs = super().deconstruct()
        return name, "domainguard.models.fields.InstantField", args, kwargs
