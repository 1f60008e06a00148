from __future__ import annotations

from datetime import UTC, datetime
from threading import Event

import pytest

from domainguard.core.evidence import Evidence, Outcome, SourceClass
from domainguard.core.names import RegistrableDomain
from domainguard.sources.base import Deadline, Source, Unreadable
from domainguard.sources.dial import Dialer
from domainguard.sources.egress import EgressPolicy
from domainguard.sources.whois import WhoisSource
from domainguard.sources.whois_layout import layout
from domainguard.sources.whois_table import WhoisServer, WhoisTable
from tests.patience import LONG, ends
from tests.sources.hostile import Conversation, HostileServer, Script

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAME = RegistrableDomain("alder.example")
RECORD = b"Domain Name: alder.example\r\nCreation Date: 2010-03-04\r\nRegistrar: Birch\r\n"


def answer(text: bytes) -> Script:
    def script(talk: Conversation) -> None:
        hear_line(talk)
        talk.say(text)

    return script


def hear_line(talk: Conversation) -> None:
    heard = b""
    while not heard.endswith(b"\r\n"):
        piece = talk.sock.recv(1)
        if not piece:
            return
        heard += piece
    talk.server.requests.append(heard.decode("latin-1"))


def source_for(host: str, port: int, policy: EgressPolicy, addresses: list[str]) -> WhoisSource:
    row = WhoisServer(host=host, port=port, query="-q {domain}", layout=layout("plain"))
    table = WhoisTable("", {"example": row})
    return WhoisSource(table, Dialer(policy, resolve=lambda *_: addresses))


def look_at(server: HostileServer, seconds: float = 5.0) -> Evidence:
    policy = EgressPolicy(allow=frozenset({server.pair}))
    source = source_for(*server.pair, policy, ["127.0.0.1"])
    return source.look(NAME, now=NOW, deadline=Deadline.after(seconds))


def look(script: Script, seconds: float = 5.0) -> Evidence:
    with HostileServer(script) as server:
        return look_at(server, seconds)


def test_it_is_a_source_of_the_registrys_class():
    source: Source = source_for("whois.nic.example", 43, EgressPolicy(), [])
    assert (source.name, source.source_class) == ("whois", SourceClass.REGISTRY)
    assert source.covers(NAME)
    assert not source.covers(RegistrableDomain("alder.test"))


def test_one_line_is_sent_and_the_answer_becomes_evidence():
    with HostileServer(answer(RECORD)) as server:
        evidence = look_at(server)
    assert server.requests == ["-q alder.example\r\n"]
    assert (evidence.outcome, evidence.at, evidence.domain) == (Outcome.ANSWERED, NOW, NAME)
    assert evidence.asked == f"127.0.0.1:{server.port}"
    assert evidence.registration is not None
    assert evidence.registration.registrar == "birch"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (b"No match for alder.example\r\n", Outcome.NOT_FOUND),
        (b"% Too many requests\r\nNot found\r\n", Outcome.LIMITED),
        (b"", Outcome.UNREADABLE),
        (b"\x00\xff\xfe\x01" * 500, Outcome.UNREADABLE),
        (b"x" * 5_000, Outcome.UNREADABLE),
        (b"Whois Server: whois.evil.example\r\nrefer: whois.evil.example\r\n", Outcome.UNREADABLE),
    ],
)
def test_each_answer_is_a_fact_of_its_own(text: bytes, outcome: Outcome):
    evidence = look(answer(text))
    assert evidence.outcome is outcome
    assert evidence.registration is None
    assert evidence.note


def test_a_referral_opens_no_second_connection():
    text = b"No match for alder.example\r\nReferralServer: whois://127.0.0.1:43\r\n"
    with HostileServer(answer(text)) as server:
        look_at(server)
        assert server.connections == 1


def test_an_endless_stream_is_cut_after_64_kib():
    sent = 0
    left = Event()

    def flood(talk: Conversation) -> None:
        nonlocal sent
        hear_line(talk)
        try:
            while not talk.stopping.is_set():
                sent += talk.sock.send(b"y" * 4096)
        finally:
            left.set()

    with HostileServer(flood) as server:
        with ends():
            evidence = look_at(server)
        assert left.wait(LONG), "the connection was not closed"
    assert evidence.outcome is Outcome.UNREADABLE
    assert "more than 65536 bytes" in evidence.note


