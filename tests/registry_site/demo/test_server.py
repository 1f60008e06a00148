from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from registry_site.demo.server import HOST, PortsTaken, listen


@pytest.fixture
def taken() -> Iterator[int]:
    """Take a port, and give its number."""
    with socket.create_server((HOST, 0)) as somebody:
        yield somebody.getsockname()[1]


def test_a_port_that_is_taken_gives_way_to_the_next_free_one(taken):
    with listen(taken) as server:
        assert taken < server.server_port < taken + 20
        assert server.origin == f"http://127.0.0.1:{server.server_port}"


def test_no_port_at_all_is_one_clear_line():
    with pytest.raises(PortsTaken, match=r"the ports 70000 to 70019 of 127\.0\.0\.1"):
        listen(70000)
