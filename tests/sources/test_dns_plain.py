"""The fast reader says what the careful one says, or nothing."""

from __future__ import annotations

import struct

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainguard.sources.base import SourceError
from domainguard.sources.dns_conversation import Reply
from domainguard.sources.dns_plain import read_plain
from domainguard.sources.dns_reading import Finding, read
from domainguard.sources.dns_wire import Question, Resolver, write_question
from domainguard.testing.dns_packets import DnsAnswer, read_query, write_answer

TYPES = ("NS", "MX", "SOA")
NAMES = (
    "example.com.",
    "ns1.example.com.",
    "NS2.Example.COM.",
    "ns1.host.net.",
    "ns2.host.net.",
    "a.b.ns1.host.net.",
    "com.",
    ".",
    "_dmarc.host-1.net.",
    r"first\.last.host.net.",
    r"\000.net.",
    r"\@.net.",
    f"{'x' * 63}.{'y' * 63}.{'z' * 63}.{'w' * 50}.net.",
)
SOA = "{} {} 1 7200 900 1209600 300"


def both(message: bytes, rdtype: str) -> tuple[Finding | None, Finding | None]:
    """Give what the fast reader says of a message about example.com, and what the careful one."""
    question = Question(Resolver("192.0.2.1"), "example.com", rdtype)
    fast = read_plain(message, write_question(question.name, rdtype), rdtype)
    try:
        return fast, read(Reply(question, message))
    except SourceError:
        return fast, None


def rdata(rdtype: str) -> st.SearchStrategy[str]:
    name = st.sampled_from(NAMES)
    match rdtype:
        case "MX":
            return st.builds("{} {}".format, st.sampled_from([0, 10, 20]), name)
        case "SOA":
            return st.builds(SOA.format, name, name)
        case "A":
            return st.just("192.0.2.1")
        case _:
            return name


def rrsets(types: tuple[str, ...], owners: tuple[str, ...]) -> st.SearchStrategy[dns.rrset.RRset]:
    def of(rdtype: str) -> st.SearchStrategy[dns.rrset.RRset]:
        texts = st.lists(rdata(rdtype), min_size=1, max_size=4)
        return st.builds(
            lambda owner, texts: dns.rrset.from_text(owner, 300, "IN", rdtype, *texts),
            st.sampled_from(owners),
            texts,
        )

    return st.sampled_from(types).flatmap(of)


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, dns.message.Message]:
    """Make a well-formed answer to one question about example.com, usual or not."""
    rdtype = draw(st.sampled_from(TYPES))
    query = dns.message.make_query("example.com.", rdtype, id=4711)
    message = dns.message.make_response(query, recursion_available=True)
    flags = st.sampled_from([0, 0, 0, dns.flags.AA, dns.flags.AD, dns.flags.CD, dns.flags.TC])
    message.flags |= draw(flags)
    message.set_rcode(draw(st.sampled_from([0, 0, 0, 3, 3, 2, 5, 16])))
    usual = rrsets((rdtype,), ("example.com.",))
    odd = rrsets(("NS", "MX", "SOA", "CNAME", "A"), NAMES[:4])
    message.answer = draw(st.one_of(st.just([]), st.lists(usual, max_size=1), st.lists(odd)))
    soa = rrsets(("SOA",), ("com.", "example.com.", "."))
    other = rrsets(("NS", "SOA"), ("com.", "example.com."))
    message.authority = draw(st.one_of(st.just([]), st.lists(soa, max_size=1), st.lists(other)))
    message.additional = draw(st.one_of(st.just([]), st.lists(odd, max_size=1)))
    if draw(st.booleans()):
        options = draw(st.sampled_from([[], [dns.edns.EDEOption(22)]]))
        message.use_edns(draw(st.sampled_from([0, 1])), payload=1232, options=options)
    return rdtype, message


@given(answers())
def test_of_any_well_formed_answer_both_readers_say_the_same_or_the_fast_one_declines(answer):
    rdtype, message = answer
    fast, careful = both(message.to_wire(max_size=65_535), rdtype)
    assert fast is None or fast == careful


