from __future__ import annotations

import json
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from domainguard.core.evidence import Outcome, SourceClass
from domainguard.core.names import RegistrableDomain
from domainguard.sources.base import Deadline
from domainguard.sources.http import EgressPolicy, GuardedFetch
from domainguard.sources.rdap import RdapSource
from domainguard.sources.rdap_bootstrap import Bootstrap
from domainguard.testing.http_server import Reply
from tests.sources.certificates import Authority
from tests.sources.fetching import ALSO, HOST, trusting
from tests.sources.hostile import HostileServer, answer
from tests.sources.registry import NOW, RDAP, found, registry

DOCUMENT: dict[str, Any] = {
    "objectClassName": "domain",
    "ldhName": "BIRCH.COM",
    "handle": "1-COM",
    "status": ["active"],
    "events": [{"eventAction": "registration", "eventDate": "2010-03-04T05:06:07Z"}],
}


def body(**changes: Any) -> bytes:
    return json.dumps({**DOCUMENT, **changes}).encode()


def error(code: int, *lines: str) -> bytes:
    return json.dumps({"errorCode": code, "title": "Oh", "description": list(lines)}).encode()


def outcome_of(reply: Reply) -> Outcome:
    with registry(reply) as asked:
        return asked.look("birch.com").outcome


def test_the_registry_is_asked_for_the_domain_below_its_base_address():
    with registry(found(body())) as asked:
        evidence = asked.look("birch.com")
    assert [request.target for request in asked.requests] == ["/rdap/domain/birch.com"]
    assert asked.requests[0].headers["accept"].startswith(RDAP)
    assert evidence.asked == f"{asked.server.url}rdap/domain/birch.com"
    assert (evidence.domain, evidence.source, evidence.at) == ("birch.com", "rdap", NOW)
    assert (evidence.source_class, evidence.note) == (SourceClass.REGISTRY, "")


def test_a_domain_without_a_known_server_is_unsupported_and_not_covered():
    with registry(found(body())) as asked:
        evidence = asked.look("birch.zz")
        assert (asked.source.covers(RegistrableDomain("birch.zz")), asked.requests) == (False, [])
        assert asked.source.covers(RegistrableDomain("birch.com"))
    assert evidence.outcome is Outcome.UNSUPPORTED
    assert evidence.note == "no RDAP server is known for .zz"


def test_what_was_left_aside_is_noted_in_our_own_words():
    odd = body(status=["active", "<b>shiny</b>"], nameservers=[{"ldhName": "a b"}])
    with registry(found(odd)) as asked:
        evidence = asked.look("birch.com")
    assert evidence.note == (
        "status words that we do not know: 1; name servers without a readable name: 1"
    )


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=404, content_type=RDAP),
        Reply(status=404, content_type=""),
        Reply(status=404, content_type=RDAP, body=error(404, "No such domain.")),
        Reply(status=404, content_type="application/json; charset=utf-8", body=error(404)),
        Reply(status=404, content_type=RDAP, body=b"{}"),
    ],
)
def test_a_404_of_the_registry_is_not_found(reply: Reply):
    assert outcome_of(reply) is Outcome.NOT_FOUND


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=404, content_type="text/html", body=b"<h1>Please sign in to the Wi-Fi</h1>"),
        Reply(status=404, content_type="text/html"),
        Reply(status=404, content_type="text/html", body=error(404)),
        Reply(status=404, content_type="text/plain", body=b"404 page not found"),
        Reply(status=404, content_type="", body=b"not here"),
        Reply(status=404, content_type=RDAP, body=b"<html>"),
        Reply(status=404, content_type=RDAP, body=b"[]"),
        Reply(status=404, content_type=RDAP, body=error(500)),
        Reply(status=404, content_type=RDAP, headers={"Content-Encoding": "gzip"}),
    ],
)
def test_a_404_that_is_no_rdap_answer_is_unreadable(reply: Reply):
    assert outcome_of(reply) is Outcome.UNREADABLE


