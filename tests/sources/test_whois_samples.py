from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime

import pytest

from domainguard.core.epp import HOLDS, Status
from domainguard.core.evidence import Registration
from domainguard.core.names import RegistrableDomain
from domainguard.sources.base import Limited, SourceError
from domainguard.sources.whois_layout import layout, layout_names
from domainguard.sources.whois_table import WhoisTable
from domainguard.sources.whois_text import NotFound, read_whois
from tests.sources.whois_samples import SAMPLES, Sample, whois_samples

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TABLE = WhoisTable.shipped()
EVERY = whois_samples()
END_OF_LIFE = frozenset({Status.REDEMPTION_PERIOD, Status.PENDING_DELETE})

pytestmark = pytest.mark.skipif(not EVERY, reason=f"no recorded WHOIS answers in {SAMPLES}")


def layout_name_of(sample: Sample) -> str | None:
    server = TABLE.server_for(f"example.{sample.tld}")
    return server.layout.name if server else None


def read(sample: Sample, layout_name: str | None = None) -> Registration | NotFound | SourceError:
    name = layout_name or layout_name_of(sample) or "plain"
    asked_for = RegistrableDomain(sample.asked_for)
    try:
        return read_whois(sample.answer, layout=layout(name), asked_for=asked_for, now=NOW)
    except SourceError as error:
        return error


def in_table(sample: Sample) -> bool:
    return layout_name_of(sample) is not None


def has_lapsed(found: Registration | NotFound | SourceError) -> bool:
    if not isinstance(found, Registration):
        return False
    past = found.expires_at is not None and found.expires_at < NOW
    return past or bool(found.statuses & (END_OF_LIFE | HOLDS))


def test_every_recorded_answer_is_here():
    assert len(EVERY) == 371


@pytest.mark.parametrize("layout_name", layout_names())
def test_no_throttled_answer_is_read_as_free_in_any_layout(layout_name: str):
    wrong = [
        sample.path
        for sample in EVERY
        if sample.throttled and isinstance(read(sample, layout_name), NotFound)
    ]
    assert wrong == []


@pytest.mark.parametrize("layout_name", layout_names())
def test_no_registered_name_is_read_as_free_in_any_layout(layout_name: str):
    wrong = [
        sample.path
        for sample in EVERY
        if sample.registered and isinstance(read(sample, layout_name), NotFound)
    ]
    assert wrong == []


def test_throttled_answers_are_silence():
    kinds = Counter(type(read(sample)) for sample in EVERY if sample.throttled)
    assert kinds == {Limited: 14}


def test_free_names_in_the_table_are_recognised():
    free = [sample for sample in EVERY if sample.free and in_table(sample)]
    missed = [sample.path for sample in free if not isinstance(read(sample), NotFound)]
    assert len(free) >= 40
    assert len(missed) <= 0.05 * len(free), missed


def test_registered_names_in_the_table_are_recognised():
    registered = [sample for sample in EVERY if sample.registered and in_table(sample)]
    missed = [s.path for s in registered if not isinstance(read(s), Registration)]
    assert len(registered) >= 40
    assert len(missed) <= 0.05 * len(registered), missed


def test_redemption_and_expiry_in_the_table_are_recognised():
    lapsed = [s for s in EVERY if s.status in (":redemption", ":expired") and in_table(s)]
    missed = [sample.path for sample in lapsed if not has_lapsed(read(sample))]
    assert len(lapsed) >= 7
    assert len(missed) <= 0.1 * len(lapsed), missed


@pytest.mark.parametrize(
    "sample", [s for s in EVERY if s.status == ":redemption"], ids=lambda sample: sample.path
)
def test_redemption_is_read_off_the_registrys_word_and_not_off_a_date(sample: Sample):
    found = read(sample)
    assert isinstance(found, Registration)
    assert found.statuses & END_OF_LIFE


def test_no_healthy_name_is_read_as_lapsing():
    words = ("[", ":registered")
    told = ("pendingdelete", "tobereleased", "missing", "suspended", "clienthold", "expired")
    for sample in EVERY:
        found = read(sample)
        if sample.status.startswith(words) and not any(word in sample.path for word in told):
            lapsing = isinstance(found, Registration) and found.statuses & END_OF_LIFE
            assert not lapsing, sample.path


def test_the_dates_that_are_labelled_are_read_as_labelled():
    dated = [sample for sample in EVERY if sample.created or sample.expires]
    wrong = []
    for sample in dated:
        found = read(sample)
        if isinstance(found, Registration):
            wrong += _differing(sample, found)
    assert wrong == []


def _differing(sample: Sample, found: Registration) -> list[tuple[str, str, datetime]]:
    pairs = [(sample.created, found.registered_at), (sample.expires, found.expires_at)]
    return [
        (sample.path, label, date)
        for label, date in pairs
        if label and date and abs((date.date() - datetime.fromisoformat(label).date()).days) > 1
    ]


def test_no_answer_takes_longer_than_50_ms():
    slowest = 0.0
    for sample in EVERY:
        start = time.thread_time()  # a busy machine is not the reader's fault
        read(sample)
        slowest = max(slowest, time.thread_time() - start)
    assert slowest < 0.050
