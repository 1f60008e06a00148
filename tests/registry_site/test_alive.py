"""A container's health check, without Django: a young heartbeat, or the page that says ready."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from domainguard.testing.http_server import HttpServer, Reply, Request
from registry_site.alive import has_heartbeat, is_ready


@pytest.mark.parametrize(("seconds", "well"), [(0, True), (25, True), (35, False)])
def test_a_heartbeat_counts_for_half_a_minute(tmp_path, seconds, well):
    file = tmp_path / "heartbeat"
    file.touch()
    os.utime(file, (time.time() - seconds,) * 2)
    assert has_heartbeat(file) is well


def test_a_process_whose_heart_never_beat_is_not_well(tmp_path):
    assert not has_heartbeat(tmp_path / "heartbeat")


@pytest.mark.parametrize(("status", "well"), [(200, True), (503, False), (301, False)])
def test_the_site_is_asked_by_its_public_name(monkeypatch, status, well):
    monkeypatch.setenv("PUBLIC_ORIGIN", "https://registry.example.org")
    asked: list[Request] = []

    def answer(request: Request) -> Reply:
        asked.append(request)
        return Reply(status=status)

    with HttpServer(answer) as server:
        assert is_ready(server.endpoint) is well
    (request,) = asked
    assert (request.target, request.headers["host"]) == ("/health/ready", "registry.example.org")


def test_a_site_that_hangs_up_or_is_not_there_is_not_well():
    with HttpServer(lambda _: Reply(breaks=True)) as server:
        assert not is_ready(server.endpoint)
    assert not is_ready(server.endpoint)


def test_the_command_ends_with_the_answer_and_imports_no_django(tmp_path):
    (tmp_path / "heartbeat").touch()
    command = [sys.executable, "-X", "importtime", "-m", "registry_site.alive"]
    for name, code in (("heartbeat", 0), ("none", 1)):
        told = {**os.environ, "HEARTBEAT_FILE": str(tmp_path / name)}
        done = subprocess.run(command, env=told, capture_output=True, text=True, check=False)
        assert done.returncode == code
        assert "django" not in done.stderr