def test_a_404_behind_a_redirect_to_another_host_is_unreadable(authority: Authority):
    with HostileServer(answer(b"", status="404 No"), tls=authority.server(ALSO)) as there:
        location = there.url("/domain/birch.com", host=ALSO)
        script = answer(b"", status="302 Found", location=location)
        with HostileServer(script, tls=authority.server(HOST)) as here:
            servers = {"com": here.url(host=HOST), "net": there.url(host=ALSO)}
            source = RdapSource(Bootstrap("", servers), trusting(authority, here, there))
            domains = map(RegistrableDomain, ("birch.com", "birch.net"))
            looks = [source.look(d, now=NOW, deadline=Deadline.after(5)) for d in domains]
    assert [evidence.outcome for evidence in looks] == [Outcome.UNREADABLE, Outcome.NOT_FOUND]


def test_a_redirect_to_another_registry_host_is_followed(authority: Authority):
    with HostileServer(answer(body()), tls=authority.server(ALSO)) as there:
        location = there.url("/domain/birch.com", host=ALSO)
        script = answer(b"", status="301 Moved", location=location)
        with HostileServer(script, tls=authority.server(HOST)) as here:
            servers = {"com": here.url(host=HOST), "net": there.url(host=ALSO)}
            source = RdapSource(Bootstrap("", servers), trusting(authority, here, there))
            domain = RegistrableDomain("birch.com")
            evidence = source.look(domain, now=NOW, deadline=Deadline.after(5))
    assert evidence.outcome is Outcome.ANSWERED


def test_the_link_to_the_registrar_is_never_followed():
    replies: dict[str, Reply] = {}
    with registry(replies) as asked:
        href = f"{asked.server.url}registrar/domain/birch.com"
        links = [{"rel": "related", "type": RDAP, "value": href, "href": href}]
        replies["birch.com"] = found(body(links=links))
        assert asked.look("birch.com").outcome is Outcome.ANSWERED
    assert [request.target for request in asked.requests] == ["/rdap/domain/birch.com"]


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(status=400, content_type=RDAP, body=error(400)), Outcome.REFUSED),
        (Reply(status=401), Outcome.REFUSED),
        (Reply(status=403, content_type=RDAP, body=error(403)), Outcome.REFUSED),
        (Reply(status=301), Outcome.REFUSED),
        (Reply(status=204, content_type=RDAP), Outcome.REFUSED),
        (Reply(status=500), Outcome.UNREACHABLE),
        (Reply(status=503), Outcome.UNREACHABLE),
        (Reply(breaks=True), Outcome.UNREACHABLE),
        (found(b""), Outcome.UNREADABLE),
        (found(error(404, "Not here")), Outcome.UNREADABLE),
        (found(error(500)), Outcome.UNREADABLE),
        (found(body(objectClassName="entity")), Outcome.UNREADABLE),
        (found(body(ldhName="elm.com")), Outcome.UNREADABLE),
        (Reply(content_type="text/html", body=b"<html>Welcome</html>"), Outcome.UNREADABLE),
    ],
)
def test_what_a_reply_comes_to(reply: Reply, outcome: Outcome):
    assert outcome_of(reply) is outcome


LIMIT_PAGE = b"<html><body>Number of allowed queries exceeded</body></html>"
STYLED_LIMIT_PAGE = (
    b"<!DOCTYPE html><html><head><title>Oh</title><style>"
    + b"p { color: red } " * 100
    + b"</style>"
    b"<script>var limit = 1;</script></head><body>"
    b"<p>Your <b>query limit</b> has been <i>reached</i>"
)
QUOTA = {"title": "401 Unauthorized", "description": "Path 'domain': Quota exceeded (31/30)"}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=429, content_type=RDAP, body=error(429)),
        Reply(status=429),
        Reply(status=422),
        Reply(status=403, content_type="text/html", body=LIMIT_PAGE),
        Reply(status=403, content_type="text/plain"),
        Reply(status=503, headers={"Retry-After": "5"}),
        Reply(content_type="text/html", body=LIMIT_PAGE),
        Reply(content_type="text/plain", body=b"Too many requests, slow down"),
        found(error(429, "Calm down")),
        found(error(400, "Query rate limit exceeded")),
        found(json.dumps({"rdapConformance": [], "notices": QUOTA}).encode()),
        found(body(notices=QUOTA)),
        found(body(notices=[QUOTA])),
        found(body(remarks=[{"title": "Quota", "description": ["Your quota is used up."]}])),
        found(body(notices=[{"description": ["Query limit reached. You may try again later."]}])),
        found(body(notices=[{"title": "Notice", "description": ["Request rate exceeded", "1/s"]}])),
        found(body(notices={"description": "TOO MANY CONNECTIONS"})),
        Reply(status=404, content_type=RDAP, body=error(404, "Query quota exceeded")),
        Reply(status=404, content_type=RDAP, body=error(429)),
        Reply(content_type="text/html; charset=utf-8", body=STYLED_LIMIT_PAGE),
        Reply(status=429, content_type="text/html", headers={"Content-Encoding": "gzip"}),
        Reply(status=403, content_type="", body=b""),
        Reply(status=422, content_type=RDAP, body=error(422, "Unprocessable")),
    ],
)
def test_every_shape_of_a_rate_limit_is_limited(reply: Reply):
    assert outcome_of(reply) is Outcome.LIMITED


