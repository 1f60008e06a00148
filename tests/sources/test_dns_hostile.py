"""F27 and T32: whatever a resolver sends, the right answer or none, in time and in bounds."""

from __future__ import annotations

import itertools
import socket
import struct
import time

import dns.message
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainguard.core.evidence import Evidence, Outcome, Presence
from domainguard.sources.base import Deadline, SourceError
from domainguard.sources.dns import LONGEST_LOOK, DnsSource
from domainguard.sources.dns_conversation import MOST_BYTES, MOST_QUERIES, Conversation, Reply
from domainguard.sources.dns_reading import Finding, read
from domainguard.sources.dns_wire import Datagram, Query, Question, Resolver
from domainguard.testing.dns_packets import DnsAnswer, read_query, write_answer, write_question
from domainguard.testing.dns_server import SERVFAIL
from tests.sources.hostile_dns import Asked, Hostile, hostile
from tests.sources.resolving import EXAMPLE, EXAMPLE_COM, NOW, QUICK, changed, look, said, serving

RIGHT_FLAGS = struct.pack("!H", 0x8180)
A_POINTER_TO_ITSELF = b"\xc0"
SLACK = 0.5  # F19 and F27: seconds beyond a deadline


def seek(*servers: Hostile, seconds: float = 10, **options: object) -> Evidence:
    source = DnsSource([server.resolver for server in servers], **options)  # type: ignore[arg-type]
    return source.look(EXAMPLE_COM, now=NOW, deadline=Deadline.after(seconds))


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


def test_a_flood_of_wrong_ids_does_not_hide_the_right_answer():
    def flood(server: Hostile, asked: Asked) -> None:
        right = asked.right(*EXAMPLE[asked.query.rdtype])
        for number in itertools.count():
            if server.stopping.is_set():
                return
            wrong_id = bytes([asked.packet[0] ^ 1 + number % 255, asked.packet[1]])
            asked.say(right if number % 500 == 499 else wrong_id + right[2:])
            server.sent += 1

    with hostile(flood) as server:
        evidence = seek(server)
        assert server.sent > 1000
    assert said(evidence).ns == {"ns1.host.net", "ns2.host.net"}


def test_a_flood_of_wrong_ids_alone_ends_at_the_deadline():
    def flood(server: Hostile, asked: Asked) -> None:
        wrong = bytes([asked.packet[0] ^ 1]) + asked.right(*EXAMPLE[asked.query.rdtype])[1:]
        while not server.stopping.is_set():
            asked.say(wrong)
            server.sent += 1

    with hostile(flood) as server:
        started = time.monotonic()
        evidence = seek(server, seconds=1)
        assert time.monotonic() - started < 1 + SLACK
        assert server.sent > 1000
    assert evidence.outcome is Outcome.TIMED_OUT


def test_a_flooded_question_gives_the_others_their_turn():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        flooded = Datagram(Question(Resolver(*server.getsockname()), "example.com", "NS"))
        with flooded.sock:
            packet, client = server.recvfrom(4096)
            query = read_query(packet)
            assert query
            right = write_answer(query, DnsAnswer(), truncated=False)
            for _ in range(210):
                server.sendto(bytes([right[0] ^ 1]) + right[1:], client)
            server.sendto(right, client)
            assert flooded.advance() is None
            assert flooded.advance() == right


def test_the_answer_to_another_question_is_not_taken():
    def swap(server: Hostile, asked: Asked) -> None:
        other = write_question("evil.com", asked.query.rdtype)
        forged = asked.right(*EXAMPLE[asked.query.rdtype]).replace(asked.query.section, other)
        asked.say(forged)

    with hostile(swap) as server:
        assert seek(server, patience=(0.2,)).outcome is Outcome.TIMED_OUT


def test_an_answer_from_another_port_is_not_taken():
    def from_elsewhere(server: Hostile, asked: Asked) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 0))
            other.sendto(asked.right(*EXAMPLE[asked.query.rdtype]), asked.client)

    with hostile(from_elsewhere) as server:
        assert seek(server, patience=(0.2,)).outcome is Outcome.TIMED_OUT


def test_each_question_has_an_id_and_a_port_of_its_own():
    seen: set[tuple[bytes, int]] = set()

    def note(server: Hostile, asked: Asked) -> None:
        seen.add((asked.query.id, asked.client[1]))
        asked.say(asked.right(*EXAMPLE[asked.query.rdtype]))

    with hostile(note) as server:
        for _ in range(5):
            said(seek(server))
    assert len(seen) == 20
    assert len({port for _, port in seen}) > 10
    assert len({query_id for query_id, _ in seen}) > 10


