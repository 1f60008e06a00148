"""The site under the clock: its WSGI application called as a server calls it, in this process."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from io import BytesIO
from time import perf_counter_ns
from typing import Any
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

from tests.plugins.postgres import Postgres, start_postgres

OURS, STOCK = "/accounts/password/reset/", "/stock/"
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
_Headers = list[tuple[str, str]]


def environ(database_url: str, smtp_port: int) -> dict[str, str]:
    """Give the environment of a deployment without TLS."""
    return {
        "DJANGO_SETTINGS_MODULE": "registry_site.settings",
        "DATABASE_URL": database_url,
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        "SECRET_KEY": "for a benchmark and nothing else, of the length that Django wants",
        "PUBLIC_ORIGIN": "http://127.0.0.1:8000",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DEBUG": "off",
    }


def start(postgres: Postgres, smtp_port: int) -> None:
    """Load Django in this process, on a database of its own, and migrate it."""
    os.environ.update(environ(create_database(postgres), smtp_port))
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    settings.ROOT_URLCONF = "benchmarks.timing_urls"
    call_command("migrate", verbosity=0)


def create_database(postgres: Postgres) -> str:
    """Make the database that the cluster's address names; give the address."""
    import psycopg

    folder = str(postgres.folder)
    with psycopg.connect(host=folder, user="postgres", dbname="postgres", autocommit=True) as db:
        db.execute("CREATE DATABASE domainguard")
    return postgres.url


@dataclass(frozen=True, slots=True)
class Answer:
    """What whoever asked can see."""

    status: str
    headers: _Headers
    body: bytes


@dataclass(slots=True)
class Browser:
    """One visitor with the cookie and the token of the form's page."""

    application: Any
    cookie: str = ""
    tokens: dict[str, str] = field(default_factory=dict)

    def open(self, path: str) -> None:
        """Open the form, as whoever fills it in has to."""
        page = self._call(path, "GET", b"")
        found = _TOKEN.search(page.body)
        if found is None:
            raise ValueError(f"GET {path} gave {page.status} and no form.")
        given = [value.split(";")[0] for name, value in page.headers if name == "Set-Cookie"]
        self.cookie = "; ".join(filter(None, [self.cookie, *given]))
        self.tokens[path] = found[1].decode()

    def post(self, path: str, address: str) -> tuple[int, Answer]:
        """Ask for a reset; give the nanoseconds that it took, and the answer."""
        return self.send(path, {"email": address})

    def send(self, path: str, form: dict[str, str]) -> tuple[int, Answer]:
        """Send a form; give the nanoseconds that it took, and the answer."""
        body = urlencode({"csrfmiddlewaretoken": self.tokens[path], **form}).encode()
        began = perf_counter_ns()
        answer = self._call(path, "POST", body)
        return perf_counter_ns() - began, answer

    def _call(self, path: str, method: str, body: bytes) -> Answer:
        said: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_COOKIE": self.cookie,
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
        }
        setup_testing_defaults(said)
        heard: list[tuple[str, _Headers]] = []

        def start_response(status: str, headers: _Headers, *_: object) -> None:
            heard.append((status, headers))

        response = self.application(said, start_response)
        content = b"".join(response)
        response.close()
        return Answer(heard[0][0], heard[0][1], content)


__all__ = ["OURS", "STOCK", "Answer", "Browser", "create_database", "start", "start_postgres"]