@pytest.mark.parametrize(
    "text",
    [
        "Access may be denied when a query limit was exceeded.",
        "If the rate limit is exceeded, HTTP 429 will be returned.",
        "You agree to stay within the limits; queries that exceeded them are blocked.",
        "This service is rate limited.",
        "Records exceed what port 43 shows.",
    ],
)
def test_a_short_word_on_limits_is_no_limit(text: str):
    notices = [{"title": "Terms of Use", "description": [text]}]
    assert outcome_of(found(body(notices=notices))) is Outcome.ANSWERED


def test_terms_of_use_that_mention_limits_are_no_limit():
    terms = {
        "title": "Terms of Use",
        "description": [
            "You agree not to use high volume, automated processes. Access may be denied when the "
            "number of queries exceeds what we deem fair, or when a rate limit was exceeded, and "
            "will be restored at our discretion. For more information about our limits, and on "
            "what happens when they have been exceeded, see our pages on the matter.",
        ],
    }
    assert outcome_of(found(body(notices=[terms]))) is Outcome.ANSWERED


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("0", None),
        ("-1", None),
        ("", None),
        ("soon", None),
        ("3600", 3600),
        ("999999999", 3600),
        ("9" * 40, None),
        ("1e9", None),
        (format_datetime(NOW + timedelta(minutes=2), usegmt=True), 120),
        (format_datetime(NOW - timedelta(minutes=2), usegmt=True), None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600),
        ("Fri, 99 Dec 2026 23:59:59 GMT", None),
    ],
)
def test_retry_after_is_read_with_care(text: str, seconds: int | None):
    with registry(Reply(status=429, headers={"Retry-After": text})) as asked:
        wait = asked.look("birch.com").retry_after
    assert wait == (None if seconds is None else timedelta(seconds=seconds))


def test_a_server_that_hangs_is_a_time_out_at_the_deadline():
    with registry(Reply(silent=True)) as asked:
        domain = RegistrableDomain("birch.com")
        evidence = asked.source.look(domain, now=NOW, deadline=Deadline.after(0.3))
    assert evidence.outcome is Outcome.TIMED_OUT
    assert evidence.note == f"{evidence.asked}: the deadline passed"


def test_a_poisoned_bootstrap_that_names_loopback_opens_no_connection():
    with registry(found(body())) as asked:
        servers = {"com": asked.server.url}
        source = RdapSource(Bootstrap("", servers), GuardedFetch(EgressPolicy()))
        domain = RegistrableDomain("birch.com")
        evidence = source.look(domain, now=NOW, deadline=Deadline.after(5))
    assert (evidence.outcome, asked.requests) == (Outcome.REFUSED, [])


def test_no_word_of_the_server_reaches_a_note():
    word = "fk-3e1b0c77a9"
    replies = [
        Reply(status=404, content_type=f"text/{word}", body=word.encode()),
        Reply(status=302, headers={"Location": f"https://{word}.example/{word}"}),
        Reply(status=429, headers={"Retry-After": word}),
        found(f'{{"{word}"'.encode()),
        found(body(ldhName=f"{word}.com")),
        found(body(status=[word, f"redemption {word}"])),
        found(body(events=[{"eventAction": "registration", "eventDate": word}])),
        found(body(**{word: [word]}, nameservers=[{"ldhName": f"{word} {word}"}])),
        found(error(400, word)),
    ]
    for reply in replies:
        with registry(reply) as asked:
            assert word not in asked.look("birch.com").note


def test_a_note_names_the_server_and_the_domain_asked_for():
    with registry(Reply(status=400)) as asked:
        evidence = asked.look("birch.com")
    assert evidence.note == f"{evidence.asked}: the server refuses the question (HTTP 400)"
