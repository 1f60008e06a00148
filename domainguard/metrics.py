"""Shows the health to Prometheus. Everything is read from the database at the time of asking.

So the figures are the same whichever process is asked, and nothing is lost with a worker.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from domainguard.services.health import Health, Tier, read_health

_Labels = tuple[str, ...]
_Values = Iterable[tuple[_Labels, float]]


def exposition() -> tuple[bytes, str]:
    """Give the page that Prometheus reads, and its content type."""
    registry = CollectorRegistry()
    registry.register(HealthCollector())
    return generate_latest(registry), CONTENT_TYPE_LATEST


class HealthCollector:
    """Add it to a registry of your own: `registry.register(HealthCollector())`.

    Labels are words of our own code; no domain, address or account is among them.
    """

    def describe(self) -> Iterable[Metric]:
        """Name no metric beforehand, so that registering asks no database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Read the health once and give it as gauges."""
        health = read_health()
        yield from _queues(health)
        yield from _domains(health)
        yield from _coverage(health)
        yield from _sources(health)
        yield _plain("automation_paused", "1 while the kill switch is on.", float(health.paused))
        yield _plain("review_cases_open", "Cases that wait for a person.", health.open_cases)


def _queues(health: Health) -> Iterator[Metric]:
    queues = {"look": health.looks, "intent": health.intents, "mail": health.mails}
    yield _gauge(
        "queue_age_seconds",
        "How long the first due row of a queue has waited; for looks, the lag of the sweep.",
        ("queue",),
        (((name,), queue.age.total_seconds()) for name, queue in queues.items()),
    )
    due = (((name,), queue.due) for name, queue in queues.items())
    yield _gauge("queue_due", "Rows of a queue that are due.", ("queue",), due)


def _domains(health: Health) -> Iterator[Metric]:
    states = (((state,), count) for state, count in sorted(health.states.items()))
    yield _gauge("domains", "Domains by what was concluded.", ("state",), states)
    yield _plain("domains_held", "Domains on hold.", health.held)
    yield _plain("domains_silent", "Domains whose last look concluded nothing.", health.silent)


def _coverage(health: Health) -> Iterator[Metric]:
    watched = (((tier.name,), tier.domains) for tier in health.tiers)
    yield _gauge("domains_watched", "Domains by weight.", ("tier",), watched)
    labels = ("tier", "look", "within")
    looks = (look for tier in health.tiers for look in _looks(tier))
    yield _gauge("domains_looked_at", "Domains by weight and their looks.", labels, looks)


def _looks(tier: Tier) -> _Values:
    yield (tier.name, "any", "1d"), tier.seen_in_a_day
    yield (tier.name, "conclusive", "1d"), tier.conclusive_in_a_day
    yield (tier.name, "conclusive", "7d"), tier.conclusive_in_a_week


def _sources(health: Health) -> Iterator[Metric]:
    by_source, sources = ("source",), health.sources
    asked = (((each.source,), each.asked) for each in sources)
    yield _gauge("source_asked_last_hour", "Full looks that asked it.", by_source, asked)
    answered = (((each.source,), each.answered) for each in sources)
    yield _gauge("source_answered_last_hour", "Full looks it answered.", by_source, answered)
    for name, moments in (
        ("answer", ((each.source, each.last_answer_at) for each in sources)),
        ("failure", ((each.source, each.last_failure_at) for each in sources)),
    ):
        seconds = (((source,), at.timestamp()) for source, at in moments if at is not None)
        words = f"The last {name}; absent when there was none for a day."
        yield _gauge(f"source_last_{name}_timestamp_seconds", words, by_source, seconds)


def _gauge(name: str, words: str, labels: _Labels, values: _Values) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"domainguard_{name}", words, labels=labels)
    for chosen, value in values:
        family.add_metric(chosen, value)
    return family


def _plain(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"domainguard_{name}", words, value=value)
