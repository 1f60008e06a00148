from __future__ import annotations

import gc
import logging
import socket
import threading
import time

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from domainguard.testing.dns_packets import read_query
from domainguard.testing.dns_server import (
    BOGUS,
    FAULTS,
    NODATA,
    NXDOMAIN,
    SILENCE,
    DnsAnswer,
    DnsServer,
)
from tests.patience import LONG, ends

MX = DnsAnswer(records=("10 mx1.mail.org.", "20 mx2.mail.org."))


def always(answer: DnsAnswer) -> DnsServer:
    return DnsServer(lambda name, rdtype: answer)


def udp(server: DnsServer, name: str = "example.com", rdtype: str = "MX", **options: object):
    query = dns.message.make_query(name, rdtype, use_edns=0, payload=1232)
    return dns.query.udp(query, "127.0.0.1", 5, server.port, **options)  # type: ignore[arg-type]


def tcp(server: DnsServer, name: str = "example.com", rdtype: str = "MX"):
    query = dns.message.make_query(name, rdtype)
    return dns.query.tcp(query, "127.0.0.1", 5, server.port)


@pytest.mark.parametrize("ask", [udp, tcp])
def test_the_same_records_come_over_udp_and_over_tcp(ask):
    with always(MX) as server:
        response = ask(server)
    assert response.rcode() == dns.rcode.NOERROR
    assert response.flags & (dns.flags.QR | dns.flags.RA | dns.flags.RD)
    assert [str(each) for each in response.answer[0]] == list(MX.records)


def test_the_script_is_asked_for_the_name_in_lower_case_and_the_type_in_words():
    asked = []

    def answer(name: str, rdtype: str) -> DnsAnswer:
        asked.append((name, rdtype))
        return NODATA

    with DnsServer(answer) as server:
        udp(server, "ExAmple.COM.", "TYPE65280")
        udp(server, "example.com", "DS")
        assert list(server.queries) == asked
        assert server.query_count == 2
    assert asked == [("example.com", "TYPE65280"), ("example.com", "DS")]


@pytest.mark.parametrize("rcode", ["NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED"])
def test_an_answer_has_the_response_code_of_the_script(rcode):
    with always(DnsAnswer(rcode=rcode)) as server:
        response = udp(server)
    assert dns.rcode.to_text(response.rcode()) == rcode
    # RFC 2308: a name or type that is not there is proved by an SOA.
    assert bool(response.authority) == (rcode in ("NOERROR", "NXDOMAIN"))


def test_a_chain_of_cnames_ends_in_the_records():
    answer = DnsAnswer(cnames=("a.net.", "b.net."), records=("10 mx.b.net.",))
    with always(answer) as server:
        chain = udp(server).resolve_chaining()
    assert str(chain.canonical_name) == "b.net."
    assert [str(each) for each in chain.answer] == ["10 mx.b.net."]


def test_a_reason_is_given_only_to_who_speaks_edns():
    with always(BOGUS) as server:
        assert [option.code for option in udp(server).extended_errors()] == [6]
        assert not tcp(server).extended_errors()


def test_what_is_truncated_over_udp_is_whole_over_tcp():
    with always(DnsAnswer(records=MX.records, truncated=True)) as server:
        assert udp(server).flags & dns.flags.TC
        assert len(tcp(server).answer[0]) == 2


@pytest.mark.parametrize(("edns", "limit"), [(-1, 512), (0, 1232)])
def test_an_answer_larger_than_the_client_takes_is_truncated(edns, limit):
    records = tuple(f"{number} mx{number}.mail.org." for number in range(200))
    query = dns.message.make_query("example.com", "MX", use_edns=edns, payload=1232)
    with always(DnsAnswer(records=records)) as server:
        short = dns.query.udp(query, "127.0.0.1", 5, server.port)
        assert len(tcp(server).answer[0]) == 200
    assert short.flags & dns.flags.TC
    assert len(short.to_wire()) <= limit


def test_a_connection_can_be_reset_instead_of_answered():
    with always(DnsAnswer(reset=True)) as server, pytest.raises(ConnectionResetError):
        tcp(server)


def test_silence_answers_neither_over_udp_nor_over_tcp():
    query = dns.message.make_query("example.com", "MX")
    with always(SILENCE) as server:
        for ask in (dns.query.udp, dns.query.tcp):
            with pytest.raises(dns.exception.Timeout):
                ask(query, "127.0.0.1", 0.1, server.port)
        assert server.query_count == 2


def ask_slowly(server: DnsServer) -> socket.socket:
    waiting = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    waiting.settimeout(LONG)
    waiting.connect(("127.0.0.1", server.port))
    waiting.send(dns.message.make_query("slow.com", "MX").to_wire())
    return waiting


