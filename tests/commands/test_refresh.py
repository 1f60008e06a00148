"""F12: the bootstrap copy is renewed from a real server, or stays as it was."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from domainguard import wiring
from domainguard.core.names import RegistrableDomain
from domainguard.management.commands.domainguard_refresh import Command
from domainguard.sources.rdap_bootstrap import Bootstrap, published_copy
from domainguard.testing.http_server import HttpServer, Reply

SHIPPED = (files("domainguard") / "data" / "rdap-bootstrap.json").read_bytes()
Serve = Callable[..., str]


def document(change: Callable[[dict[str, str]], object] = lambda servers: None) -> bytes:
    """Give the registry as it is today, with a change made to its servers."""
    servers = dict(published_copy().servers)
    change(servers)
    return Bootstrap("2026-11-22T00:00:00Z", servers).as_json().encode()


def move(share: float) -> Callable[[dict[str, str]], object]:
    """Send this share of all suffixes to another server."""

    def change(servers: dict[str, str]) -> None:
        for suffix in sorted(servers)[: round(share * len(servers))]:
            servers[suffix] = "https://rdap.elsewhere.net/"

    return change


@pytest.fixture
def serve(settings) -> Iterator[Serve]:
    """Serve one reply, as the operator's own mirror, and give its address."""
    replies: list[Reply] = [Reply(body=document())]
    with HttpServer(lambda request: replies[-1]) as server:
        settings.DOMAINGUARD = {**settings.DOMAINGUARD, "EGRESS_ALLOW": [server.endpoint]}

        def answer(body: bytes = b"", **options) -> str:
            replies.append(Reply(body=body, **options))
            return f"{server.url}rdap/dns.json"

        yield answer


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    file = tmp_path / "dns.json"
    file.write_bytes(SHIPPED)
    return file


def refresh(*arguments: str) -> str:
    said = io.StringIO()
    call_command("domainguard_refresh", *arguments, stdout=said)
    return said.getvalue()


def test_a_plausible_registry_replaces_the_copy(serve, kept):
    url = serve(document(move(0.4)))
    said = refresh("--url", url, "--file", str(kept))

    assert Bootstrap.from_file(kept).published == "2026-11-22T00:00:00Z"
    assert "rdap.elsewhere.net" in kept.read_text()
    assert "published 2026-11-22T00:00:00Z" in said
    assert [path.name for path in kept.parent.iterdir()] == ["dns.json"]


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        pytest.param({"body": document()[:-200]}, "no RDAP bootstrap", id="truncated"),
        pytest.param(
            {"body": document(lambda servers: servers.update(com="https://127.0.0.1:8443/"))},
            "not public https",
            id="poisoned with a loopback host",
        ),
        pytest.param(
            {"body": document(lambda servers: servers.update(de="http://rdap.nic.de/"))},
            "not public https",
            id="without TLS",
        ),
        pytest.param({"body": document(move(0.6))}, "more than half", id="60 % of it changed"),
        pytest.param(
            {"body": document(lambda servers: servers.pop("com"))}, "no server for com", id="no com"
        ),
        pytest.param({"status": 404}, "HTTP 404", id="gone"),
        pytest.param({"breaks": True}, "no connection", id="broken off"),
        pytest.param(
            {"status": 302, "headers": {"Location": "https://127.0.0.1/"}}, "redirects", id="moved"
        ),
    ],
)
def test_anything_else_leaves_the_last_good_copy_and_says_why_in_one_line(serve, kept, reply, why):
    with pytest.raises(CommandError) as refused:
        refresh("--url", serve(**reply), "--file", str(kept))

    assert refused.value.returncode == 1
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)
    assert kept.read_bytes() == SHIPPED
    assert [path.name for path in kept.parent.iterdir()] == ["dns.json"]


def test_the_file_of_the_settings_is_the_one_that_is_renewed(serve, kept, settings):
    url = serve(document(move(0.1)))
    settings.DOMAINGUARD = {
        **settings.DOMAINGUARD,
        "RDAP_BOOTSTRAP": str(kept),
        "RDAP_BOOTSTRAP_URL": url,
    }
    refresh()

    assert Bootstrap.from_file(kept).published == "2026-11-22T00:00:00Z"


def test_a_first_copy_is_compared_with_the_one_that_ships(serve, tmp_path):
    file = tmp_path / "new.json"
    with pytest.raises(CommandError, match="more than half"):
        refresh("--url", serve(document(move(0.6))), "--file", str(file))
    assert not file.exists()

    refresh("--url", serve(document()), "--file", str(file))
    assert file.exists()


def test_it_mends_a_file_that_the_checks_complain_about(serve, kept, settings):
    kept.write_text("{}")
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "RDAP_BOOTSTRAP": str(kept)}
    typed = ["manage.py", "domainguard_refresh", "--url", serve(document())]
    Command(stdout=io.StringIO()).run_from_argv(typed)
    assert Bootstrap.from_file(kept).servers == published_copy().servers


@pytest.mark.parametrize("setting", ["", "https://mirror.elsewhere.net/dns.json"])
def test_without_a_file_it_says_what_to_type(settings, setting):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "RDAP_BOOTSTRAP": setting}
    with pytest.raises(CommandError, match="--file"):
        refresh()


def test_a_place_that_cannot_be_written_is_said(serve, tmp_path):
    with pytest.raises(CommandError, match="as it was"):
        refresh("--url", serve(document()), "--file", str(tmp_path / "missing" / "dns.json"))


def covers(domain: str) -> bool:
    return bool(wiring.registry_sources_for(RegistrableDomain(domain)))


def test_an_address_in_the_settings_is_fetched_when_the_first_domain_is_looked_at(serve, settings):
    own = json.dumps({"services": [[["zz"], ["https://rdap.nic.zz/"]]]}).encode()
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "RDAP_BOOTSTRAP": serve(own)}

    assert covers("birch.zz")
    assert not covers("birch.com")


def test_while_that_address_fails_the_copy_that_ships_is_used(serve, settings, caplog):
    settings.DOMAINGUARD = {**settings.DOMAINGUARD, "RDAP_BOOTSTRAP": serve(status=503)}

    assert covers("birch.com")
    assert "The copy that ships is used" in caplog.text
