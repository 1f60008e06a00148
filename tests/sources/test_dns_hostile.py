"""F27 and T32: whatever a resolver sends, the right answer or none, in time and in bounds."""

from __future__ import annotations

import itertools
import socket
import struct

import dns.message
import pytest

from domainguard.core.evidence import Evidence, Outcome
from domainguard.sources.base import Deadline
from domainguard.sources.dns import LONGEST_LOOK, DnsSource
from domainguard.sources.dns_conversation import MOST_BYTES, MOST_QUERIES, Conversation
from domainguard.sources.dns_wire import Datagram, Query, Question, Resolver
from domainguard.testing.dns_packets import DnsAnswer, read_query, write_answer, write_question
from domainguard.testing.dns_server import SERVFAIL
from tests.patience import LONG, ends
from tests.sources.hostile_dns import Asked, Hostile, hostile
from tests.sources.resolving import EXAMPLE, EXAMPLE_COM, NOW, changed, look, said, serving


def seek(*servers: Hostile, seconds: float = 10, **options: object) -> Evidence:
    source = DnsSource([server.resolver for server in servers], **options)  # type: ignore[arg-type]
    return source.look(EXAMPLE_COM, now=NOW, deadline=Deadline.after(seconds))


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
        with ends():
            evidence = seek(server, seconds=1)
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
        seconds = 1 if outcome is Outcome.TIMED_OUT else 5
        with ends():
            evidence = seek(server, seconds=seconds)
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


def test_a_look_ends_in_time_whatever_the_caller_allows():
    with hostile(lambda server, asked: None) as server:
        deadline = Deadline.after(3 * LONG)
        source = DnsSource([server.resolver], patience=(3 * LONG,), longest_look=0.2)
        assert source.look(EXAMPLE_COM, now=NOW, deadline=deadline).outcome is Outcome.TIMED_OUT
    assert deadline.remaining() > LONG


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


def test_the_query_is_one_that_dnspython_reads_as_recursive_with_edns_and_without_do():
    query = dns.message.from_wire(
        Query(Question(Resolver("192.0.2.1"), "example.com", "DS")).packet
    )
    assert query.question[0].to_text() == "example.com. IN DS"
    assert query.flags == dns.flags.RD
    assert (query.edns, query.payload, query.ednsflags) == (0, 1232, 0)
