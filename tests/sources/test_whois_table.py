from __future__ import annotations

import json
from pathlib import Path

import pytest

from domainguard.core.names import parse_domain
from domainguard.sources import rdap_bootstrap
from domainguard.sources.egress import is_public_name
from domainguard.sources.whois_table import WhoisServer, WhoisTable, WhoisTableRefused

RAW = Path(__file__).parents[2] / "domainguard" / "data" / "whois.json"
SHIPPED = WhoisTable.shipped()
ROW = {"server": "whois.nic.example", "format": "plain"}


def server_for(table: WhoisTable, name: str) -> WhoisServer:
    server = table.server_for(name)
    assert server is not None
    return server


def table(**row: object) -> WhoisTable:
    return WhoisTable.from_json(json.dumps({"tlds": {"example": {**ROW, **row}}}))


def test_every_row_says_where_it_is_from_and_when_it_was_reviewed():
    for suffix, row in json.loads(RAW.read_text("utf-8"))["tlds"].items():
        assert row["source"], suffix
        assert row["reviewed"] == "2026-11", suffix


def test_every_server_that_ships_is_a_public_name_on_port_43():
    for server in SHIPPED.servers.values():
        assert is_public_name(server.host)
        assert server.port == 43


@pytest.mark.parametrize(
    "tld", ["com", "net", "org", "io", "me", "sh", "ac", "co", "ch", "li", "us", "es", "fr", "uk"]
)
def test_a_tld_with_rdap_or_without_a_server_for_strangers_is_not_asked(tld: str):
    assert SHIPPED.server_for(f"alder.{tld}") is None


@pytest.mark.parametrize(
    "tld",
    [
        "de",
        "eu",
        "be",
        "it",
        "at",
        "dk",
        "ru",
        "su",
        "xn--p1ai",
        "se",
        "nu",
        "jp",
        "kz",
        "cn",
        "kr",
        "hk",
        "pt",
        "ro",
        "hu",
        "ie",
        "lt",
        "lv",
        "lu",
        "ee",
        "sk",
        "rs",
    ],
)
def test_a_tld_that_the_field_notes_name_is_asked(tld: str):
    assert SHIPPED.server_for(f"alder.{tld}") is not None


def test_nothing_is_left_to_port_43_that_rdap_covers():
    bootstrap = rdap_bootstrap.shipped()
    left = SHIPPED.without(lambda suffix: bootstrap.server_for(suffix) is not None)
    assert not any(bootstrap.server_for(suffix) for suffix in left.servers)
    assert set(SHIPPED.servers) - set(left.servers) <= {"de"}


def test_the_longest_suffix_decides_who_is_asked():
    rows = {"za": {**ROW, "server": "a.example"}, "co.za": {**ROW, "server": "b.example"}}
    both = WhoisTable.from_json(json.dumps({"tlds": rows}))
    asked = [server_for(both, name).host for name in ("x.za", "x.co.za", "co.za")]
    assert asked == ["a.example", "b.example", "a.example"]


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("alder.de", b"-T dn,ace alder.de\r\n"),
        ("alder.jp", b"alder.jp/e\r\n"),
        ("alder.it", b"alder.it\r\n"),
    ],
)
def test_the_question_is_one_line_in_the_servers_own_form(name: str, question: bytes):
    domain = parse_domain(name).trust_key
    assert server_for(SHIPPED, domain).question(domain) == question


def test_an_operators_file_replaces_the_table(tmp_path: Path):
    path = tmp_path / "whois.json"
    path.write_text(json.dumps({"published": "2026-12-01", "tlds": {"de": {**ROW, "port": 4343}}}))
    own = WhoisTable.from_file(path)
    asked = server_for(own, "alder.de")
    assert (asked.host, asked.port) == ("whois.nic.example", 4343)
    assert own.server_for("alder.it") is None


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"format": "no-such"}, "unknown format 'no-such'"),
        ({"port": 0}, "no server"),
        ({"port": "43"}, "no server"),
        ({"server": None}, "no server"),
        ({"query": "no name in it"}, "query"),
        ({"query": "{domain}\r\nquit {domain}"}, "query"),
        ({"query": "x\r\n{domain}"}, "query"),
    ],
)
def test_a_row_that_cannot_work_is_refused_with_its_reason(row: dict[str, object], why: str):
    with pytest.raises(WhoisTableRefused, match=why):
        table(**row)


@pytest.mark.parametrize("document", ["", "[]", "{}", '{"tlds": []}', '{"tlds": {"de": {}}}'])
def test_a_document_of_another_kind_is_refused(document: str):
    with pytest.raises(WhoisTableRefused):
        WhoisTable.from_json(document)
