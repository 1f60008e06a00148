"""T32: a message that is broken, endless or about something else is no answer."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainguard.core.evidence import Outcome, Presence
from domainguard.sources.base import SourceError
from domainguard.sources.dns_conversation import Reply
from domainguard.sources.dns_reading import Finding, read
from domainguard.sources.dns_wire import Query, Question, Resolver
from domainguard.testing.dns_packets import DnsAnswer, read_query, write_answer, write_question
from tests.sources.resolving import EXAMPLE, QUICK, changed, look, said, serving

RIGHT_FLAGS = struct.pack("!H", 0x8180)


def raw(body: bytes) -> DnsAnswer:
    return DnsAnswer(raw=body)


def reply_body(counts: tuple[int, int, int, int], rest: bytes, flags: bytes = RIGHT_FLAGS) -> bytes:
    """Give a message without its id: flags, counts, and what follows them."""
    return flags + struct.pack("!4H", *counts) + rest


NS_QUESTION = write_question("example.com", "NS")
AFTER_QUESTION = 12 + len(NS_QUESTION)


def one_record(owner: bytes, rdata: bytes, length: int | None = None) -> bytes:
    size = len(rdata) if length is None else length
    return NS_QUESTION + owner + struct.pack("!HHIH", 2, 1, 300, size) + rdata


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing but an id"),
        pytest.param(RIGHT_FLAGS, id="half a header"),
        pytest.param(reply_body((1, 1, 0, 0), NS_QUESTION), id="an answer announced and missing"),
        pytest.param(reply_body((1, 65535, 0, 0), NS_QUESTION), id="65,535 answers announced"),
        pytest.param(
            reply_body((1, 1, 0, 0), one_record(struct.pack("!H", 0xC000 | AFTER_QUESTION), b"\0")),
            id="an owner that points to itself",
        ),
        pytest.param(
            reply_body(
                (1, 1, 0, 0),
                one_record(b"\xc0\x0c", struct.pack("!H", 0xC000 | AFTER_QUESTION + 12)),
            ),
            id="a name server that points to itself",
        ),
        pytest.param(
            reply_body((1, 1, 0, 0), one_record(b"\xc0\x0c", b"\xff\xff")),
            id="a pointer beyond the end",
        ),
        pytest.param(
            reply_body((1, 1, 0, 0), one_record(b"\xc0\x0c", b"\x40abc\0")),
            id="a label of a kind that does not exist",
        ),
        pytest.param(
            reply_body((1, 1, 0, 0), one_record(b"\xc0\x0c", b"\x3f" + b"a" * 63)),
            id="a name without end",
        ),
        pytest.param(
            reply_body((1, 1, 0, 0), one_record(b"\xc0\x0c", (b"\x3f" + b"a" * 63) * 5 + b"\0")),
            id="a name of 320 bytes",
        ),
        pytest.param(
            reply_body((1, 1, 0, 0), one_record(b"\xc0\x0c", b"\0", length=60_000)),
            id="a record longer than its message",
        ),
        pytest.param(
            reply_body((1, 0, 0, 0), NS_QUESTION + b"trailing"), id="bytes behind the end"
        ),
        pytest.param(bytes(range(256)) * 2, id="all bytes in a row"),
    ],
)
def test_a_broken_packet_is_no_answer(body):
    with serving(changed(NS=raw(body))) as servers:
        evidence = look(servers, patience=QUICK)
    assert evidence.outcome in (Outcome.UNREADABLE, Outcome.TIMED_OUT)
    assert evidence.delegation is None


def test_more_records_than_any_domain_has_are_no_answer():
    many = tuple(f"10 mx{number}.mail.org." for number in range(65))
    with serving(changed(MX=many)) as servers:
        assert "more than 64 records for MX" in look(servers).note
    with serving(changed(MX=many[:64])) as servers:
        assert len(said(look(servers)).mx) == 64


@pytest.mark.parametrize(
    ("cnames", "words"),
    [
        (("a.net.", "b.net.", "a.net."), "CNAME chain without end"),
        (("example.com.",), "CNAME chain without end"),
        (tuple(f"c{number}.net." for number in range(9)), "CNAME chain without end"),
    ],
)
def test_a_cname_loop_or_an_endless_chain_is_no_answer(cnames, words):
    with serving(changed(MX=DnsAnswer(cnames=cnames))) as servers:
        evidence = look(servers)
    assert evidence.outcome is Outcome.UNREADABLE
    assert f"{words} for MX" in evidence.note


def test_a_chain_of_eight_cnames_is_followed():
    chain = tuple(f"c{number}.net." for number in range(8))
    with serving(changed(MX=DnsAnswer(cnames=chain, records=("10 mx.mail.org.",)))) as servers:
        assert said(look(servers)).mx == {"mx.mail.org", *(each[:-1] for each in chain)}


def test_a_referral_is_lame_and_not_a_missing_record():
    authority = b"\xc0\x0c" + struct.pack("!HHIH", 2, 1, 300, 2) + b"\xc0\x0c"
    with serving(changed(NS=raw(reply_body((1, 0, 1, 0), NS_QUESTION + authority)))) as servers:
        evidence = look(servers)
    assert evidence.outcome is Outcome.UNREADABLE
    assert "lame: a referral instead of an answer for NS" in evidence.note


def test_name_servers_beside_an_soa_are_no_referral():
    ns = b"\xc0\x0c" + struct.pack("!HHIH", 2, 1, 300, 2) + b"\xc0\x0c"
    soa = b"\xc0\x0c" + struct.pack("!HHIH", 6, 1, 300, 22) + b"\0\0" + bytes(20)
    with serving(changed(NS=raw(reply_body((1, 0, 2, 0), NS_QUESTION + ns + soa)))) as servers:
        assert said(look(servers)).presence is Presence.NODATA


def test_nxdomain_together_with_an_answer_is_neither():
    with serving(changed(NS=DnsAnswer(rcode="NXDOMAIN", records=EXAMPLE["NS"]))) as servers:
        assert look(servers).outcome is Outcome.UNREADABLE


def test_records_of_another_name_in_the_answer_are_not_ours():
    foreign = write_question("evil.com", "NS")[:-4]
    body = reply_body((1, 1, 0, 0), one_record(foreign, b"\x02ns\x04evil\x03com\0"))
    with serving(changed(NS=raw(body))) as servers:
        assert said(look(servers)).presence is Presence.NODATA


GOOD = write_answer(
    read_query(Query(Question(Resolver("192.0.2.1"), "example.com", "MX")).packet),  # type: ignore[arg-type]
    DnsAnswer(cnames=("a.net.",), records=("10 mx.mail.org.", "20 mx2.mail.org."), ede=22),
    truncated=False,
)


@given(
    changes=st.lists(
        st.tuples(st.integers(2, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=12
    ),
    length=st.integers(12, len(GOOD)),
    rdtype=st.sampled_from(["NS", "MX", "DS", "SOA", "A", "AAAA"]),
)
def test_a_mutated_answer_is_a_finding_or_a_source_error_and_nothing_else(changes, length, rdtype):
    message = bytearray(GOOD)
    for at, byte in changes:
        message[at] = byte
    try:
        found = read(
            Reply(Question(Resolver("192.0.2.1"), "example.com", rdtype), bytes(message[:length]))
        )
    except SourceError:
        return
    assert isinstance(found, Finding)
