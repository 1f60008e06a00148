"""The HTTP server under the registries: keep-alive, threads, TLS, and an end that is an end."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from contextlib import closing
from pathlib import Path

import pytest

from domainguard.testing.http_server import HttpServer, Reply, Request
from tests.sources.certificates import Authority


def echo(request: Request) -> Reply:
    body = f"{request.target} {request.headers.get('accept', '')}".encode()
    return Reply(status=203, body=body, content_type="text/plain", headers={"X-Own": "1"})


def connect(server: HttpServer) -> closing[http.client.HTTPConnection]:
    return closing(http.client.HTTPConnection(server.endpoint, timeout=30))


def test_a_reply_is_sent_as_it_was_given():
    with HttpServer(echo) as server, connect(server) as client:
        client.request("GET", "/a%20b?c=d", headers={"Accept": "text/plain"})
        answer = client.getresponse()
        assert (answer.status, answer.read()) == (203, b"/a%20b?c=d text/plain")
        assert answer.headers["Content-Type"] == "text/plain"
        assert answer.headers["X-Own"] == "1"


def test_one_client_that_waits_does_not_hold_up_another():
    arrived, free = threading.Event(), threading.Event()

    def answer(request: Request) -> Reply:
        if request.target == "/slow":
            arrived.set()
            free.wait(60)
        return Reply()

    with HttpServer(answer) as server, connect(server) as slow, connect(server) as quick:
        slow.request("GET", "/slow")
        assert arrived.wait(60)
        quick.request("GET", "/quick")
        assert quick.getresponse().status == 200
        free.set()
        assert slow.getresponse().status == 200


def test_connections_kept_alive_end_with_the_server():
    server = HttpServer(echo)
    server.start()
    with connect(server) as client:
        client.request("GET", "/")
        client.getresponse().read()
        server.stop()
        kept = client.sock
        assert kept is not None
        assert kept.recv(1) == b""


def test_no_port_is_open_after_the_end():
    with HttpServer(echo) as server:
        host, port = server.endpoint.split(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=30)


def test_a_server_that_is_given_a_certificate_speaks_tls(tmp_path: Path):
    authority = Authority.made_in(tmp_path)
    trust = ssl.create_default_context(cafile=authority.ca_file)
    with HttpServer(echo, tls=authority.server("rdap.loopback.net")) as server:
        assert server.url == f"https://{server.endpoint}/"
        host, port = server.endpoint.split(":")
        with (
            socket.create_connection((host, int(port)), timeout=30) as plain,
            trust.wrap_socket(plain, server_hostname="rdap.loopback.net") as secure,
        ):
            secure.sendall(b"GET /x HTTP/1.1\r\nHost: rdap\r\nConnection: close\r\n\r\n")
            assert secure.recv(4096).startswith(b"HTTP/1.1 203 ")
