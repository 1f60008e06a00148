"""F27 at hundreds of questions at once: the right answer or none, in time and in bounds."""

from __future__ import annotations

import itertools
import socket
import struct

import pytest

from domainguard.core.evidence import Evidence, Outcome
from domainguard.core.names import RegistrableDomain
from domainguard.sources.base import Deadline
from domainguard.sources.dns import DnsSource
from domainguard.sources.dns_conversation import MOST_QUERIES
from domainguard.sources.dns_ports import Asked, Look, Ports
from domainguard.sources.dns_wire import Question, Resolver
from domainguard.testing.dns_packets import DnsAnswer, write_answer, write_question
from domainguard.testing.dns_server import SERVFAIL, SILENCE
from tests.patience import LONG, ends
from tests.sources.hostile_dns import Asked as Heard
from tests.sources.hostile_dns import Hostile, hostile
from tests.sources.resolving import EXAMPLE, NOW, changed, said, serving, source

QUICK = (0.2, 0.3)


def seek(server: Hostile, count: int = 5, seconds: float = 10, **options: object) -> list[Evidence]:
    dns = DnsSource([server.resolver], **options)  # type: ignore[arg-type]
    domains = [RegistrableDomain(f"name-{number}.com") for number in range(count)]
    return list(dns.triage_many(domains, now=NOW, deadline=Deadline.after(seconds)))


def right(asked: Heard) -> bytes:
    return asked.right(*EXAMPLE[asked.query.rdtype])


def test_a_flood_of_wrong_ids_does_not_hide_the_right_answers():
    def flood(server: Hostile, asked: Heard) -> None:
        answer = right(asked)
        for number in itertools.count():
            if server.stopping.is_set():
                return
            wrong_id = bytes([asked.packet[0] ^ 1 + number % 255, asked.packet[1]])
            asked.say(answer if number % 300 == 299 else wrong_id + answer[2:])
            server.sent += 1

    with hostile(flood) as server:
        found = seek(server, 2, patience=(9,))
        assert server.sent > 1000
    assert len(found) == 2
    assert all(said(each).ns == {"ns1.host.net", "ns2.host.net"} for each in found)


def test_a_flood_of_wrong_ids_alone_ends_at_the_deadline():
    def flood(server: Hostile, asked: Heard) -> None:
        wrong = bytes([asked.packet[0] ^ 1]) + right(asked)[1:]
        while not server.stopping.is_set():
            asked.say(wrong)

    with hostile(flood) as server, ends():
        found = seek(server, seconds=2.0, patience=(2 * LONG,))
    assert {each.outcome for each in found} == {Outcome.TIMED_OUT}


@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(
            lambda asked: right(asked).replace(
                asked.query.section, write_question("evil.com", asked.query.rdtype)
            ),
            id="another name",
        ),
        pytest.param(
            lambda asked: right(asked).replace(
                asked.query.section, write_question(asked.query.name, "TXT")
            ),
            id="another type",
        ),
        pytest.param(lambda asked: asked.packet, id="the question itself"),
        pytest.param(lambda asked: right(asked)[:11], id="half a header"),
        pytest.param(lambda asked: b"", id="nothing"),
    ],
)
def test_what_answers_another_question_or_none_is_not_taken(forge):
    with hostile(lambda server, asked: asked.say(forge(asked))) as server:
        found = seek(server, patience=QUICK)
    assert {each.outcome for each in found} == {Outcome.TIMED_OUT}


def test_answers_from_another_port_are_not_taken():
    def from_elsewhere(server: Hostile, asked: Heard) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 0))
            other.sendto(right(asked), asked.client)

    with hostile(from_elsewhere) as server:
        assert {each.outcome for each in seek(server, patience=QUICK)} == {Outcome.TIMED_OUT}


def test_a_name_that_points_to_itself_is_no_answer_for_its_domain_alone():
    def loop(server: Hostile, asked: Heard) -> None:
        if asked.query.name != "name-3.com":
            asked.say(right(asked))
            return
        end = 12 + len(asked.query.section)
        record = struct.pack("!HHHIHH", 0xC00C, 2, 1, 300, 2, 0xC000 | end + 12)
        header = asked.query.id + struct.pack("!5H", 0x8180, 1, 1, 0, 0)
        asked.say(header + asked.query.section + record)

    with hostile(loop) as server:
        found = seek(server, patience=QUICK)
    outcomes = {each.domain: each.outcome for each in found}
    assert outcomes.pop(RegistrableDomain("name-3.com")) is Outcome.UNREADABLE
    assert set(outcomes.values()) == {Outcome.ANSWERED}


