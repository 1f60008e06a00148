"""Compare WHOIS readers on the recorded answers: python -m benchmarks.whois_accuracy.

Prints one Markdown table: our reader beside asyncwhois and python-whois, in one run, on the same
bytes. The two are no dependencies of ours: pip install asyncwhois python-whois for this alone.
Exits with 1 when our reader calls a throttled or a registered name free.
"""

from __future__ import annotations

import logging
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from importlib import import_module, metadata
from typing import Any, NoReturn

from domainguard.core.evidence import Evidence, Outcome, Registration, SourceClass
from domainguard.core.lifecycle import State, state_in_registry
from domainguard.core.names import RegistrableDomain
from domainguard.sources.base import Limited, SourceError
from domainguard.sources.whois_layout import layout
from domainguard.sources.whois_table import WhoisTable
from domainguard.sources.whois_text import NotFound, read_whois
from tests.sources.whois_samples import SAMPLES, Sample, whois_samples

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TABLE = WhoisTable.shipped()
_LAPSING = {State.EXPIRED, State.REDEMPTION, State.PENDING_DELETE, State.SUSPENDED}
_LAPSE_WORDS = (
    "redemption",
    "pending",
    "exp",
    "quarantine",
    "suspend",
    "release",
    "delete",
    "hold",
)
_PATIENCE = 60  # seconds of processor time for one answer: one library needs minutes for some
_FACTS = ("created", "creation_date", "registrar", "status", "name_servers", "domain_name")


class Says(Enum):
    """What a reader makes of one answer."""

    FREE = auto()
    REGISTERED = auto()
    LAPSING = auto()  # registered, and said to be in redemption, expired or on hold
    LIMITED = auto()
    NOTHING = auto()


Reader = Callable[[Sample], Says]


@dataclass(frozen=True)
class Row:
    """One line of the table: of these samples, how many were read as one of these."""

    title: str
    samples: list[Sample]
    counted: frozenset[Says]


def ours(sample: Sample) -> Says:
    """Read with the layout of the TLD; where the table has none, with the common labels."""
    server = TABLE.server_for(f"x.{sample.tld}")
    shape = server.layout if server else layout("plain")
    name = RegistrableDomain(sample.asked_for)
    try:
        found = read_whois(sample.answer, layout=shape, asked_for=name, now=NOW)
    except Limited:
        return Says.LIMITED
    except SourceError:
        return Says.NOTHING
    return Says.FREE if isinstance(found, NotFound) else _of_registration(name, found)


def _of_registration(name: str, found: Registration) -> Says:
    evidence = Evidence(
        domain=name,
        source="whois",
        source_class=SourceClass.REGISTRY,
        outcome=Outcome.ANSWERED,
        at=NOW,
        registration=found,
    )
    lapsing = state_in_registry(evidence, now=NOW) in _LAPSING
    return Says.LAPSING if lapsing else Says.REGISTERED


def asyncwhois_reader() -> Reader:
    """Give asyncwhois's parser as a Reader; ImportError where it is not installed."""
    parser = import_module("asyncwhois.parse_tld").DomainParser
    not_found = import_module("asyncwhois.errors").NotFoundError

    def read(sample: Sample) -> Says:
        text = sample.answer.decode("utf-8", "replace")
        return _of_library(lambda: parser().parse(text, sample.tld), not_found)

    return read


def python_whois_reader() -> Reader:
    """Give python-whois's parser as a Reader; ImportError where it is not installed."""
    entry = import_module("whois.parser").WhoisEntry
    not_found = import_module("whois.exceptions").WhoisDomainNotFoundError

    def read(sample: Sample) -> Says:
        text = sample.answer.decode("utf-8", "replace")
        return _of_library(lambda: entry.load(sample.asked_for, text), not_found)

    return read


