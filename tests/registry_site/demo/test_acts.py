"""What visitors of the time page do is kept with the story, and only what a life allows is done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from domainguard.simulation.windows import ICANN
from domainguard.testing import Holder, Life, SmallInternet, VirtualClock, scripts
from registry_site.demo.acts import Act, Impossible, Kind, after
from registry_site.demo.picture import LEFT, WIDTH, Scale
from registry_site.demo.places import STAGE
from registry_site.demo.rival import rivals
from registry_site.demo.stage import Elsewhere, Stage, current, running
from registry_site.demo.state import State
from registry_site.demo.story import Story

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
STORY = Story(NOW, days=10, only=(STAGE,))


def life() -> Life:
    return scripts.healthy(STAGE, born=NOW - 400 * DAY, expires=NOW + 100 * DAY)


def act(kind: Kind, days: float) -> Act:
    return Act(kind, STAGE, NOW + days * DAY)


def test_what_was_done_is_told_again_after_a_restart():
    done = Story(NOW, days=10, only=(STAGE,), acts=(act(Kind.LAPSE, 0), act(Kind.TAKE, 36)))
    again = Story.from_json(done.as_json())
    assert again == done
    (own,) = [each for each in again.lives() if each.domain == STAGE]
    holders = [own.holder_at(NOW + days * DAY) for days in (-1, 1, 35.5, 37)]
    assert holders == [Holder.OWNER, Holder.NOBODY, Holder.NOBODY, Holder.STRANGER]


@pytest.mark.parametrize(
    "acts",
    [
        [act(Kind.TAKE, 0)],
        [act(Kind.LAPSE, 0), act(Kind.TAKE, 34)],
        [act(Kind.LAPSE, 0), act(Kind.LAPSE, 1)],
        [act(Kind.LAPSE, 0), act(Kind.RENEW, 36)],
        [act(Kind.LAPSE, 0), act(Kind.TAKE, 36), act(Kind.RENEW, 37)],
    ],
)
def test_what_a_life_does_not_allow_is_refused_with_its_reason(acts):
    with pytest.raises(Impossible, match=STAGE):
        after(acts, life())


def test_a_renewal_in_redemption_brings_the_same_registration_back():
    before = life().at(NOW)
    renewed = after([act(Kind.LAPSE, 0), act(Kind.RENEW, 5)], life()).at(NOW + 10 * DAY)
    assert (renewed.handle, renewed.registered_at) == (before.handle, before.registered_at)
    assert renewed.holder is Holder.OWNER


@pytest.fixture
def stage(tmp_path) -> Iterator[Stage]:
    with SmallInternet(VirtualClock(NOW)) as net:
        yield Stage(net, State(tmp_path), STORY)


def test_two_visitors_do_not_move_the_clock_at_once(stage):
    with stage.alone(), pytest.raises(Elsewhere, match="another window"), stage.alone():
        pass
    with stage.alone():
        pass


def test_only_the_process_that_runs_the_demo_has_its_stage(stage):
    with pytest.raises(Elsewhere, match="another process"):
        current()
    with running(stage):
        assert current() is stage


def test_pypis_rule_takes_the_flag_at_a_monthly_look_and_as_coded_at_none():
    monthly, coded = rivals(after([act(Kind.LAPSE, 3)], life()), NOW, NOW + 40 * DAY)
    assert monthly.looks == (NOW, NOW + 30 * DAY)
    assert monthly.gone == NOW + 30 * DAY
    assert monthly.would_mail(NOW + 29 * DAY)
    assert not monthly.would_mail(NOW + 31 * DAY)
    assert (coded.looks, coded.gone) == ((NOW,), None)


def test_pypis_rule_keeps_the_flag_when_the_whole_lapse_lies_between_two_looks():
    whole = scripts.registered_by_a_stranger(
        STAGE, born=NOW - 400 * DAY, at=NOW + 39 * DAY, windows=ICANN
    )
    _, coded = rivals(whole, NOW - 1 * DAY, NOW + 60 * DAY)
    assert coded.would_mail(NOW + 50 * DAY)


def test_a_lane_joins_what_is_alike_and_labels_what_has_room():
    scale = Scale(NOW, NOW + 100 * DAY)
    spans = scale.spans(
        [
            (NOW, "own", "its owner's"),
            (NOW + 50 * DAY, "own", "its owner's"),
            (NOW + 99 * DAY, "stranger", "a stranger's"),
        ]
    )
    assert [(span.kind, span.label) for span in spans] == [("own", "its owner's"), ("stranger", "")]
    assert spans[0].x == LEFT
    assert spans[-1].x + spans[-1].width == pytest.approx(WIDTH - 8)
    assert scale.x(NOW - DAY) == LEFT
