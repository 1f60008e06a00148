"""The processes of docker-compose.yml, read and run: PostgreSQL and Valkey come from wheels.

The sink of the small internet stands where the mail catcher would. What only an engine can show,
that the image builds and that its walls hold, is not shown here.
"""

from __future__ import annotations

import ast
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import psycopg
import pytest
from celery import Celery
from django.urls import reverse

from domainguard.environment import KEYS, OF_A_SITE
from domainguard.testing import SmallInternet, VirtualClock, scripts
from tests import compose
from tests.compose import ROOT, Container, Running
from tests.plugins.postgres import start_postgres
from tests.plugins.valkey import running_valkey

SERVICES = compose.services()
BOUGHT_IN = {"database", "valkey", "catcher"}
OURS = sorted(SERVICES.keys() - BOUGHT_IN)
LASTING = [name for name in OURS if name != "migrate"]
TOKEN = "a token that only Prometheus has"
SEED = """
from allauth.account.models import EmailAddress
from registry_site.accounts.models import User
for name, address in (("ada", "ada@mill-lane.org"), ("bea", "bea@weir-lane.org")):
    user = User.objects.create_user(name, address, "four stones high")
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
"""


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_an_image_is_pinned_and_every_service_but_the_one_that_ends_says_how_it_is(name):
    service = SERVICES[name]
    assert re.search(r":v?\d+\.\d+(\.\d+)?(-\w+)?$", service["image"])
    assert service["healthcheck"] == {"disable": True} or service["healthcheck"]["test"]
    assert (service["healthcheck"] == {"disable": True}) is (name == "migrate")


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_container_can_change_nothing_of_itself_and_is_nobody_in_particular(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}
    assert name in OURS or service["user"] not in ("root", "0")


@pytest.mark.parametrize("name", OURS)
def test_our_processes_are_one_image_and_are_told_the_same(name):
    assert SERVICES[name]["image"] == SERVICES["web"]["image"]
    assert SERVICES[name]["environment"] == SERVICES["web"]["environment"]


def test_the_database_and_the_broker_are_reached_from_inside_alone():
    for name in ("database", "valkey"):
        assert SERVICES[name]["networks"] == ["inside"]
        assert "ports" not in SERVICES[name]
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in ports)


def read_by_the_site() -> set[str]:
    files = [ROOT / "registry_site" / name for name in ("settings.py", "environment.py")]
    nodes = (node for file in files for node in ast.walk(ast.parse(file.read_text())))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
    own = {text for text in texts if isinstance(text, str) and re.fullmatch("[A-Z_]{5,}", text)}
    return own | KEYS.keys() | OF_A_SITE.keys()


def test_the_site_reads_every_variable_it_is_told():
    assert SERVICES["web"]["environment"].keys() - read_by_the_site() == set()


def test_the_operators_page_tells_of_every_variable_and_of_every_service():
    document = (ROOT / "docs" / "operations.md").read_text()
    rows = re.findall(r"^\| (`.+?`) \|", document, re.MULTILINE)
    told = {word for row in rows for word in re.findall(r"`(\w+)`", row)}
    assert SERVICES.keys() | SERVICES["web"]["environment"].keys() <= told


@pytest.mark.parametrize("missing", ["SECRET_KEY", "POSTGRES_PASSWORD"])
def test_a_secret_is_never_made_up_for_the_operator(missing):
    operator = {"SECRET_KEY": "x", "POSTGRES_PASSWORD": "x"} | {missing: ""}
    values = SERVICES["web"]["environment"].values()
    with pytest.raises(ValueError, match=missing):
        [compose.said(str(value), operator) for value in values]


def test_the_image_is_built_from_our_own_lock_and_runs_as_nobody():
    lines = (ROOT / "Dockerfile").read_text()
    bases = set(re.findall(r"^FROM (\S+)", lines, re.MULTILINE))
    assert all(re.search(r":\d+\.\d+\.\d+-", base) for base in bases)
    assert "--require-hashes --only-binary :all: -r /requirements.txt" in lines
    assert "COPY requirements/production.txt /requirements.txt" in lines
    assert re.search(r"^USER [1-9]\d+:[1-9]\d+$", lines, re.MULTILINE)


def test_nothing_gets_into_the_image_that_is_not_named():
    first, *rest = [
        line for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] != "#"
    ]
    named = {line.removeprefix("!") for line in rest if line.startswith("!")}
    assert first == "*"
    assert named == {*compose.copied_by_the_image(), "requirements/production.txt"}


class Answer(NamedTuple):
    status: int
    text: str
    cookie: str