@given(
    answers(),
    st.lists(st.tuples(st.integers(0, 511), st.integers(0, 255)), min_size=1, max_size=6),
    st.integers(0, 40),
)
def test_of_a_broken_answer_the_fast_reader_says_nothing_else_than_the_careful_one(
    answer, changes, cut
):
    rdtype, message = answer
    broken = bytearray(message.to_wire(max_size=65_535))
    for at, byte in changes:
        broken[at % len(broken)] = byte
    broken = broken[: len(broken) - cut]
    fast, careful = both(bytes(broken), rdtype)
    assert fast is None or fast == careful


def answered(rdtype: str, answer: DnsAnswer, *, edns: bool = True) -> bytes:
    query = dns.message.make_query("example.com.", rdtype, use_edns=edns)
    asked = read_query(query.to_wire())
    assert asked
    return write_answer(asked, answer, truncated=False)


@pytest.mark.parametrize("edns", [True, False])
@pytest.mark.parametrize(
    ("rdtype", "answer", "finding"),
    [
        (
            "NS",
            DnsAnswer(records=("ns1.host.net.", "NS2.host.NET.")),
            Finding(records=("ns1.host.net", "ns2.host.net")),
        ),
        ("MX", DnsAnswer(records=("10 mx1.mail.org.",)), Finding(records=("mx1.mail.org",))),
        ("MX", DnsAnswer(records=("0 .",)), Finding(records=(".",))),
        ("MX", DnsAnswer(), Finding()),
        (
            "SOA",
            DnsAnswer(records=(SOA.format("ns1.host.net.", "admin.host.net."),)),
            Finding(records=("ns1.host.net admin.host.net",)),
        ),
        ("SOA", DnsAnswer(rcode="NXDOMAIN"), Finding(is_nxdomain=True)),
    ],
)
def test_the_usual_answers_are_read(rdtype, answer, finding, edns):
    assert both(answered(rdtype, answer, edns=edns), rdtype) == (finding, finding)


NS_ANSWER = answered("NS", DnsAnswer(records=("ns1.host.net.",)))


@pytest.mark.parametrize(
    ("rdtype", "message"),
    [
        ("NS", answered("NS", DnsAnswer(cnames=("a.net.",), records=("ns1.host.net.",)))),
        ("NS", answered("NS", DnsAnswer(records=("ns1.host.net.",), ede=3))),
        ("NS", answered("NS", DnsAnswer(rcode="SERVFAIL"))),
        ("NS", answered("NS", DnsAnswer(rcode="NXDOMAIN", records=("ns1.host.net.",)))),
        ("MX", answered("MX", DnsAnswer(records=("10 mx.net.", "20 mx.net.")))),
        ("MX", answered("MX", DnsAnswer(records=tuple(f"10 mx{n}.net." for n in range(65))))),
        ("NS", answered("NS", DnsAnswer(records=(r"a\.b.net.",)))),
        ("NS", NS_ANSWER[:2] + b"\x83\x80" + NS_ANSWER[4:]),
        ("NS", NS_ANSWER.replace(b"\x07example", b"\x07exampla")),
        ("NS", NS_ANSWER + b"\0"),
        ("NS", NS_ANSWER[:-1]),
        ("NS", b""),
    ],
    ids=[
        "a CNAME",
        "a reason of RFC 8914",
        "a failure",
        "both there and not there",
        "the same host twice",
        "more than 64 records",
        "a letter no host has",
        "cut short",
        "another question",
        "bytes behind the end",
        "the end missing",
        "nothing",
    ],
)
def test_what_is_not_plain_is_left_to_the_careful_reader(rdtype, message):
    assert both(message, rdtype)[0] is None


def test_pointers_that_lead_nowhere_or_in_circles_are_declined():
    at = 12 + len(write_question("example.com", "NS")) + 12  # where the record's data stands
    for data in (struct.pack("!H", 0xC000 | at), b"\xc0\xff", b"\x40a\0\0", b"\xc0\0", b"\x3faa"):
        message = NS_ANSWER[: at - 2] + struct.pack("!H", len(data)) + data
        message = message[:10] + b"\0\0" + message[12:]
        assert read_plain(message, write_question("example.com", "NS"), "NS") is None
