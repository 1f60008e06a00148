from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback
from datetime import UTC, datetime, timedelta

import pytest

from domainguard.core.epp import Status
from domainguard.core.evidence import Evidence, Outcome, SourceClass, evidence_as_json
from domainguard.core.names import RegistrableDomain
from domainguard.sources.base import Deadline, Source, Unreadable
from domainguard.sources.fastly import FastlyKey, FastlySource
from domainguard.sources.fastly_words import Reads, read_words
from domainguard.sources.http import EgressPolicy, GuardedFetch
from tests.sources.hostile import HostileServer, Script, answer

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAME = RegistrableDomain("alder.example")
SECRET = "key-0123456789abcdef"
END = frozenset({Status.PENDING_DELETE})
REDEMPTION = END | {Status.REDEMPTION_PERIOD}
SILENT, FREE, HELD = Outcome.UNREADABLE, Outcome.NOT_FOUND, Outcome.ANSWERED

# What Warehouse saw in its first run (RIVALS.md), as sets with their counts, and its readings.
Case = tuple[str, Outcome, frozenset[Status] | None, bool]
FIRST_RUN: list[tuple[int, Case]] = [
    (1091, ("undelegated inactive", FREE, frozenset(), False)),
    (236, ("undelegated active", HELD, frozenset(), False)),
    (87, ("unknown", SILENT, None, False)),
    (24, ("inactive", FREE, frozenset(), False)),
    (14, ("undelegated", SILENT, None, False)),
    (13, ("marketed priced undelegated active", HELD, frozenset(), True)),
    (8, ("undelegated inactive premium", FREE, frozenset(), False)),
    (6, ("undelegated active deleting", HELD, END, False)),
    (4, ("inactive active", HELD, frozenset(), False)),
    (3, ("undelegated reserved", HELD, frozenset({Status.RESERVED}), False)),
]
OTHERS: list[Case] = [
    ("active", HELD, frozenset(), False),
    ("active parked", HELD, frozenset(), False),
    ("active inactive", FREE, frozenset(), False),
    ("active expiring", HELD, REDEMPTION, False),
    ("expiring active", HELD, frozenset(), False),
    ("active transferable", HELD, frozenset(), True),
    ("active premium", HELD, frozenset(), False),
    ("inactive unknown", SILENT, None, False),
    ("premium", SILENT, None, False),
    ("suffix", SILENT, None, False),
    ("pending", SILENT, None, False),
    ("active sparkling", HELD, frozenset(), False),
    ("sparkling", SILENT, None, False),
    ("", SILENT, None, False),
    ("inactive " * 40, SILENT, None, False),
]


def body(status: object, domain: object = NAME) -> bytes:
    return json.dumps({"domain": domain, "zone": "example", "status": status, "tags": ""}).encode()


def sends(data: bytes, **more: str) -> Script:
    return answer(data, content_type="application/json", **more)


def says(status: object, **more: str) -> Script:
    return sends(body(status), **more)


def source_at(server: HostileServer) -> FastlySource:
    fetch = GuardedFetch(EgressPolicy(allow=frozenset({server.pair})))
    return FastlySource(server.url("/tools/status"), FastlyKey(SECRET), fetch)


def look_at(server: HostileServer) -> Evidence:
    return source_at(server).look(NAME, now=NOW, deadline=Deadline.after(5))


def look(script: Script) -> Evidence:
    with HostileServer(script) as server:
        return look_at(server)


def test_it_is_a_source_of_the_vendors_class():
    source: Source = FastlySource("https://api.example/", FastlyKey(SECRET), no_fetch())
    assert (source.name, source.source_class) == ("fastly", SourceClass.VENDOR)
    assert source.covers(NAME)


def no_fetch() -> GuardedFetch:
    return GuardedFetch(EgressPolicy())


def test_one_get_asks_for_one_domain_with_the_key_in_its_header():
    with HostileServer(says("active")) as server:
        evidence = look_at(server)
    (request,) = server.requests
    assert request.startswith("GET /tools/status?domain=alder.example HTTP/1.1\r\n")
    assert request.count(SECRET) == 1
    assert f"Fastly-Key: {SECRET}\r\n" in request
    assert evidence.asked == server.url("/tools/status")


@pytest.mark.parametrize(
    ("words", "outcome", "statuses", "for_sale"),
    [case for _, case in FIRST_RUN] + OTHERS,
)
def test_the_right_most_word_that_says_something_counts(
    words: str, outcome: Outcome, statuses: frozenset[Status] | None, for_sale: bool
):
    evidence = look(says(words))
    assert evidence.outcome is outcome
    found = evidence.registration
    assert (found.statuses if found else None) == (statuses if outcome is HELD else None)
    assert evidence.for_sale is for_sale


def test_of_warehouses_first_run_what_was_not_free_is_not_called_free():
    called_free = [
        (count, words) for count, (words, *_) in FIRST_RUN if look(says(words)).outcome is FREE
    ]
    assert sum(count for count, _ in called_free) == 1091 + 24 + 8
    assert all("inactive" in words for _, words in called_free)


