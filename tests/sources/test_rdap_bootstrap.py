"""F12: a table that is missing, cut off or poisoned never replaces the last good one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domainguard.sources.egress import is_public_name, read_url
from domainguard.sources.rdap_bootstrap import (
    Bootstrap,
    BootstrapRefused,
    accept_update,
    overrides,
    shipped,
)

SERVERS = {
    "com": ["https://rdap.one.example/com/"],
    "net": ["https://rdap.one.example/net/"],
    "org": ["https://rdap.two.example"],
    "co.zz": ["https://rdap.four.example/"],
    "zz": ["http://rdap.three.example/", "https://rdap.three.example/"],
    "kg": ["http://rdap.five.example/"],
}


def document(servers: Mapping[str, Any] = SERVERS, **members: Any) -> bytes:
    services = [[[suffix], urls] for suffix, urls in servers.items()]
    table = {"version": "1.0", "publication": "2026-07-23T02:00:03Z", "services": services}
    return json.dumps({**table, **members}).encode()


OLD = Bootstrap.from_json(document())


def test_the_table_that_ships_is_ianas_with_its_date_and_our_overrides():
    table = shipped()
    assert table.published == "2026-07-23T02:00:03Z"
    assert table.published_at == datetime(2026, 7, 23, 2, 0, 3, tzinfo=UTC)
    assert len(table.servers) == 1200 + len(overrides())
    assert table.server_for("com") == "https://rdap.verisign.com/com/v1/"
    assert table.server_for("de") == "https://rdap.denic.de/"


def test_every_shipped_server_is_public_and_all_but_two_speak_https():
    targets = [read_url(url) for url in shipped().servers.values()]
    assert all(is_public_name(target.host) and target.has_default_port for target in targets)
    assert sum(target.scheme == "http" for target in targets) == 2


def test_every_override_has_a_source_and_a_date_and_adds_what_iana_does_not_list():
    data = Path("domainguard/data/rdap-overrides.json")
    table = json.loads((Path(__file__).parents[2] / data).read_text())
    listed = Bootstrap.from_file(Path(__file__).parents[2] / "domainguard/data/rdap-bootstrap.json")
    assert datetime.fromisoformat(table["version"])
    for row in table["overrides"]:
        assert row["source"]
        assert datetime.fromisoformat(row["date"])
        assert row["tld"] not in listed.servers
        assert read_url(row["url"]).scheme == "https"
        assert row["url"].endswith("/")


@pytest.mark.parametrize(
    ("name", "server"),
    [
        ("com", "https://rdap.one.example/com/"),
        ("birch.com", "https://rdap.one.example/com/"),
        ("birch.org", "https://rdap.two.example/"),
        ("birch.co.zz", "https://rdap.four.example/"),
        ("birch.ne.zz", "https://rdap.three.example/"),
        ("co.zz", "https://rdap.four.example/"),
        ("birch.kg", "http://rdap.five.example/"),
        ("birch.info", None),
        ("com.example", None),
        ("", None),
    ],
)
def test_the_longest_suffix_listed_decides_and_https_is_preferred(name: str, server: str | None):
    assert OLD.server_for(name) == server


def test_iana_wins_over_an_override():
    both = OLD.with_overrides({"com": "https://elsewhere.example/", "xx": "https://x.example/"})
    assert both.server_for("com") == OLD.server_for("com")
    assert both.server_for("xx") == "https://x.example/"
    assert both.hosts == OLD.hosts | {"x.example"}


def test_redirects_may_lead_to_the_hosts_listed():
    assert OLD.hosts == {
        f"rdap.{number}.example" for number in ("one", "two", "three", "four", "five")
    }


def test_a_file_is_read(tmp_path: Path):
    path = tmp_path / "dns.json"
    path.write_bytes(document())
    assert Bootstrap.from_file(path) == OLD


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"<html>404</html>",
        document()[:-40],
        b"[]",
        b"{}",
        b"null",
        b'{"services": {}}'[:-1],
        b'{"services": [1]}',
        b'{"services": [[["com"]]]}',
        b'{"services": [[["com"], [1]]]}',
        b'{"services": [[[1], ["https://a.example/"]]]}',
        document({"com": ["https://user@a.example/"]}),
        document({"com": ["ftp://a.example/"]}),
        document({"com": ["https://a.example/?x#y"]}),
        document({"c m": ["https://a.example/"]}),
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_bootstrap_is_refused(text: bytes):
    with pytest.raises(BootstrapRefused):
        Bootstrap.from_json(text)


def test_an_update_like_the_old_one_is_accepted():
    servers = {**SERVERS, "info": ["https://rdap.six.example/"]}
    new = accept_update(OLD, document(servers, publication="2026-08-01T00:00:00Z"))
    assert new.server_for("info") == "https://rdap.six.example/"
    assert new.published == "2026-08-01T00:00:00Z"


def only(*suffixes: str, **more: str) -> bytes:
    """Give a table with these of the old entries and some new ones."""
    new = {suffix: [url] for suffix, url in more.items()}
    return document({suffix: SERVERS[suffix] for suffix in suffixes} | new)


EVIL = "https://evil.example/"


@pytest.mark.parametrize(
    ("update", "reason"),
    [
        (b"", "no RDAP bootstrap"),
        (document()[:-40], "no RDAP bootstrap"),
        (document() + b" " * 1_000_000, "bytes is not plausible"),
        (document(publication="2020-01-01T00:00:00Z"), "published before"),
        (only("com", "net", "zz"), "no server for org"),
        (only(*SERVERS, com="https://127.0.0.1/"), r"sends \.com"),
        (only(*SERVERS, com="http://localhost:8080/"), r"sends \.com"),
        (only(*SERVERS, net="http://rdap.one.example/"), r"sends \.net"),
        (only(*SERVERS, aa="http://rdap.one.example/"), r"sends \.aa"),
        (only(**dict.fromkeys(SERVERS, EVIL)), "more than half"),
        (only(*SERVERS, a=EVIL, b=EVIL, c=EVIL, d=EVIL), "more than half"),
        (only("com", "net", "org", a=EVIL), "more than half"),
    ],
)
def test_an_update_that_is_not_plausible_is_refused(update: bytes, reason: str):
    with pytest.raises(BootstrapRefused, match=reason):
        accept_update(OLD, update)


def test_an_update_that_changes_exactly_half_is_accepted():
    assert accept_update(OLD, only("com", "net", "org")).servers.keys() == {"com", "net", "org"}


def test_a_server_on_the_egress_allow_list_may_be_private():
    update = document({**SERVERS, "com": ["http://127.0.0.1:8080/"]})
    new = accept_update(OLD, update, allow=frozenset({("127.0.0.1", 8080)}))
    assert new.server_for("com") == "http://127.0.0.1:8080/"


def test_the_shipped_table_accepts_itself():
    path = Path(__file__).parents[2] / "domainguard/data/rdap-bootstrap.json"
    old = Bootstrap.from_file(path)
    assert accept_update(old, path.read_bytes()) == old