@pytest.mark.parametrize(
    ("stream", "outcome"),
    [
        (None, Outcome.UNREACHABLE),  # accepted and closed
        ("reset", Outcome.UNREACHABLE),
        ("half a length", Outcome.TIMED_OUT),
        ("too large", Outcome.UNREADABLE),
        ("nothing", Outcome.UNREADABLE),
        ("drip", Outcome.TIMED_OUT),
        ("something else", Outcome.UNREADABLE),
        ("cut again", Outcome.UNREADABLE),
    ],
)
def test_a_cut_answer_whose_tcp_fails_is_no_answer(stream, outcome):
    def cut(server: Hostile, asked: Asked) -> None:
        asked.say(write_answer(asked.query, DnsAnswer(), truncated=True))

    def misbehave(server: Hostile, connection: socket.socket) -> None:
        size = int.from_bytes(connection.recv(2), "big")
        query = read_query(connection.recv(size))
        assert query
        whole = write_answer(query, DnsAnswer(), truncated=stream == "cut again")
        match stream:
            case "reset":
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            case "half a length":
                connection.send(b"\0")
                server.stopping.wait()
            case "too large":
                connection.sendall(b"\xff\xff" + bytes(65535))
            case "nothing":
                connection.sendall(b"\0\0" * 30_000)
            case "drip":
                for byte in itertools.chain(len(whole).to_bytes(2, "big"), whole):
                    if server.stopping.wait(0.05):
                        return
                    connection.send(bytes([byte]))
            case "something else":
                connection.sendall(len(whole).to_bytes(2, "big") + b"\0\0" + whole[2:])
            case "cut again":
                connection.sendall(len(whole).to_bytes(2, "big") + whole)

    with hostile(cut, misbehave if stream else None) as server:
        started = time.monotonic()
        evidence = seek(server, seconds=0.6)
        assert time.monotonic() - started < 0.6 + SLACK
        assert server.connections == 4
    assert evidence.outcome is outcome
    assert evidence.delegation is None


def test_a_cut_answer_is_read_over_tcp():
    whole = changed(NS=DnsAnswer(records=EXAMPLE["NS"], truncated=True))
    with serving(whole) as servers:
        assert said(look(servers)).ns == {"ns1.host.net", "ns2.host.net"}


def test_an_answer_beyond_the_share_of_its_resolver_is_not_read():
    huge = tuple(f"10 mx{number}.{'x' * 60}.{'y' * 60}.net." for number in range(300))
    with serving(changed(MX=huge), changed(MX=huge), changed(MX=huge)) as servers:
        evidence = look(servers)
    assert evidence.outcome is Outcome.UNREADABLE
    assert "3 of 3 answer too large for MX" in evidence.note


def test_a_length_beyond_the_share_is_refused_before_anything_follows_it():
    def cut(server: Hostile, asked: Asked) -> None:
        asked.say(write_answer(asked.query, DnsAnswer(), truncated=True))

    def announce(server: Hostile, connection: socket.socket) -> None:
        connection.sendall(b"\xff\xff")
        server.stopping.wait()

    with hostile(cut, announce) as one, hostile(cut, announce) as other:
        evidence = seek(one, other)
    assert evidence.note.startswith("no quorum on NS: 2 of 2 answer too large for NS")


def test_more_records_than_any_domain_has_are_no_answer():
    many = tuple(f"10 mx{number}.mail.org." for number in range(65))
    with serving(changed(MX=many)) as servers:
        assert "more than 64 records for MX" in look(servers).note
    with serving(changed(MX=many[:64])) as servers:
        assert len(said(look(servers)).mx) == 64


@pytest.mark.parametrize("resolvers", [1, 3, 5, 7])
def test_a_look_costs_at_most_thirty_queries_however_badly_it_goes(resolvers):
    cut_and_failing = DnsAnswer(rcode="SERVFAIL", truncated=True)
    for fault in (SERVFAIL, cut_and_failing, DnsAnswer(silent=True)):
        with serving(*[changed()] * resolvers) as servers:
            for server in servers:
                server.fault = fault
            assert look(servers, patience=(0.1, 0.1, 0.1)).delegation is None
            assert sum(server.query_count for server in servers) <= MOST_QUERIES


def test_a_greedy_resolver_cannot_spend_the_share_of_the_others():
    greedy = changed(NS=DnsAnswer(records=tuple(f"ns{n}.{'x' * 60}.net." for n in range(400))))
    with serving(changed(), greedy, changed()) as servers:
        assert said(look(servers)).quorum == "2/3"


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


def test_a_look_ends_in_time_whatever_the_caller_allows():
    with hostile(lambda server, asked: None) as server:
        deadline = Deadline.after(60)
        source = DnsSource([server.resolver], patience=(60,), longest_look=0.2)
        assert source.look(EXAMPLE_COM, now=NOW, deadline=deadline).outcome is Outcome.TIMED_OUT
    assert deadline.remaining() > 50


def test_the_bounds_of_a_look_are_thirty_queries_ten_seconds_and_64_kib():
    assert (MOST_QUERIES, LONGEST_LOOK, MOST_BYTES) == (30, 10, 65_536)


def test_leaving_a_conversation_early_closes_its_sockets():
    with serving(changed()) as servers:
        resolver = Resolver("127.0.0.1", servers[0].port)
        questions = [Question(resolver, "example.com", rdtype) for rdtype in EXAMPLE]
        # An unclosed socket is a ResourceWarning, and warnings are errors.
        with Conversation(questions, deadline=Deadline.after(10)) as conversation:
            for _ in conversation:
                break


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


def test_the_query_is_one_that_dnspython_reads_as_recursive_with_edns_and_without_do():
    query = dns.message.from_wire(
        Query(Question(Resolver("192.0.2.1"), "example.com", "DS")).packet
    )
    assert query.question[0].to_text() == "example.com. IN DS"
    assert query.flags == dns.flags.RD
    assert (query.edns, query.payload, query.ednsflags) == (0, 1232, 0)