@pytest.mark.parametrize("word", ["unknown", "undelegated"])
def test_what_the_vendor_says_when_its_own_lookup_fails_is_silence(word: str):
    evidence = look(says(word))
    assert not evidence.speaks
    assert word in evidence.note


def test_a_word_outside_the_vocabulary_is_passed_over_and_counted_but_not_repeated():
    evidence = look(says("active sparkling"))
    assert "1 more are not in our vocabulary" in evidence.note
    assert "sparkling" not in evidence.note


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        (answer(b"<html>ok</html>", content_type="text/html"), Outcome.UNREADABLE),
        (answer(body("inactive"), content_type="text/html"), Outcome.UNREADABLE),
        (sends(b"{"), Outcome.UNREADABLE),
        (sends(b"[]"), Outcome.UNREADABLE),
        (sends(b"{}"), Outcome.UNREADABLE),
        (sends(body("inactive", "birch.example")), Outcome.UNREADABLE),
        (sends(body("inactive", None)), Outcome.UNREADABLE),
        (says(None), Outcome.UNREADABLE),
        (says(["inactive"]), Outcome.UNREADABLE),
        (sends(body("inactive") + b" " * 20_000), Outcome.UNREADABLE),
        (says("inactive", content_encoding="gzip"), Outcome.UNREADABLE),
        (answer(b"{}", status="401 Unauthorized"), Outcome.REFUSED),
        (answer(b"{}", status="403 Forbidden"), Outcome.REFUSED),
        (answer(b"{}", status="404 Not Found"), Outcome.UNREADABLE),
        (answer(b"{}", status="429 Too Many Requests"), Outcome.LIMITED),
        (answer(b"{}", status="503 Service Unavailable"), Outcome.UNREACHABLE),
        (lambda talk: None, Outcome.UNREACHABLE),
    ],
)
def test_every_other_answer_is_silence_of_its_own_kind(script: Script, outcome: Outcome):
    evidence = look(script)
    assert (evidence.outcome, evidence.registration) == (outcome, None)
    assert not evidence.speaks


def test_the_wait_the_vendor_asks_for_is_kept():
    evidence = look(answer(b"{}", status="429 Too Many Requests", retry_after="60"))
    assert evidence.retry_after == timedelta(seconds=60)


def test_the_name_in_the_answer_may_be_spelled_in_capitals_with_a_final_dot():
    script = sends(body("active", "ALDER.EXAMPLE."))
    assert look(script).outcome is Outcome.ANSWERED


def test_the_key_shows_itself_nowhere(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    key = FastlyKey(SECRET)
    echo = f"nobody may see {SECRET}".encode()
    with HostileServer(answer(echo, status="500 Oops", x_echo=SECRET)) as server:
        source = source_at(server)
        evidence = source.look(NAME, now=NOW, deadline=Deadline.after(5))
        shown = [repr(evidence), json.dumps(evidence_as_json(evidence)), repr(vars(source))]
    shown += [repr(key), str(key), f"{key}", caplog.text]
    assert SECRET not in "\n".join(shown)


def test_the_key_cannot_be_pickled_or_copied():
    for write_down in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not to be written down"):
            write_down(FastlyKey(SECRET))


def test_a_key_that_cannot_be_a_header_is_refused_without_being_shown():
    with HostileServer(says("active")) as server:
        fetch = GuardedFetch(EgressPolicy(allow=frozenset({server.pair})))
        source = FastlySource(server.url(), FastlyKey(f"{SECRET}\r\nX: y"), fetch)
        evidence = source.look(NAME, now=NOW, deadline=Deadline.after(5))
        assert server.requests == []
    assert evidence.outcome is Outcome.REFUSED
    assert SECRET not in repr(evidence)


def test_a_redirect_is_not_followed_and_takes_the_key_nowhere():
    with HostileServer(says("inactive")) as elsewhere:
        target = elsewhere.url("/stolen")
        with HostileServer(answer(b"", status="302 Found", location=target)) as server:
            fetch = GuardedFetch(EgressPolicy(allow=frozenset({server.pair, elsewhere.pair})))
            source = FastlySource(server.url(), FastlyKey(SECRET), fetch)
            evidence = source.look(NAME, now=NOW, deadline=Deadline.after(5))
        assert elsewhere.connections == 0
    assert evidence.outcome is Outcome.REFUSED


def test_the_words_are_read_without_the_network():
    reading = read_words("undelegated active deleting")
    assert (reading.reads, reading.word, reading.statuses) == (Reads.REGISTERED, "deleting", END)


def test_an_error_of_the_reader_says_nothing_of_the_words():
    with pytest.raises(Unreadable) as caught:
        read_words("<script>")
    assert "script" not in "".join(traceback.format_exception_only(caught.value))
