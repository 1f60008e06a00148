"""F09: a status service that knows nothing, sends pages or refuses our key costs nobody a thing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domainguard.models import DomainStatus, Observation
from domainguard.services.sweep import sweep
from domainguard.testing import How, Where, scripts

DAY = timedelta(days=1)


@pytest.fixture
def town(world, at):
    """Settle five domains, of which one lapses when a day has passed."""
    for number in range(4):
        world.net.add(scripts.healthy(f"mill-{number}.org", born=at(days=-400)))
        world.person(f"ada{number}", f"ada@mill-{number}.org")
    world.net.add(scripts.redemption("weir.org", born=at(days=-400), begins=at(days=1)))
    world.person("bea", "bea@weir.org")
    world.sweep()
    return world


@pytest.mark.parametrize("how", [How.UNKNOWN, How.FORBIDDEN, How.ERROR, How.DOWN])
def test_it_is_named_once_a_sweep_and_the_others_go_on_without_it(town, how):
    with town.net.outage(Where.FASTLY, how):
        DomainStatus.objects.update(registry_clean_at=None, last_conclusive_at=None)
        done = sweep(everything=True)
        assert (done.held, done.inconclusive) == (0, 0)
        assert done.unusable_sources == ["fastly"]
        town.live(2 * DAY)
    assert list(DomainStatus.objects.filter(held=True).values_list("domain", flat=True)) == [
        "weir.org"
    ]


def test_a_key_that_is_not_accepted_shows_in_no_observation(town, settings):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "FASTLY_KEY": "wrong-key-4711"}
    DomainStatus.objects.update(registry_clean_at=None, last_conclusive_at=None)
    done = sweep(everything=True)
    assert done.unusable_sources == ["fastly"]
    kept = list(Observation.objects.filter(source="fastly").values_list("note", "evidence"))
    assert any("does not accept our key (401)" in note for note, _ in kept)
    assert "wrong-key-4711" not in repr(kept)
