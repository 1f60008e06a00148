"""F57: whatever is done to the audit trail behind the site's back, the chain points to it."""

from __future__ import annotations

import json

import pytest

from domainguard import audit
from domainguard.models import AuditEvent, TrailHead
from domainguard.services.seal_trail import seal_trail
from tests.services.trails import Trail

EDITS = {
    "at": "2020-01-01 00:00:00+00:00",
    "actor": "staff:7",
    "action": "address_restored",
    "domain": "mill-road.org",
    "address_hash": "0" * 64,
    "detail": json.dumps({"epoch": 99}),
}
DELETE = "DELETE FROM domainguard_auditevent WHERE id = %(id)s"


@pytest.fixture
def trail(site) -> Trail:
    return Trail(site)


def edit(column: str) -> str:
    return f"UPDATE domainguard_auditevent SET {column} = %(value)s WHERE id = %(id)s"  # noqa: S608


def insert(**more: str) -> str:
    """Give the statement that copies a row under another key, with other values in some columns."""
    row = {
        "id": "%(new)s",
        **{name: name for name in ("at", "actor", "action", "domain", "address_hash", "detail")},
        **{"mark": "mark", "place": "NULL", "digest": "NULL"},
        **more,
    }
    columns, values = ", ".join(row), ", ".join(row.values())
    copied = f"SELECT {values} FROM domainguard_auditevent WHERE id = %(id)s"  # noqa: S608
    return f"INSERT INTO domainguard_auditevent ({columns}) {copied}"


def test_a_trail_that_nobody_touched_is_intact(trail):
    assert trail.verified().as_json()["intact"]
    trail.sealed(5)
    trail.write(2)
    done = trail.verified()
    assert (done.sealed, done.unsealed, done.broken) == (5, 2, None)
    assert done.last_seal == AuditEvent.objects.get(place=5).digest


@pytest.mark.parametrize("at", range(7))
def test_f57_a_deleted_sealed_row_leaves_a_hole(trail, at):
    keys = trail.sealed(7)
    trail.damage(DELETE, id=keys[at])
    row, place, what = trail.broken()
    if at == 6:
        assert (row, place, what) == (None, 7, "the last 1 sealed rows are missing")
    else:
        assert (row, place) == (keys[at + 1], at + 2)
        assert what == f"what stood before it is missing: places {at + 1} to {at + 1}"


@pytest.mark.parametrize("column", EDITS)
@pytest.mark.parametrize("at", [0, 3, 6])
def test_f57_an_edited_sealed_row_is_named(trail, column, at):
    keys = trail.sealed(7)
    trail.damage(edit(column), id=keys[at], value=EDITS[column])
    row, place, what = trail.broken()
    assert (row, place) == (keys[at], at + 1)
    assert "not as it was sealed" in what


@pytest.mark.parametrize("column", ["id", "place"])
@pytest.mark.parametrize(("one", "other"), [(0, 1), (2, 5), (5, 6)])
def test_f57_reordered_sealed_rows_are_named(trail, column, one, other):
    keys = trail.sealed(7)
    trail.swap(column, keys[one], keys[other])
    _, place, what = trail.broken()
    assert place == one + 1
    assert "not as it was sealed" in what


@pytest.mark.parametrize("column", EDITS)
@pytest.mark.parametrize("sealed_afterwards", [False, True])
def test_f57_an_edited_row_that_waits_is_named_before_and_after_its_seal(
    trail, column, sealed_afterwards
):
    trail.sealed(3)
    keys = trail.write(3)
    trail.damage(edit(column), id=keys[1], value=EDITS[column])
    if sealed_afterwards:
        seal_trail()
    row, place, what = trail.broken()
    assert (row, place) == (keys[1], 5 if sealed_afterwards else None)
    assert what == "it was not written by this site, or was changed before it was sealed"


@pytest.mark.parametrize("sealed_afterwards", [False, True])
def test_f57_a_row_that_somebody_wrote_by_hand_is_named(trail, sealed_afterwards):
    keys = trail.sealed(3)
    trail.damage(insert(actor="'staff:7'"), id=keys[0], new=keys[-1] + 50)
    if sealed_afterwards:
        seal_trail()
    assert trail.broken()[0] == keys[-1] + 50