def test_ports_and_ids_are_new_in_each_round_and_no_two_questions_share_both():
    seen: list[tuple[int, bytes]] = []

    def note(server: Hostile, asked: Heard) -> None:
        seen.append((asked.client[1], asked.query.id))
        asked.say(right(asked))

    with hostile(note) as server:
        seek(server, 50, patience=(9,))
        first = {port for port, _ in seen}
        seek(server, 50, patience=(9,))
        second = {port for port, _ in seen[150:]}
    assert len(set(seen)) == len(seen) == 300
    assert 10 < len(first) <= 16
    assert first != second
    assert len({query_id for _, query_id in seen}) > 280


def test_more_questions_than_ids_are_under_way_at_once():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        resolver = Resolver(*deaf.getsockname())
        ports = Ports(resolver)
        question = Question(resolver, "example.com", "NS")
        asked = Asked(Look(RegistrableDomain("example.com")), question, 0, 0)
        for _ in range(70_000):
            assert ports.ask(asked) == []
        assert len(ports.under_way) == 70_000
        assert len(ports.late(1)) == 70_000
        ports.close()


@pytest.mark.parametrize(
    ("reset", "outcome"), [(True, Outcome.UNREACHABLE), (False, Outcome.ANSWERED)]
)
def test_what_is_cut_short_is_fetched_over_tcp(reset, outcome):
    cut = changed(NS=DnsAnswer(records=EXAMPLE["NS"], truncated=True, reset=reset))
    with serving(cut) as servers:
        (found,) = source(servers).triage_many(
            [RegistrableDomain("example.com")], now=NOW, deadline=Deadline.after(10)
        )
    assert found.outcome is outcome


def test_a_tcp_connection_that_says_nothing_is_given_up():
    def cut(server: Hostile, asked: Heard) -> None:
        asked.say(write_answer(asked.query, DnsAnswer(), truncated=True))

    def say_nothing(server: Hostile, connection: socket.socket) -> None:
        server.stopping.wait()

    with hostile(cut, say_nothing) as server:
        found = seek(server, 2, patience=QUICK)
        assert server.connections == 12
    assert {each.outcome for each in found} == {Outcome.TIMED_OUT}


def test_a_domain_costs_at_most_64_kib_and_its_neighbours_nothing():
    huge = tuple(f"10 mx{number}.{'x' * 60}.{'y' * 60}.net." for number in range(350))
    with serving({**changed(MX=huge), "small.com": EXAMPLE}) as servers:
        domains = [RegistrableDomain(name) for name in ("example.com", "small.com")]
        looks = source(servers).triage_many(domains, now=NOW, deadline=Deadline.after(10))
        found = {each.domain: each for each in looks}
    assert found[domains[0]].outcome is Outcome.UNREADABLE
    assert "too large for MX" in found[domains[0]].note
    assert said(found[domains[1]]).mx


@pytest.mark.parametrize("fault", [SERVFAIL, SILENCE, DnsAnswer(rcode="SERVFAIL", truncated=True)])
def test_a_domain_costs_at_most_thirty_queries(fault):
    with serving(*[changed()] * 3) as servers:
        for server in servers:
            server.fault = fault
        (found,) = source(servers, patience=(0.1,) * 20).triage_many(
            [RegistrableDomain("example.com")], now=NOW, deadline=Deadline.after(10)
        )
        assert sum(server.query_count for server in servers) <= MOST_QUERIES
    assert found.delegation is None


def test_leaving_a_round_early_closes_its_sockets():
    def answer(server: Hostile, asked: Heard) -> None:
        asked.say(right(asked))

    with hostile(answer) as server:
        dns = DnsSource([server.resolver])
        names = (RegistrableDomain(f"name-{number}.com") for number in itertools.count())
        # An unclosed socket is a ResourceWarning, and warnings are errors.
        looks = dns.triage_many(names, now=NOW, deadline=Deadline.after(10))
        next(iter(looks))
        looks.close()  # type: ignore[attr-defined]
