from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from domainguard.core.evidence import Delegation, Evidence, Outcome, Presence, SourceClass
from domainguard.core.names import RegistrableDomain
from domainguard.sources.base import Deadline
from domainguard.sources.canary import CanariedSource, Canary, RegistryCanary

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
LAPSED = RegistrableDomain("lapsed.co.uk")
KNOWN = {"co.uk": "known.co.uk"}


class ScriptedSource:
    """A registry that answers from a function and notes who was asked for."""

    name = "rdap"
    source_class = SourceClass.REGISTRY

    def __init__(self, answer: Callable[[str], Outcome]) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def covers(self, domain: RegistrableDomain) -> bool:
        return domain.endswith(".co.uk")

    def look(self, domain: RegistrableDomain, *, now: datetime, deadline: Deadline) -> Evidence:
        self.asked.append(domain)
        return Evidence(
            domain=domain,
            source=self.name,
            source_class=self.source_class,
            outcome=self.answer(domain),
            at=now,
        )


def knowing(*names: str) -> Callable[[str], Outcome]:
    return lambda name: Outcome.ANSWERED if name in names else Outcome.NOT_FOUND


def guarded(source: ScriptedSource, **options: object) -> CanariedSource:
    return CanariedSource(source, RegistryCanary(source, known=KNOWN, **options))  # type: ignore[arg-type]


def look(source: CanariedSource, domain: str = LAPSED, at: datetime = NOW) -> Evidence:
    return source.look(RegistrableDomain(domain), now=at, deadline=Deadline.after(5))


def test_not_found_counts_when_a_known_name_is_found_and_a_random_one_is_not():
    registry = ScriptedSource(knowing("known.co.uk"))
    assert look(guarded(registry)).outcome is Outcome.NOT_FOUND
    first, random, known = registry.asked
    assert (first, known) == (LAPSED, "known.co.uk")
    assert random.endswith(".co.uk")
    assert len(random) > 32


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda name: Outcome.NOT_FOUND, id="it knows nothing any more"),
        pytest.param(
            lambda name: Outcome.NOT_FOUND if name == LAPSED else Outcome.ANSWERED,
            id="it knows everything else",
        ),
        pytest.param(
            lambda name: Outcome.NOT_FOUND if name == LAPSED else Outcome.LIMITED,
            id="it is throttled for everything else",
        ),
        pytest.param(
            lambda name: Outcome.TIMED_OUT if name == "known.co.uk" else Outcome.NOT_FOUND,
            id="it is silent about the known name",
        ),
    ],
)
def test_not_found_from_a_registry_that_fails_its_canary_is_silence(answer):
    evidence = look(guarded(ScriptedSource(answer)))
    assert evidence.outcome is Outcome.DISTRUSTED
    assert not evidence.speaks
    assert evidence.note == (
        "rdap knows no lapsed.co.uk, but its canary did not pass: not believed"
    )


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - {Outcome.NOT_FOUND}))
def test_anything_but_not_found_passes_untouched_and_asks_no_canary(outcome):
    registry = ScriptedSource(lambda name: outcome)
    assert look(guarded(registry)).outcome is outcome
    assert registry.asked == [LAPSED]


def test_a_suffix_without_a_known_name_is_tried_with_its_own_nic_name():
    registry = ScriptedSource(knowing("nic.co.uk"))
    evidence = look(CanariedSource(registry, RegistryCanary(registry)))
    assert evidence.outcome is Outcome.NOT_FOUND


def test_a_known_name_that_is_gone_costs_one_question_and_no_lapse_is_missed():
    registry = ScriptedSource(knowing("nic.co.uk"))
    assert look(guarded(registry)).outcome is Outcome.NOT_FOUND
    assert registry.asked[2:] == ["known.co.uk", "nic.co.uk"]


def test_another_domain_just_found_proves_that_the_registry_finds_what_exists():
    registry = ScriptedSource(knowing("healthy.co.uk"))
    source = guarded(registry)
    look(source, "healthy.co.uk")
    assert look(source, at=NOW + timedelta(minutes=14)).outcome is Outcome.NOT_FOUND
    assert "known.co.uk" not in registry.asked


def test_a_domain_found_long_ago_is_asked_again_before_it_proves_anything():
    registry = ScriptedSource(knowing("healthy.co.uk"))
    source = guarded(registry)
    look(source, "healthy.co.uk")
    assert look(source, at=NOW + timedelta(hours=1)).outcome is Outcome.NOT_FOUND
    assert registry.asked.count("healthy.co.uk") == 2


def test_the_denied_domain_itself_proves_nothing():
    registry = ScriptedSource(knowing(LAPSED))
    source = guarded(registry)
    look(source)
    registry.answer = knowing()
    assert look(source).outcome is Outcome.DISTRUSTED
    assert registry.asked.count(LAPSED) == 2


def test_a_pass_is_remembered_for_fifteen_minutes():
    registry = ScriptedSource(knowing("known.co.uk"))
    source = guarded(registry)
    for minutes in (0, 1, 14):
        look(source, at=NOW + timedelta(minutes=minutes))
    assert registry.asked.count("known.co.uk") == 1
    look(source, at=NOW + timedelta(minutes=15))
    assert registry.asked.count("known.co.uk") == 2


def test_a_failure_is_remembered_for_a_minute_only():
    registry = ScriptedSource(knowing())
    source = guarded(registry)
    look(source)
    registry.answer = knowing("known.co.uk")
    assert look(source, at=NOW + timedelta(seconds=59)).outcome is Outcome.DISTRUSTED
    assert look(source, at=NOW + timedelta(seconds=60)).outcome is Outcome.NOT_FOUND


def test_a_pass_from_the_future_of_a_clock_that_was_set_back_does_not_count():
    registry = ScriptedSource(knowing("known.co.uk"))
    source = guarded(registry)
    look(source)
    look(source, at=NOW - timedelta(minutes=1))
    assert registry.asked.count("known.co.uk") == 2


def test_one_suffix_proves_nothing_about_another():
    registry = ScriptedSource(knowing("known.co.uk"))
    source = guarded(registry)
    assert look(source).outcome is Outcome.NOT_FOUND
    assert look(source, "lapsed.org").outcome is Outcome.DISTRUSTED


class FailingCanary:
    def passes(self, domain: RegistrableDomain, *, now: datetime, deadline: Deadline) -> bool:
        return False

    def heard(self, evidence: Evidence) -> None:
        pass


def test_nxdomain_without_a_passing_canary_is_silence_as_well():
    class Resolvers(ScriptedSource):
        def look(self, domain: RegistrableDomain, *, now: datetime, deadline: Deadline) -> Evidence:
            return Evidence(
                domain=domain,
                source="dns",
                source_class=SourceClass.DNS,
                outcome=Outcome.ANSWERED,
                at=now,
                delegation=Delegation(presence=Presence.NXDOMAIN),
            )

    canary: Canary = FailingCanary()
    evidence = look(CanariedSource(Resolvers(knowing()), canary))
    assert (evidence.outcome, evidence.delegation) == (Outcome.DISTRUSTED, None)


def test_a_canaried_source_is_known_by_the_name_and_reach_of_the_one_within():
    source = guarded(ScriptedSource(knowing()))
    assert (source.name, source.source_class) == ("rdap", SourceClass.REGISTRY)
    assert source.covers(LAPSED)
    assert not source.covers(RegistrableDomain("lapsed.org"))
