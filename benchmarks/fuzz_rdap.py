"""Fuzz the reading of RDAP: python -m benchmarks.fuzz_rdap [--count 50000] [--seed 0].

Damages real-shaped documents in their structure and in their bytes. Counts what comes of them and
prints crashes, registrations that break a promise, and documents from which a single look would
de-verify. Exits with 1 when there is one of these.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from time import process_time
from typing import Any

from benchmarks.rdap_seeds import ASKED_FOR, SEEDS
from domainguard.core.evidence import (
    Evidence,
    Outcome,
    Registration,
    SourceClass,
    registration_as_json,
)
from domainguard.core.names import RegistrableDomain, parse_host
from domainguard.core.policy import corroborate, settle
from domainguard.core.record import Policy, Record
from domainguard.core.verdict import Known, conclude
from domainguard.sources.base import Limited, Unreadable
from domainguard.sources.http import BODY_LIMIT
from domainguard.sources.rdap_document import read_domain

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_DOMAIN = RegistrableDomain(ASKED_FOR)
_FIRST = datetime(1985, 1, 1, tzinfo=UTC)
_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**70, 1.5, 1e308, "", " ", "domain", "birch.com", "registrar"),
    *("elm.com", "\x00", "\ud800", "\u202e", "x" * 70_000, [], {}, [[]], [None], {"a": {}}),
    *("registration", "expiration", "2026-11-01T00:00:00Z", "2026-11-01T00:00:00"),
    *("9999-12-31T23:59:59-23:59", "294247-01-10T04:00:54.775Z", "2016-12-31T23:59:60Z"),
    *("redemption period", "pendingDelete", "pending restore", "quarantine", "inactive"),
    *("Quota exceeded", "object truncated due to excessive load", "IANA Registrar ID"),
)
_KEYS = ("errorCode", "objectClassName", "ldhName", "events", "status", "entities", "\ud800", "")
_BYTES = (b"[", b"]", b"{", b"}", b'"', b"\\", b",", b":", b"\x00", b"\xff", b"NaN", b"1e999")


@dataclass
class Tally:
    """What came of a run."""

    outcomes: Counter[str] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    slowest: float = 0.0


def documents(random: Random) -> Iterator[bytes]:
    """Give documents damaged in up to four places, without end."""
    while True:
        document = deepcopy(random.choice(SEEDS))
        for _ in range(random.randrange(4)):
            _damage_structure(document, random)
        body = json.dumps(document).encode()
        for _ in range(random.choice((0, 0, 0, 1, 2))):
            body = _damage_bytes(body, random)
        yield body[:BODY_LIMIT]  # as the fetch would


def _damage_structure(document: dict[str, Any], random: Random) -> None:
    holder: Any = document
    while isinstance(holder, dict | list) and holder:
        key = random.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        inner = holder[key]
        if not isinstance(inner, dict | list) or not inner or random.random() < 0.3:
            random.choice(_STRUCTURAL)(holder, key, random)
            return
        holder = inner


def _replace(holder: Any, key: Any, random: Random) -> None:
    holder[key] = deepcopy(random.choice(_VALUES))


def _remove(holder: Any, key: Any, random: Random) -> None:
    del holder[key]


def _wrap(holder: Any, key: Any, random: Random) -> None:
    holder[key] = random.choice(([holder[key]], {"x": holder[key]}))


def _bury(holder: Any, key: Any, random: Random) -> None:
    for _ in range(random.choice((5, 40))):
        holder[key] = [holder[key]]


def _repeat(holder: Any, key: Any, random: Random) -> None:
    if isinstance(holder, list):
        holder.extend(deepcopy(holder[key]) for _ in range(random.choice((1, 2, 600))))
    else:
        holder[random.choice(_KEYS)] = deepcopy(holder[key])


def _twist(holder: Any, key: Any, random: Random) -> None:
    text = holder[key] if isinstance(holder[key], str) else str(holder[key])
    place = random.randrange(len(text) + 1)
    holder[key] = text[:place] + chr(random.randrange(0x3100)) + text[place + random.randrange(3) :]


_STRUCTURAL: tuple[Callable[[Any, Any, Random], None], ...] = (
    _replace,
    _replace,
    _remove,
    _wrap,
    _bury,
    _repeat,
    _twist,
)


def _damage_bytes(body: bytes, random: Random) -> bytes:
    start = random.randrange(len(body) + 1)
    end = min(len(body), start + random.randrange(8))
    match random.randrange(6):
        case 0:
            return body[:start]
        case 1:
            return body[:start] + body[end:]
        case 2:
            return body[:start] + random.choice(_BYTES) + body[end:]
        case 3:
            return (
                body[:start] + random.choice(_BYTES) * random.choice((2, 40, 50_000)) + body[end:]
            )
        case 4:
            return body[:start] + random.randbytes(3) + body[end:]
        case _:
            return body + body


def broken_promise(registration: Registration) -> str:
    """Say which promise a registration breaks; empty when it keeps them all."""
    born = registration.registered_at
    if born is not None and not _FIRST <= born <= NOW + timedelta(days=1):
        return "a registration date out of all bounds"
    if any(parse_host(host) != host for host in registration.nameservers):
        return "a name server that is no host name"
    for text in (registration.handle, registration.registrar):
        if len(text) > 255 or not text.isprintable():
            return "a text that cannot be shown"
    json.dumps(registration_as_json(registration)).encode()
    return ""


def would_deverify(registration: Registration) -> bool:
    """Say whether this one document raises the epoch of a domain that was healthy last month."""
    healthy = read_domain(json.dumps(SEEDS[0]).encode(), asked_for=_DOMAIN, now=NOW)
    before = _looked(Record(), healthy, NOW - timedelta(days=30))
    return corroborate(_looked(before, registration, NOW), Policy()) is not None


def _looked(record: Record, registration: Registration, at: datetime) -> Record:
    evidence = Evidence(
        domain=_DOMAIN,
        source="rdap",
        source_class=SourceClass.REGISTRY,
        outcome=Outcome.ANSWERED,
        at=at,
        registration=registration,
    )
    known = Known(
        has_registry=True,
        state=record.state,
        fingerprint=record.fingerprint,
        baseline_at=record.baseline_at,
        trusted_since=NOW - timedelta(days=900),
    )
    verdict = conclude([evidence], known, now=at, registry_max_age=timedelta(days=7))
    return settle(record, verdict, Policy()).record


def fuzz(count: int, seed: int) -> Tally:
    """Read this many damaged documents; the same seed gives the same ones."""
    tally = Tally()
    source = documents(Random(seed))  # noqa: S311 (a seed makes a run repeatable)
    for _ in range(count):
        body = next(source)
        began = process_time()
        registration = _read(body, tally)
        tally.slowest = max(tally.slowest, process_time() - began)
        if registration is not None:
            _judge(registration, body, tally)
    return tally


def _read(body: bytes, tally: Tally) -> Registration | None:
    try:
        registration = read_domain(body, asked_for=_DOMAIN, now=NOW)
    except (Limited, Unreadable) as error:
        tally.outcomes[str(error)] += 1
        return None
    except Exception as error:
        tally.crashes.append(f"{error!r}: {body[:200]!a}")
        return None
    tally.outcomes["read"] += 1
    return registration


def _judge(registration: Registration, body: bytes, tally: Tally) -> None:
    promise = broken_promise(registration)
    if would_deverify(registration):
        promise = "a de-verification from one document"
    if promise:
        tally.broken.append(f"{promise}: {body[:200]!a}")


def main() -> int:
    """Run, print, and give the exit code."""
    parser = argparse.ArgumentParser(description="Fuzz the reading of RDAP documents.")
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    tally = fuzz(options.count, options.seed)
    print(f"documents  {options.count} (seed {options.seed})")
    for outcome, number in tally.outcomes.most_common():
        print(f"  {number:>8} {outcome}")
    print(f"crashes    {len(tally.crashes)}", *tally.crashes[:5], sep="\n  ")
    print(f"broken     {len(tally.broken)}", *tally.broken[:5], sep="\n  ")
    print(f"slowest    {tally.slowest * 1000:.1f} ms")
    return 1 if tally.crashes or tally.broken else 0


if __name__ == "__main__":
    sys.exit(main())
