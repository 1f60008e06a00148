"""A trail to damage: raw SQL past the guards, as somebody does who has the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from domainguard import audit
from domainguard.models import AuditEvent
from domainguard.models.guards import install_guards, remove_guards
from domainguard.services.seal_trail import seal_trail
from domainguard.services.verify_trail import Verified, verify_trail
from tests.services.rows import Site


@dataclass
class Trail:
    """Rows of different content, written one after the other."""

    site: Site

    def write(self, count: int) -> list[int]:
        """Write rows that wait for their seal; give their keys."""
        return [
            audit.record(
                "domain_hold",
                at=self.site.now(),
                domain=f"lane-{number}.org",
                canonical="ada@mill-lane.org",
                epoch=number,
                share=number / 3,
                reasons=["redemption"],
            ).pk
            for number in range(count)
        ]

    def sealed(self, count: int) -> list[int]:
        """Write rows and seal them; give their keys."""
        keys = self.write(count)
        assert seal_trail() == count
        return keys

    def damage(self, *statements: str, **parameters: Any) -> None:
        """Write into the database with the guards away, and put them back."""
        remove_guards(connection)
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement, parameters)
        install_guards(connection)

    def swap(self, column: str, one: int, other: int) -> None:
        """Let two rows change places by their keys, in one of their columns."""
        rows = AuditEvent.objects.in_bulk([one, other])
        was = {pk: getattr(row, column) for pk, row in rows.items()}
        free = -1
        field = f"UPDATE domainguard_auditevent SET {column} = %(to)s WHERE {column} = %(of)s"  # noqa: S608
        self.damage(field, of=was[one], to=free)
        self.damage(field, of=was[other], to=was[one])
        self.damage(field, of=free, to=was[other])

    def broken(self, **options: Any) -> tuple[int | None, int | None, str]:
        """Give what the walk says is broken: row, place, what."""
        found = self.verified(**options).broken
        assert found is not None
        return found["row"], found["place"], found["what"]

    def verified(self, **options: Any) -> Verified:
        """Walk the chain."""
        return verify_trail(**options)