def test_a_delayed_answer_comes_when_it_is_due():
    with (
        always(DnsAnswer(records=MX.records, delay=0.3)) as server,
        ends(at_least=0.3),
        ask_slowly(server) as waiting,
    ):
        assert waiting.recv(4096)


def test_a_delayed_answer_holds_up_no_other():
    slow = DnsAnswer(records=MX.records, delay=2 * LONG)
    with DnsServer(lambda name, rdtype: slow if name == "slow.com" else MX) as server, ends():
        with ask_slowly(server):
            udp(server)
        assert server.query_count == 2


def test_raw_bytes_follow_the_id_of_the_query_as_they_are():
    query = dns.message.make_query("example.com", "MX")
    with (
        always(DnsAnswer(raw=b"\xff\x00raw")) as server,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
    ):
        client.connect(("127.0.0.1", server.port))
        client.send(query.to_wire())
        client.settimeout(5)
        assert client.recv(4096) == query.id.to_bytes(2, "big") + b"\xff\x00raw"


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_fault_by_name_answers_everything_until_it_is_taken_back(name):
    with always(MX) as server:
        server.fault = FAULTS[name]
        if server.fault.silent:
            with pytest.raises(dns.exception.Timeout):
                dns.query.udp(
                    dns.message.make_query("example.com", "MX"), "127.0.0.1", 0.1, server.port
                )
        else:
            assert dns.rcode.to_text(udp(server).rcode()) == server.fault.rcode
        server.fault = None
        assert udp(server).answer


def test_the_script_can_be_replaced_while_the_server_runs():
    with always(NXDOMAIN) as server:
        assert udp(server).rcode() == dns.rcode.NXDOMAIN
        server.answer = lambda name, rdtype: MX
        assert udp(server).rcode() == dns.rcode.NOERROR


def test_a_script_that_fails_is_logged_and_answered_with_servfail(caplog):
    def answer(name: str, rdtype: str) -> DnsAnswer:
        raise KeyError(name)

    with caplog.at_level(logging.ERROR), DnsServer(answer) as server:
        assert udp(server).rcode() == dns.rcode.SERVFAIL
    assert "no answer scripted for example.com MX" in caplog.text


def test_a_record_that_is_none_of_its_type_is_logged_and_answered_with_servfail(caplog):
    with caplog.at_level(logging.ERROR), always(DnsAnswer(records=("mx.mail.org.",))) as server:
        assert udp(server).rcode() == dns.rcode.SERVFAIL
    assert "no MX record for example.com" in caplog.text


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\0" * 11,
        dns.message.make_query("example.com", "MX").to_wire()[:-3],
        dns.message.make_response(dns.message.make_query("example.com", "MX")).to_wire(),
        b"\0\1\1\0\0\2" + b"\0" * 20,
    ],
    ids=["nothing", "no header", "cut short", "an answer", "two questions"],
)
def test_what_is_no_standard_query_is_not_answered(packet):
    assert read_query(packet) is None
    with always(MX) as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", server.port))
        client.send(packet)
        udp(server)
        assert server.query_count == 1


def test_two_questions_in_one_connection_are_both_answered():
    queries = [dns.message.make_query(name, "MX") for name in ("a.com", "b.com")]
    with (
        always(MX) as server,
        socket.create_connection(("127.0.0.1", server.port), 5) as connection,
    ):
        connection.sendall(b"".join(query.to_wire(prepend_length=True) for query in queries))
        connection.setblocking(False)
        for query in queries:
            response, _ = dns.query.receive_tcp(connection, time.time() + LONG)
            assert query.is_response(response)


def test_a_stopped_server_leaves_no_thread_and_frees_its_port():
    with always(MX) as server:
        address = ("127.0.0.1", server.port)
        assert server.resolver == f"127.0.0.1:{server.port}"
        assert any(thread.name == f"dns {server.port}" for thread in threading.enumerate())
    assert not any(thread.name == f"dns {server.port}" for thread in threading.enumerate())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, 5)


def test_a_stopped_server_closes_connections_that_are_still_open():
    with always(MX) as server:
        connection = socket.create_connection(("127.0.0.1", server.port), 5)
        connection.sendall(dns.message.make_query("a.com", "MX").to_wire(prepend_length=True))
        connection.recv(2)
    with connection:
        while connection.recv(4096):
            pass


def test_connections_half_accepted_when_the_server_stops_are_closed_as_well():
    for _ in range(10):
        with always(MX) as server:
            connections = [
                socket.create_connection(("127.0.0.1", server.port), 5) for _ in range(4)
            ]
        for connection in connections:
            connection.close()
    gc.collect()  # an unclosed socket is a ResourceWarning, and warnings are errors


def test_three_thousand_questions_are_answered():
    query = dns.message.make_query("example.com", "MX").to_wire()
    with always(MX) as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", server.port))
        client.settimeout(5)
        for _ in range(3000):
            client.send(query)
            client.recv(4096)
        assert server.query_count == 3000
