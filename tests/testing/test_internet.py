"""The small internet as a whole: real sockets, one truth, settings for whoever lives in it."""

from __future__ import annotations

import json
import os
import smtplib
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.message
import dns.query
import dns.rcode
import pytest

from domainguard.testing import Holder, SmallInternet, VirtualClock, scripts

DAY = timedelta(days=1)
NOW = datetime(2026, 5, 1, tzinfo=UTC)
BORN = datetime(2019, 5, 1, tzinfo=UTC)


@pytest.fixture
def net() -> Iterator[SmallInternet]:
    lives = [
        scripts.healthy("good-name.org", born=BORN, expires=NOW + 100 * DAY),
        scripts.registered_by_a_stranger("lost-name.org", born=BORN, at=NOW + 50 * DAY),
    ]
    with SmallInternet(VirtualClock(NOW), lives=lives) as net:
        yield net


def rdap(net: SmallInternet, name: str) -> int:
    url = json.loads(Path(net.settings()["RDAP_BOOTSTRAP"]).read_text())["services"][0][1][0]
    try:
        with urllib.request.urlopen(f"{url}domain/{name}", timeout=30) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def rcode(net: SmallInternet, name: str, resolver: int = 0) -> str:
    host, port = net.settings()["RESOLVERS"][resolver].split(":")
    query = dns.message.make_query(name, "NS")
    return dns.rcode.to_text(dns.query.udp(query, host, port=int(port), timeout=30).rcode())


def send(net: SmallInternet, *recipients: str) -> None:
    with smtplib.SMTP("127.0.0.1", net.sink.port, timeout=30) as client:
        client.sendmail("registry@shop.net", recipients, "Subject: hello\r\n\r\nA word.\r\n")


def test_registry_dns_and_mail_tell_the_same_story_on_every_day(net):
    net.clock.set(NOW + 30 * DAY)  # in redemption
    assert (rdap(net, "lost-name.org"), rcode(net, "lost-name.org")) == (200, "NXDOMAIN")
    net.clock.set(NOW + 50 * DAY - timedelta(seconds=30))
    assert (rdap(net, "lost-name.org"), rcode(net, "lost-name.org")) == (404, "NXDOMAIN")
    net.clock.set(NOW + 50 * DAY)
    assert (rdap(net, "lost-name.org"), rcode(net, "lost-name.org")) == (200, "NOERROR")
    send(net, "alice@lost-name.org", "bob@good-name.org", "carol@no-such-name.org")
    holders = [delivered.holder for delivered in net.sink.wait_for(3)]
    assert holders == [Holder.STRANGER, Holder.OWNER, Holder.NOBODY]


def test_a_future_can_be_altered_while_the_servers_run(net):
    net.replace(scripts.let_lapse(net.life("good-name.org"), NOW))
    net.clock.advance(41 * DAY)
    assert rcode(net, "good-name.org") == "NXDOMAIN"
    net.replace(scripts.renewed_at(net.life("good-name.org"), net.clock.now()))
    assert rcode(net, "good-name.org") == "NOERROR"


def test_what_is_not_there_cannot_be_replaced(net):
    nothing = scripts.healthy("no-such-name.org", born=BORN)
    with pytest.raises(KeyError, match=r"no-such-name\.org"):
        net.replace(nothing)


def test_the_domains_of_name_servers_and_mail_hosts_exist_as_well(net):
    facts = net.life("good-name.org").at(NOW)
    for host in (*facts.ns, *facts.mx):
        assert rcode(net, host) == "NOERROR"
        assert rdap(net, host.split(".", 1)[1]) == 200


@pytest.mark.parametrize("name", ["no-such-name.org", "nothing-at-all.net", "x.no-such-name.org"])
def test_whatever_nobody_put_there_does_not_exist(net, name):
    assert (rdap(net, name), rcode(net, name)) == (404, "NXDOMAIN")


def test_an_outage_lasts_as_long_as_its_block_and_touches_what_it_names(net):
    with net.outage("resolvers", "error", resolver=1), net.outage("rdap", "limited", tld="org"):
        assert [rcode(net, "good-name.org", each) for each in range(3)] == [
            "NOERROR",
            "SERVFAIL",
            "NOERROR",
        ]
        assert rdap(net, "good-name.org") == 429
        assert rdap(net, "northwind-hosting.net") == 200
    assert rcode(net, "good-name.org", 1) == "NOERROR"
    assert rdap(net, "good-name.org") == 200


def test_everything_that_may_be_asked_is_in_the_egress_list(net):
    settings = net.settings()
    others = {server.endpoint for server in (net.rdap, net.whois, net.fastly)}
    endpoints = {*settings["RESOLVERS"], *others}
    assert endpoints <= set(settings["EGRESS_ALLOW"])
    assert all(each.startswith("127.0.0.1:") for each in settings["EGRESS_ALLOW"])


def test_the_environment_says_the_same_as_the_settings(net):
    settings, environ = net.settings(), net.environ()
    assert environ["DOMAINGUARD_RESOLVERS"].split(",") == settings["RESOLVERS"]
    assert environ["DOMAINGUARD_RDAP_BOOTSTRAP"] == settings["RDAP_BOOTSTRAP"]
    assert environ["DOMAINGUARD_EGRESS_ALLOW"].split(",") == settings["EGRESS_ALLOW"]
    assert environ["DOMAINGUARD_WHOIS_SERVERS"] == settings["WHOIS_SERVERS"]
    assert environ["DOMAINGUARD_FASTLY_URL"] == settings["FASTLY_URL"]
    assert environ["EMAIL_URL"] == f"smtp://127.0.0.1:{net.sink.port}"
    assert all(isinstance(value, str) for value in environ.values())


def test_another_process_lives_at_the_same_time(tmp_path):
    clock = VirtualClock(NOW, file=tmp_path / "clock")
    with SmallInternet(clock) as net:
        clock.advance(DAY)
        said = subprocess.run(
            [
                sys.executable,
                "-c",
                "import os; from django.utils.module_loading import import_string;"
                "print(import_string(os.environ['DOMAINGUARD_CLOCK'])())",
            ],
            env={**os.environ, **net.environ()},
            check=True,
            capture_output=True,
            text=True,
        )
    assert said.stdout.strip() == "2026-05-02 00:00:00+00:00"


def test_nothing_is_left_when_it_ends():
    before = threading.active_count()
    with SmallInternet(VirtualClock(NOW)) as net:
        files = Path(net.settings()["RDAP_BOOTSTRAP"]).parent
        send(net, "someone@good-name.org")
    assert threading.active_count() == before
    assert not files.exists()
