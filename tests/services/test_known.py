"""What a look is told of the past: all that the core asks for, from the rows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domainguard.services.known import known_of


def test_a_look_knows_when_the_baseline_was_taken(site):
    row = site.domain("birch-wood.org")

    assert known_of(row).baseline_at == row.baseline_at == site.now()


@pytest.mark.parametrize(
    ("domain", "days"), [("birch-wood.org", 35), ("birch-wood.eu", 40), ("birch-wood.cn", 0)]
)
def test_a_look_knows_for_how_long_a_loss_would_show_at_the_registry(site, domain, days):
    assert known_of(site.domain(domain)).visible_for == timedelta(days=days)
