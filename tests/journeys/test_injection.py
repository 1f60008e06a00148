"""What a visitor says of hosts and in fields never reaches a link or a header of a mail (F53)."""

from __future__ import annotations

import socket
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from domainguard.models import Intent
from domainguard.testing import scripts
from registry_site.accounts.models import User
from tests.world import PASSWORD, World

EVIL = "evil.example"
ADA, NEW = "ada@mill-lane.org", "new@mill-lane.org"
INJECTED = [
    "\r\nBcc: eve@evil.example",
    "\nBcc: eve@evil.example",
    "\rBcc: eve@evil.example",
    "%0d%0aBcc:eve@evil.example",
    "\u2028Bcc: eve@evil.example",
    "\x85Bcc: eve@evil.example",
    "\x00",
    ",eve@evil.example",
    ";eve@evil.example",
    ">,<eve@evil.example",
    " eve@evil.example",
]
HOSTS: list[dict[str, str]] = [
    {"HTTP_HOST": EVIL},
    {"HTTP_HOST": f"127.0.0.1@{EVIL}"},
    {"HTTP_HOST": f"127.0.0.1:8000, {EVIL}"},
    {"HTTP_X_FORWARDED_HOST": EVIL},
    {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_PORT": "4711"},
    {"HTTP_FORWARDED": f"for=1.2.3.4;host={EVIL};proto=https"},
    {"HTTP_X_HOST": EVIL, "HTTP_X_ORIGINAL_HOST": EVIL, "HTTP_X_REWRITE_URL": f"//{EVIL}/"},
    {"HTTP_ORIGIN": f"https://{EVIL}", "HTTP_REFERER": f"https://{EVIL}/"},
    {"SERVER_NAME": EVIL, "SERVER_PORT": "4711"},
    {"SCRIPT_NAME": f"//{EVIL}"},
]


@pytest.fixture
def mill(world, at, settings) -> World:
    """Give a world whose site believes every host it is told, as careless ones do."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.USE_X_FORWARDED_HOST = settings.USE_X_FORWARDED_PORT = True
    world.net.add(scripts.healthy("mill-lane.org", born=at(days=-400)))
    world.person("ada", ADA)
    cache.clear()
    return world


def mails(world: World) -> list[EmailMessage]:
    """Give all mail that arrived, each looked through for what was injected."""
    world.serve()
    for delivered in world.net.sink.messages:
        message = delivered.message
        assert delivered.rcpt_to in (ADA, NEW)
        assert message.get_all("To") == [delivered.rcpt_to]
        assert not {"Bcc", "Cc", "Reply-To", "X-Evil"} & set(message.keys())
        assert EVIL.encode() not in delivered.content
        assert not message.defects
    return [each.message for each in world.net.sink.messages]


def sign_up(client: Client, **changed: str) -> None:
    form = {"username": "new", "email": NEW, "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", form | changed)


@pytest.mark.parametrize("said", HOSTS, ids=lambda said: ", ".join(said))
def test_a_mailed_link_starts_with_our_origin_whatever_the_request_says(mill, said, settings):
    answer = Client(**said).post("/accounts/password/reset/", {"email": ADA})
    sign_up(Client(**said))
    sent = mails(mill)
    assert len(sent) == (0 if answer.status_code == 400 else 2)  # Django reads no such host
    for message in sent:
        text = message.get_body(("plain",)).get_content()
        (link,) = (word for word in text.split() if "://" in word)
        assert link.startswith(f"{settings.PUBLIC_ORIGIN}/accounts/")
        assert "//" not in urlsplit(link).path


@pytest.mark.parametrize(
    "target", [f"http://{EVIL}/accounts/password/reset/", f"//{EVIL}/accounts"]
)
def test_an_absolute_request_target_changes_no_link(mill, live_server, target):
    body = f"email={ADA}".encode()
    head = [
        f"POST {target} HTTP/1.1",
        f"Host: {EVIL}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    address = urlsplit(live_server.url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as browser:
        browser.sendall("\r\n".join([*head, "", ""]).encode() + body)
        answer = b"".join(iter(lambda: browser.recv(4096), b""))
    assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 302"))
    assert EVIL.encode() not in answer.partition(b"\r\n\r\n")[0]
    mails(mill)


@pytest.mark.parametrize("injected", INJECTED, ids=ascii)
def test_what_is_put_into_a_field_stays_out_of_every_header(mill, injected):
    for text in (f"{ADA}{injected}", f"{injected}{ADA}", f"ada{injected}@mill-lane.org"):
        Client().post("/accounts/password/reset/", {"email": text})
        sign_up(Client(), email=text)
    sign_up(Client(), username=f"new{injected}")
    mails(mill)
    assert not Intent.objects.filter(submitted__contains="\n").exists()


@pytest.mark.parametrize("injected", INJECTED, ids=ascii)
def test_a_name_with_line_ends_in_it_stays_out_of_the_subject(mill, injected):
    if "\x00" not in injected:  # no database keeps that
        User.objects.update(username=f"ada{injected.replace(EVIL, 'else.example')}")
    mill.ask_for_reset(ADA)
    assert len(mails(mill)) == 1