def _of_library(parse: Callable[[], dict[Any, Any]], not_found: type[Exception]) -> Says:
    try:
        raw = parse()
    except not_found:
        return Says.FREE
    except Exception:  # a parser that falls over has said nothing
        return Says.NOTHING
    facts = {str(getattr(key, "value", key)): value for key, value in raw.items()}
    if not any(facts.get(name) for name in _FACTS):
        return Says.NOTHING
    status = str(facts.get("status") or "").lower()
    expires = facts.get("expires") or facts.get("expiration_date")
    lapsing = _is_past(expires) or any(word in status for word in _LAPSE_WORDS)
    return Says.LAPSING if lapsing else Says.REGISTERED


def _is_past(moment: object) -> bool:
    if isinstance(moment, list):
        return any(map(_is_past, moment))
    return isinstance(moment, datetime) and moment.replace(tzinfo=UTC) < NOW


def rows(samples: list[Sample]) -> Iterable[Row]:
    """Give the lines of the table; "ours" are the TLDs of our reviewed table."""
    tabled = [sample for sample in samples if TABLE.server_for(f"x.{sample.tld}")]
    free, held = frozenset({Says.FREE}), frozenset({Says.REGISTERED, Says.LAPSING})
    lapsed = (":redemption", ":expired")
    yield Row("throttled, read as free", [s for s in samples if s.throttled], free)
    yield Row("throttled, read as registered", [s for s in samples if s.throttled], held)
    yield Row("registered, read as free", [s for s in samples if s.registered], free)
    yield Row("free, recognised (our TLDs)", [s for s in tabled if s.free], free)
    yield Row("free, recognised (all)", [s for s in samples if s.free], free)
    yield Row("registered, recognised (our TLDs)", [s for s in tabled if s.registered], held)
    yield Row("registered, recognised (all)", [s for s in samples if s.registered], held)
    lapsing = [s for s in tabled if s.status in lapsed]
    yield Row("redemption or expired (our TLDs)", lapsing, frozenset({Says.LAPSING}))


def measure(read: Reader, samples: list[Sample]) -> tuple[dict[str, Says], float]:
    """Read every sample; give the readings by path and the seconds of the slowest.

    A reader that is out of patience has said nothing of that answer.
    """
    said, slowest = {}, 0.0
    signal.signal(signal.SIGPROF, _lose_patience)
    for sample in samples:
        start = time.thread_time()
        signal.setitimer(signal.ITIMER_PROF, _PATIENCE)
        said[sample.path] = read(sample)
        signal.setitimer(signal.ITIMER_PROF, 0)
        slowest = max(slowest, time.thread_time() - start)
    return said, slowest


def _lose_patience(number: int, frame: object) -> NoReturn:
    raise TimeoutError("one answer took too long")


def available_readers() -> dict[str, Reader]:
    """Give our reader and those of the libraries that are installed, by title."""
    readers: dict[str, Reader] = {"domainguard": ours}
    others = {"asyncwhois": asyncwhois_reader, "python-whois": python_whois_reader}
    for name, make in others.items():
        try:
            readers[f"{name} {metadata.version(name)}"] = make()
        except ImportError:
            print(f"{name} is missing: pip install {name}", file=sys.stderr)
    return readers


def main() -> int:
    """Print the table."""
    logging.disable(logging.CRITICAL)
    samples = whois_samples()
    if not samples:
        print(f"no recorded answers in {SAMPLES}", file=sys.stderr)
        return 0
    results = {name: measure(read, samples) for name, read in available_readers().items()}
    print(f"{len(samples)} recorded answers\n")
    print("| | " + " | ".join(results) + " |")
    print("| --- |" + " ---: |" * len(results))
    lines = list(rows(samples))
    for row in lines:
        counts = [_count(row, said) for said, _ in results.values()]
        print(f"| {row.title} | " + " | ".join(f"{n}/{len(row.samples)}" for n in counts) + " |")
    times = (f"{slowest * 1000:,.0f} ms" for _, slowest in results.values())
    print("| slowest answer | " + " | ".join(times) + " |")
    said = results["domainguard"][0]
    return int(any(_count(row, said) for row in lines if row.title.endswith("read as free")))


def _count(row: Row, said: dict[str, Says]) -> int:
    return sum(said[sample.path] in row.counted for sample in row.samples)


if __name__ == "__main__":
    sys.exit(main())
