"""No dead end: whatever somebody still has, a way back is open, and can be walked."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from domainguard.core.ways import Situation, Way, ways_open
from registry_site.packages.models import Project, Role
from tests.journeys.lost import LOST, OTHER, Loss, lost_in_rows

HAVING = tuple(product((True, False), repeat=4))
IN_WORDS = {
    Way.SIGNED_IN: "(b) second factor and link",
    Way.SAVED_CODE: "(c) saved code and other address",
    Way.CASE: "(e) case",
}
DOCUMENT = Path(__file__).parents[3] / "docs" / "ways-back.md"
SAID = "I have had the domain since 2019 and bought it back on 21 April; invoice 4711."


def ways_of(factor: bool, other: bool, codes: bool) -> tuple[Way, ...]:
    return ways_open(Situation(second_factor=factor, other_address=other, saved_codes=codes))


def table() -> str:
    """Write the table of all combinations; who has projects has the same ways."""
    lines = [
        "| second factor | other address | saved codes | projects | ways back |",
        "| --- | --- | --- | --- | --- |",
    ]
    for factor, other, codes, projects in HAVING:
        has = ["yes" if each else "no" for each in (factor, other, codes, projects)]
        ways = ", ".join(IN_WORDS[way] for way in ways_of(factor, other, codes))
        lines.append(f"| {' | '.join(has)} | {ways} |")
    return "\n".join(lines)


def test_every_combination_has_a_way_and_the_documentation_says_which(capsys):
    with capsys.disabled():
        print(f"\n{table()}")
    assert all(ways_of(*having[:3]) for having in HAVING)
    assert table() in DOCUMENT.read_text()


@pytest.mark.parametrize(("factor", "other", "codes", "projects"), HAVING)
def test_whoever_still_has(site, factor, other, codes, projects):
    loss = lost_in_rows(site, *([OTHER] if other else []))
    kept = {Authenticator.Type.TOTP: factor, Authenticator.Type.RECOVERY_CODES: codes}
    for kind, is_kept in kept.items():
        if not is_kept:
            Authenticator.objects.filter(type=kind).delete()
    if projects:
        Role.objects.create(project=Project.objects.create(name="tidepool"), user=loss.ada)
    client = loss.browser()
    page = client.get(reverse("domainguard_account:what_happened", args=[loss.standing.pk]))
    assert page.context["ways"] == ways_of(factor, other, codes)
    for way in page.context["ways"]:
        assert walk(loss, client, way) == ""
        assert loss.stop(client) == ""
    comes_back_by(loss, client, page.context["ways"][0])


def walk(loss: Loss, client, way: Way) -> str:
    given = {"proofs": SAID} if way is Way.CASE else {}
    if way is Way.SAVED_CODE:
        given = {"helper": loss.helper, "code": loss.codes()[0]}
    return loss.walk(client, way.value, **given)


def comes_back_by(loss: Loss, client, way: Way) -> None:
    """Walk a way to its end: trust for messages, or a case before the admins."""
    assert walk(loss, client, way) == ""
    if way is Way.CASE:
        assert loss.way().proofs == SAID
        return
    link = loss.link_at(LOST if way is Way.SIGNED_IN else OTHER)
    assert loss.open(client, link) == ""
    assert loss.is_contact_only()
