"""Five rules taken out of a copy of the app, one at a time: benchmark or oracle notices each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.broken.copies import ROOT, Break, broken, run_in

FIGURES = ("tests/broken/figures.py",)
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--show-capture=no")
AS_IT_IS = {
    "takeovers_with_trace": 0,
    "wrong_deverifications": 0,
    "renewals_taken_for_a_new_registration": 0,
    "lives": 16,
}

MX_IS_A_VETO = Break(
    "domainguard/core/signs.py",
    "    anew = frozenset(_new_registration(look))\n",
    "    if any(each.delegation and each.delegation.mx for each in look.dns):\n"
    "        return frozenset()\n"
    "    anew = frozenset(_new_registration(look))\n",
)
ONE_LOOK_IS_ENOUGH = Break(
    "domainguard/core/episodes.py",
    "    if last.at - first.at < apart or not _agree(HoldClass(cause.value), first, last):\n"
    "        return False\n",
    "    if last.at - first.at <= apart:\n        return True\n",
)
REREGISTRATION_IS_RESURRECTION = Break(
    "domainguard/sources/rdap_dates.py",
    'stated.get("registration", ())',
    'stated.get("reregistration") or stated.get("registration", ())',
)
NO_LOOK_AT_CONFIRM = Break(
    "domainguard/integrations/redeem.py",
    "    return look_at_moment_of_use(standing, seconds=_SECONDS) is Answer.MAIL\n",
    "    return standing is not None\n",
)
BREAKER_STOPS_REFUSAL = Break(
    "domainguard/services/enforce.py",
    "        cases.take_over(row)\n",
    "        cases.take_over(row)\n"
    "        DomainStatus.objects.filter(pk=row.pk).update(holds=[], held=False)\n",
)


def figures(where: Path) -> dict[str, int]:
    done = run_in(where, *FIGURES)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_app_as_it_is_has_nothing_to_be_noticed():
    assert figures(ROOT) == AS_IT_IS


@pytest.mark.parametrize(
    ("rule", "noticed_by"),
    [
        (MX_IS_A_VETO, "takeovers_with_trace"),
        (ONE_LOOK_IS_ENOUGH, "wrong_deverifications"),
        (REREGISTRATION_IS_RESURRECTION, "renewals_taken_for_a_new_registration"),
    ],
    ids=["an MX is a veto", "one look de-verifies", "reregistration is read as resurrection"],
)
def test_the_benchmark_notices(tmp_path, rule, noticed_by):
    assert figures(broken(tmp_path, rule))[noticed_by] > 0


@pytest.mark.parametrize(
    ("rule", "run", "said"),
    [
        (
            NO_LOOK_AT_CONFIRM,
            "tests/broken/one_life.py",
            "'old link'",
        ),
        (BREAKER_STOPS_REFUSAL, "tests/journeys/test_under_oracle.py::test_f58", "I1 at 2026-"),
    ],
    ids=["no look at the confirm page", "the breaker stops refusal"],
)
def test_the_replay_or_the_oracle_notices(tmp_path, rule, run, said):
    file, _, name = run.partition("::")
    done = run_in(broken(tmp_path, rule), *PYTEST, "-vv", file, *(("-k", name) if name else ()))
    assert done.returncode == 1, done.stdout + done.stderr
    assert said in done.stdout


def test_a_break_that_no_longer_fits_the_source_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="0 times"):
        broken(tmp_path, Break("domainguard/gate.py", "what nobody wrote", ""))