def test_not_one_byte_more_than_the_limit_is_an_answer():
    for sent, fits in ((b"y" * 100, True), (b"y" * 101, False)):
        with HostileServer(answer(sent)) as server:
            dialer = Dialer(EgressPolicy(allow=frozenset({server.pair})))
            try:
                dialer.ask(*server.pair, b"x\r\n", limit=100, deadline=Deadline.after(5))
            except Unreadable:
                assert not fits
            else:
                assert fits


def test_a_drip_is_cut_at_the_deadline_and_half_a_record_is_none():
    def drip(talk: Conversation) -> None:
        hear_line(talk)
        talk.drip(RECORD * 100)

    with ends(at_least=0.3):
        evidence = look(drip, seconds=0.4)
    assert (evidence.outcome, evidence.registration) == (Outcome.TIMED_OUT, None)


def test_a_server_that_never_answers_is_cut_at_the_deadline():
    def silence(talk: Conversation) -> None:
        talk.stopping.wait()

    evidence = look(silence, seconds=0.3)
    assert evidence.outcome is Outcome.TIMED_OUT


def test_a_resolver_that_never_answers_is_cut_at_the_deadline():
    never = Event()

    def stuck(host: str, port: int) -> list[str]:
        never.wait(2 * LONG)
        return []

    row = WhoisServer(host="whois.nic.example", port=43, query="{domain}", layout=layout("plain"))
    source = WhoisSource(WhoisTable("", {"example": row}), Dialer(EgressPolicy(), resolve=stuck))
    evidence = source.look(NAME, now=NOW, deadline=Deadline.after(0.2))
    never.set()
    assert evidence.outcome is Outcome.TIMED_OUT


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1"])
def test_a_name_that_leads_to_an_address_that_is_not_public_is_not_asked(address: str):
    source = source_for("whois.nic.example", 43, EgressPolicy(), ["93.184.216.34", address])
    evidence = source.look(NAME, now=NOW, deadline=Deadline.after(5))
    assert evidence.outcome is Outcome.REFUSED
    assert "not public" in evidence.note


def test_a_host_that_is_no_public_name_is_not_even_resolved():
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.216.34"]

    row = WhoisServer(host="localhost", port=43, query="{domain}", layout=layout("plain"))
    source = WhoisSource(WhoisTable("", {"example": row}), Dialer(EgressPolicy(), resolve=resolve))
    evidence = source.look(NAME, now=NOW, deadline=Deadline.after(5))
    assert (evidence.outcome, asked) == (Outcome.REFUSED, [])


def test_a_closed_port_is_unreachable_and_the_next_address_is_tried():
    with HostileServer(answer(RECORD)) as server:
        policy = EgressPolicy(allow=frozenset({("whois.nic.example", server.port)}))
        source = source_for("whois.nic.example", server.port, policy, ["127.0.0.9", "127.0.0.1"])
        both = source.look(NAME, now=NOW, deadline=Deadline.after(5))
    gone = source.look(NAME, now=NOW, deadline=Deadline.after(5))
    assert (both.outcome, gone.outcome) == (Outcome.ANSWERED, Outcome.UNREACHABLE)


def test_a_tld_outside_the_table_is_unsupported_and_nobody_is_asked():
    source = source_for("whois.nic.example", 43, EgressPolicy(), [])
    name = RegistrableDomain("alder.test")
    evidence = source.look(name, now=NOW, deadline=Deadline.after(5))
    assert (evidence.outcome, evidence.asked) == (Outcome.UNSUPPORTED, "")


@pytest.mark.parametrize("name", ["a\r\nb.example", "-T any b c.example", "b\u00fccher.example"])
def test_a_name_that_would_be_more_than_a_name_is_never_sent(name: str):
    with HostileServer(answer(RECORD)) as server:
        policy = EgressPolicy(allow=frozenset({server.pair}))
        source = source_for(*server.pair, policy, ["127.0.0.1"])
        evidence = source.look(RegistrableDomain(name), now=NOW, deadline=Deadline.after(5))
        assert server.connections == 0
    assert evidence.outcome is Outcome.REFUSED


def test_no_remote_text_enters_the_evidence():
    evidence = look(answer(b"<script>marker</script>\r\nmarker: marker\r\n"))
    assert "marker" not in repr(evidence)