@dataclass
class Stack:
    """All our processes, healthy, in a small internet of their own."""

    net: SmallInternet
    broker: Celery
    database: str
    site: str
    containers: dict[str, Running]

    def is_held(self, domain: str) -> bool:
        rows = "SELECT held FROM domainguard_domainstatus WHERE domain = %s"
        with psycopg.connect(self.database) as connection:
            return connection.execute(rows, [domain]).fetchone() == (True,)

    def ask_for_reset(self, address: str) -> None:
        """Ask as a browser does, with the form's token and its cookie."""
        path = reverse("password_reset")
        page = self.get(path)
        (token,) = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text))
        answer = self.call(
            "POST",
            path,
            urlencode({"csrfmiddlewaretoken": token, "email": address}),
            {"Cookie": page.cookie, "Content-Type": "application/x-www-form-urlencoded"},
        )
        assert answer.status == 302

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, "", headers)

    def call(self, method: str, path: str, body: str, headers: Mapping[str, str]) -> Answer:
        """Ask the site by its public name, at the port where it is here."""
        with closing(HTTPConnection(self.site, timeout=30)) as connection:
            connection.request(method, path, body, {"Host": "localhost:8000", **headers})
            answer = connection.getresponse()
            cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
            return Answer(answer.status, answer.read().decode(), cookie)


def free_place() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """Start everything in the order of the file, and wait until each says that it is healthy."""
    clock = VirtualClock(datetime.now(UTC))
    clock.run()
    with ExitStack() as running:
        net = running.enter_context(SmallInternet(clock))
        postgres = start_postgres()
        running.callback(postgres.stop)
        at = f"host={postgres.folder} user=postgres dbname="
        with psycopg.connect(f"{at}postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE domainguard")
        valkey = running.enter_context(running_valkey(*SERVICES["valkey"]["command"][1:]))
        site = free_place()
        places = {
            SERVICES["web"]["environment"]["DATABASE_URL"]: postgres.url,
            SERVICES["web"]["environment"]["REDIS_URL"]: valkey,
            "smtp://catcher:1025": net.sink.url,
            "0.0.0.0:8000": site,
            "127.0.0.1:8000": site,
        }
        compose.lay_out(tmp_path / "app")
        told = operator(net)
        ours = {name: Container(name, tmp_path / "app", places, told) for name in OURS}
        migrated = ours["migrate"].run()
        assert migrated.returncode == 0, migrated.stderr
        started = {name: running.enter_context(ours[name].running()) for name in LASTING}
        for each in started.values():
            each.wait_until_healthy()
        yield Stack(net, Celery(broker=valkey), f"{at}domainguard", site, started)


def operator(net: SmallInternet) -> dict[str, str]:
    """What an operator says in `.env` whose outside world is the small internet, on real time."""
    ours = {"EMAIL_URL", "DOMAINGUARD_CLOCK"}
    return {
        **{name: value for name, value in net.environ().items() if name not in ours},
        "SECRET_KEY": "not very secret, but long enough for Django's taste: 0123456789",
        "POSTGRES_PASSWORD": "unused",
        "DOMAINGUARD_METRICS_TOKEN": TOKEN,
    }


def test_the_processes_of_the_file_hold_a_lapse_and_bring_an_owners_reset(stack):
    now = stack.net.clock.now()
    born = now - timedelta(days=900)
    stack.net.add(scripts.healthy("mill-lane.org", born=born))
    stack.net.add(scripts.redemption("weir-lane.org", born=born, begins=now))
    seeded = stack.containers["web"].container.run("python", "manage.py", "shell", "-c", SEED)
    assert seeded.returncode == 0, seeded.stderr

    # F38: workers of today get what tomorrow's code posts, words and tasks they do not know.
    for queue in ("jit", "mail", "sweep"):
        stack.broker.send_task("domainguard.of_tomorrow", queue=queue)
    stack.broker.send_task("domainguard.sweep", kwargs={"of_tomorrow": 1}, queue="sweep")
    stack.ask_for_reset("ada@mill-lane.org")

    (mail,) = stack.net.sink.wait_for(1, timeout=compose.PATIENCE)
    assert mail.rcpt_to == "ada@mill-lane.org"
    assert "http://localhost:8000/" in mail.text
    compose.until(lambda: stack.is_held("weir-lane.org"), stack.containers["sweep"].log)
    assert not stack.is_held("mill-lane.org")
    assert stack.get("/static/admin/css/base.css").status == 200
    metrics = stack.get("/metrics", Authorization=f"Bearer {TOKEN}")
    assert "domainguard_domains_held 1.0" in metrics.text
    assert all(each.container.is_healthy() for each in stack.containers.values())
    logs = {name: each.log() for name, each in stack.containers.items()}
    assert all("of_tomorrow" in logs[queue] for queue in ("jit", "mail", "sweep"))
    assert [name for name, log in logs.items() if "lane.org" in log] == []