@pytest.mark.parametrize(
    ("place", "digest", "said"),
    [
        ("4", "digest", "not as it was sealed"),
        ("4", "NULL", "has lost its seal"),
        ("9", "digest", "what stood before it is missing: places 4 to 8"),
        ("-2", "digest", "before the first place"),
        ("0", "digest", "before the first place"),
        ("NULL", "digest", "a seal but no place"),
        ("NULL", "''", "a seal but no place"),
    ],
)
def test_f57_a_row_that_was_put_into_the_chain_is_named(trail, place, digest, said):
    keys = trail.sealed(3)
    trail.damage(insert(place=place, digest=digest), id=keys[0], new=keys[-1] + 50)
    row, _, what = trail.broken()
    assert row == keys[-1] + 50
    assert said in what


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DELETE FROM domainguard_trailhead", "the head of the trail is missing"),
        ("UPDATE domainguard_trailhead SET count = 4", "not as it was signed"),
        ("UPDATE domainguard_trailhead SET last = ''", "not as it was signed"),
        ("UPDATE domainguard_trailhead SET signature = ''", "not as it was signed"),
        ("UPDATE domainguard_trailhead SET count = 0, last = '', signature = ''", "older than"),
        ("DELETE FROM domainguard_auditevent", "the last 5 sealed rows are missing"),
        (
            "UPDATE domainguard_auditevent SET place = NULL, digest = NULL WHERE place > 3",
            "the last 2 sealed",
        ),
    ],
)
def test_f57_a_cut_end_or_a_changed_head_is_said(trail, damage, said):
    trail.sealed(5)
    trail.damage(damage)
    assert said in trail.broken()[2]


def test_f57_an_old_head_over_a_cut_trail_shows_by_the_seal_that_was_noted_elsewhere(trail):
    trail.sealed(3)
    old = TrailHead.objects.values().get()
    trail.sealed(2)
    noted = trail.verified().last_seal
    assert trail.verified(noted=noted).broken is None
    TrailHead.objects.update(**old)
    assert "older than its rows" in trail.broken()[2]
    trail.damage("DELETE FROM domainguard_auditevent WHERE place > 3")
    assert trail.verified().broken is None
    assert "noted elsewhere" in trail.broken(noted=noted)[2]


def test_f57_a_row_from_another_past_of_the_same_trail_does_not_fit(trail):
    trail.sealed(3)
    old = TrailHead.objects.values().get()
    trail.sealed(2)
    other_past = AuditEvent.objects.values().get(place=4)
    trail.damage("DELETE FROM domainguard_auditevent WHERE place > 3")
    TrailHead.objects.update(**old)
    trail.sealed(2)
    assert trail.verified().broken is None
    trail.damage("DELETE FROM domainguard_auditevent WHERE place = 4")
    AuditEvent.objects.create(**other_past)
    assert trail.broken()[1] == 5


def test_f57_a_mark_that_was_changed_is_none(trail):
    keys = trail.sealed(3)
    trail.damage(edit("mark"), id=keys[1], value="0" * 64)
    assert trail.broken()[0] == keys[1]


def test_a_chain_goes_on_when_the_keys_change_and_the_old_ones_are_kept(trail, settings):
    trail.sealed(3)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    trail.sealed(2)
    assert trail.verified().broken is None
    settings.SECRET_KEY_FALLBACKS = []
    assert trail.broken()[1] == 1


def test_the_trail_may_have_keys_of_its_own(trail, settings):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "TRAIL_KEYS": "first,second"}
    trail.sealed(3)
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "TRAIL_KEYS": "third,first"}
    settings.SECRET_KEY = "another"
    assert trail.verified().broken is None


def test_a_walk_may_begin_behind_a_place_whose_damage_is_known(trail):
    keys = trail.sealed(7)
    trail.damage(DELETE, id=keys[2])
    assert trail.broken(after=1)[1] == 4
    assert trail.verified(after=4).sealed == 3
    assert trail.broken(after=3)[2] == "no sealed row stands at place 3"


@pytest.mark.parametrize("zone", [True, False])
def test_times_are_sealed_as_they_are_stored(trail, settings, zone, at):
    settings.USE_TZ, settings.TIME_ZONE = zone, "Europe/Berlin"
    # Both passes of the hour that comes twice: a site without zones reads back the first.
    for hour in (0, 1):
        trail.site.pass_time(at(days=238, hours=hour) - trail.site.now())
        trail.write(1)
    seal_trail()
    assert trail.verified().broken is None


def test_a_walk_of_many_pages_sees_each_row_once(trail):
    rows = [AuditEvent(at=trail.site.now(), actor="x", action="y") for _ in range(4_100)]
    audit.record_all(rows)
    assert seal_trail() == 4_100
    seen: list[int] = []
    done = trail.verified(on_row=lambda sofar: seen.append(sofar.sealed))
    assert (done.broken, seen) == (None, list(range(1, 4_101)))
