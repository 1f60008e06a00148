"""The RDAP server: documents in each registry's shape, and every way it can fail."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from domainguard.core.epp import Status
from domainguard.simulation.lives import Facts
from domainguard.simulation.rdap_shapes import shape_of
from domainguard.testing import How, Outage, VirtualClock, Where, events, scripts
from domainguard.testing.rdap_documents import domain_document
from domainguard.testing.rdap_server import RdapServer
from domainguard.testing.world import World

DAY = timedelta(days=1)
NOW = datetime(2026, 5, 1, 6, 30, tzinfo=UTC)
BORN = datetime(2019, 5, 1, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    world = World(VirtualClock(NOW))
    for name in ("good-name.org", "good-name.com", "good-name.dev"):
        world.add(scripts.healthy(name, born=BORN, expires=NOW + 100 * DAY))
    return world


@pytest.fixture
def server(world: World) -> Iterator[RdapServer]:
    with RdapServer(world) as server:
        yield server


class Answer(NamedTuple):
    status: int
    content_type: str
    body: bytes


def ask(server: RdapServer, path: str, timeout: float = 5) -> Answer:
    with closing(http.client.HTTPConnection(server.endpoint, timeout=timeout)) as connection:
        connection.request("GET", path, headers={"Accept": "application/rdap+json"})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers["Content-Type"], answer.read())


def document(domain: str, facts: Facts) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(domain_document(domain, facts, shape_of(domain), now=NOW))
    return read


def dates(document: dict[str, Any]) -> dict[str, str]:
    return {event["eventAction"]: event["eventDate"] for event in document["events"]}


def facts_of(domain: str) -> Facts:
    return scripts.healthy(domain, born=BORN, expires=NOW + 100 * DAY).at(NOW)


def test_a_registered_name_is_an_rdap_object(server):
    answer = ask(server, "/domain/good-name.org")
    body = json.loads(answer.body)
    assert answer.status == 200
    assert answer.content_type == "application/rdap+json"
    assert body["objectClassName"] == "domain"
    assert body["ldhName"] == "good-name.org"
    assert body["entities"][0]["publicIds"][0]["identifier"] == "9101"
    assert dates(body)["registration"] == "2019-05-01T00:00:00.000Z"


@pytest.mark.parametrize("path", ["/domain/GOOD-name.org", "/rdap/org/domain/good-name.org."])
def test_case_final_dot_and_a_longer_base_path_do_not_matter(server, path):
    assert ask(server, path).status == 200


def test_an_unknown_name_is_404_with_an_error_body(server):
    answer = ask(server, "/domain/no-such-name.org")
    assert (answer.status, json.loads(answer.body)["errorCode"]) == (404, 404)
    assert answer.content_type == "application/rdap+json"


def test_verisign_shouts_and_has_an_empty_404(server):
    assert json.loads(ask(server, "/domain/good-name.com").body)["ldhName"] == "GOOD-NAME.COM"
    answer = ask(server, "/domain/no-such-name.com")
    assert (answer.status, answer.body) == (404, b"")


@pytest.mark.parametrize(("path", "status"), [("/help", 200), ("/ip/192.0.2.1", 400)])
def test_other_paths_are_help_or_a_bad_request(server, path, status):
    assert ask(server, path).status == status


def test_a_delegated_subdomain_is_no_object_of_a_registry(server, world):
    world.add(events.delegated_subdomain("dept.good-name.org", "dns-x.net", born=BORN, at=NOW))
    assert ask(server, "/domain/dept.good-name.org").status == 404
    assert ask(server, "/domain/dns-x.net").status == 200


def test_a_connection_is_kept_for_the_next_question(server):
    with closing(http.client.HTTPConnection(server.endpoint, timeout=30)) as connection:
        for _ in range(3):
            connection.request("GET", "/domain/good-name.org")
            assert connection.getresponse().read()
            kept = connection.sock
            assert kept is not None
    assert list(server.queries) == ["good-name.org"] * 3


def test_a_document_of_your_own_can_be_served(server):
    server.documents["good-name.org"] = b"{"
    assert ask(server, "/domain/good-name.org").body == b"{"


def test_org_gives_no_handle_and_says_so():
    body = document("good-name.org", facts_of("good-name.org"))
    assert "handle" not in body
    assert body["redacted"][0]["prePath"] == "$.handle"


def test_google_calls_a_renewal_a_reregistration():
    facts = replace(facts_of("good-name.dev"), renewed_at=NOW - DAY)
    assert dates(document("good-name.dev", facts))["reregistration"] == "2026-04-30T06:30:00.000Z"
    assert "reregistration" not in dates(document("good-name.com", facts))


def test_no_date_of_expiry_where_the_registry_publishes_none():
    assert "expiration" not in dates(document("good-name.no", facts_of("good-name.no")))


def test_denic_has_no_dates_in_redemption():
    facts = facts_of("good-name.de")
    lapsed = replace(facts, statuses=frozenset({Status.REDEMPTION_PERIOD, Status.PENDING_DELETE}))
    assert "registration" in dates(document("good-name.de", facts))
    assert "registration" not in dates(document("good-name.de", lapsed))


def test_some_registries_speak_epp_words_and_end_names_with_dots():
    body = document("good-name.top", facts_of("good-name.top"))
    assert body["status"] == ["clientTransferProhibited"]
    body = document("good-name.uk", facts_of("good-name.uk"))
    assert body["nameservers"][0]["ldhName"] == "ns1.northwind-hosting.net."


def test_the_registrars_own_date_stands_beside_the_registrys():
    life = scripts.lapsed("lost-name.blog", born=BORN, expires=NOW)
    events_seen = dates(document("lost-name.blog", life.at(NOW + DAY)))
    assert events_seen["registrar expiration"] == "2026-05-01T06:30:00Z"
    assert events_seen["expiration"] == "2027-05-01T06:30:00Z"


def test_signed_names_show_their_ds():
    facts = events.dnssec_rollover("good-name.net", born=BORN, at=NOW).at(NOW - DAY)
    tag, algorithm, digest_type, digest = facts.ds[0].split("/")
    assert document("good-name.net", facts)["secureDNS"]["dsData"] == [
        {
            "keyTag": int(tag),
            "algorithm": int(algorithm),
            "digestType": int(digest_type),
            "digest": digest,
        }
    ]


@pytest.mark.parametrize(
    ("how", "status", "content_type"),
    [
        (How.LIMITED, 429, "application/rdap+json"),
        (How.FORBIDDEN, 403, "text/html"),
        (How.ERROR, 503, "application/rdap+json"),
        (How.QUOTA_NOTICE, 200, "application/rdap+json"),
        (How.NO_SUCH_NAME, 404, "application/rdap+json"),
    ],
)
def test_a_failing_server_answers_wrongly_about_everything(
    server, world, how, status, content_type
):
    with world.failing(Outage(where=Where.RDAP, how=how)):
        answer = ask(server, "/domain/good-name.org")
    assert answer.status == status
    assert answer.content_type == content_type
    assert b"good-name.org" not in answer.body or status == 404


def test_a_server_that_is_down_breaks_the_connection(server, world):
    with (
        world.failing(Outage(where=Where.RDAP, how=How.DOWN)),
        pytest.raises(http.client.RemoteDisconnected),
    ):
        ask(server, "/domain/good-name.org")


def test_a_silent_server_keeps_its_clients_waiting_until_it_ends(world):
    with (
        RdapServer(world) as server,
        world.failing(Outage(where=Where.RDAP)),
        pytest.raises(TimeoutError),
    ):
        ask(server, "/domain/good-name.org", timeout=0.1)


def test_a_planned_outage_begins_and_ends_by_the_clock(server, world):
    world.plan(Outage(where=Where.RDAP, how=How.ERROR, start=NOW + DAY, end=NOW + 2 * DAY))
    seen = []
    for _ in range(3):
        seen.append(ask(server, "/domain/good-name.org").status)
        world.clock.advance(DAY)
    assert seen == [200, 503, 200]


def test_an_outage_can_touch_a_share_of_the_names_always_the_same():
    outage = Outage(where=Where.RDAP, share=0.3)
    names = [f"name-{number}.org" for number in range(2000)]
    touched = [name for name in names if outage.touches(name, NOW)]
    assert 0.25 < len(touched) / len(names) < 0.35
    assert touched == [name for name in names if outage.touches(name, NOW)]
