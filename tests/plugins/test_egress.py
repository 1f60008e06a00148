from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from tests.plugins.egress import EgressForbidden

TEST_NET = "192.0.2.1"  # RFC 5737: nobody's address
PYTEST = [sys.executable, "-m", "pytest", "-p", "tests.plugins.services"]
SWALLOWS = f"""
import contextlib, socket

def test_swallows():
    with contextlib.suppress(Exception):
        socket.create_connection(("{TEST_NET}", 443))
"""


def test_a_connection_beyond_loopback_is_refused_and_noted(egress_attempts):
    with socket.socket() as sock, pytest.raises(EgressForbidden, match=TEST_NET):
        sock.connect((TEST_NET, 443))
    assert egress_attempts == [f"socket.connect to {TEST_NET}"]
    egress_attempts.clear()


def test_a_datagram_beyond_loopback_is_refused_and_noted(egress_attempts):
    with (
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock,
        pytest.raises(EgressForbidden),
    ):
        sock.sendto(b"?", ("2001:db8::1", 53))
    assert len(egress_attempts) == 1
    egress_attempts.clear()


def test_looking_up_a_name_is_refused_and_noted(egress_attempts):
    with pytest.raises(EgressForbidden):
        socket.getaddrinfo("rdap.example", 443)
    assert egress_attempts == ["socket.getaddrinfo to rdap.example"]
    egress_attempts.clear()


def test_loopback_may_be_reached_by_address_and_by_name():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(("127.0.0.1", port)).close()
        socket.create_connection(("localhost", port)).close()


def test_an_attempt_whose_refusal_is_swallowed_still_fails_its_test(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_swallows.py").write_text(SWALLOWS)
    outcome = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "tests.plugins.services",
            "-p",
            "no:django",
            tmp_path,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 1
    assert f"connections beyond loopback: socket.connect to {TEST_NET}" in outcome.stdout
