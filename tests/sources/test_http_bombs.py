"""F18 and F24: what is too large or encoded is dropped unread, and no secret comes back out."""

from __future__ import annotations

import gzip
import os
import traceback
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from domainguard.sources.base import SourceError, Unreadable
from tests.sources.fetching import get_from
from tests.sources.hostile import Conversation, Script, answer

MIB = 1024 * 1024
SECRET = "fk-3e1b0c77a9"


def endless(talk: Conversation) -> None:
    talk.hear()
    talk.say(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        talk.say(b" " * MIB)


def endless_chunks(talk: Conversation) -> None:
    talk.hear()
    talk.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        talk.say(b"100000\r\n" + b" " * MIB + b"\r\n")


def endless_trailers(talk: Conversation) -> None:
    talk.hear()
    talk.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n")
    while True:
        talk.say(b"a: b\r\n" * 10_000)


def huge_chunk(talk: Conversation) -> None:
    talk.hear()
    talk.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n")
    while True:
        talk.say(b" " * MIB)


def bombs() -> Iterator[tuple[str, Script]]:
    packed = gzip.compress(bytes(50 * MIB))
    yield "gzip", answer(packed, content_encoding="gzip")
    yield "x-gzip", answer(packed, content_encoding="x-gzip")
    yield "deflate", answer(zlib.compress(bytes(50 * MIB)), content_encoding="deflate")
    yield "nested", answer(gzip.compress(packed), content_encoding="gzip, gzip")
    for name in ("br", "zstd", "compress", "GZIP", "unheard-of", "identity, gzip"):
        yield name, answer(b"\x28\xb5\x2f\xfd" * 1000, content_encoding=name)
    yield "transfer", answer(packed, transfer_encoding="gzip, chunked", content_length="")
    yield "declared", answer(b"{", content_length=str(2**40))
    yield "just over", answer(b" " * (256 * 1024 + 1))
    yield "endless", endless
    yield "endless chunks", endless_chunks
    yield "endless trailers", endless_trailers
    yield "huge chunk", huge_chunk


def test_no_bomb_is_read_and_all_of_them_leave_the_memory_as_it_was():
    scripts = dict(bombs())
    get_from(answer(b" " * 256 * 1024))
    before = resident()
    tracemalloc.start()
    try:
        refused = {name: refusal(script) for name, script in scripts.items()}
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert {type(error) for error in refused.values()} == {Unreadable}
    assert max(peak, resident() - before) <= 20 * MIB


def resident() -> int:
    """Give the bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def refusal(script: Script) -> SourceError:
    with pytest.raises(SourceError) as caught:
        get_from(script)
    return caught.value


def test_a_body_of_exactly_the_limit_is_read():
    assert len(get_from(answer(b" " * 256 * 1024)).body) == 256 * 1024


@pytest.mark.parametrize("value", ["identity", "Identity"])
def test_a_body_said_to_be_plain_is_read(value: str):
    assert get_from(answer(b"{}", content_encoding=value)).body == b"{}"


# F24: a server that echoes our headers


def echo(template: bytes) -> Script:
    def script(talk: Conversation) -> None:
        talk.say(template.replace(b"KEY", _key_in(talk.hear())))

    return script


def _key_in(request: bytes) -> bytes:
    return request.partition(b"Fastly-Key: ")[2].partition(b"\r\n")[0]


@pytest.mark.parametrize(
    "template",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/KEY\r\nContent-Length: 12\r\n\r\nKEY",
        b"HTTP/1.1 403 KEY\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: https://KEY.example/KEY?KEY\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: KEY:KEY\r\n\r\n",
        b"HTTP/1.1 429 No\r\nRetry-After: KEY\r\nETag: KEY\r\n\r\n",
        b"HTTP/1.1 KEY KEY\r\n\r\n",
        b"KEY\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: KEY\r\n\r\nKEY",
        b"HTTP/1.1 200 OK\r\nContent-Length: KEY\r\nTransfer-Encoding: KEY\r\n\r\nKEY",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nKEY\r\n",
    ],
)
def test_a_key_that_the_server_echoes_shows_up_nowhere(
    template: bytes, caplog: pytest.LogCaptureFixture
):
    try:
        shown = repr(get_from(echo(template), headers={"Fastly-Key": SECRET}))
    except SourceError as error:
        shown = "".join(traceback.format_exception(error)) + repr(error)
    assert SECRET not in shown + caplog.text


@pytest.mark.parametrize("ending", ["\r\nX: y", "\n", "\x00", "\N{SNOWMAN}", "x" * 5000])
def test_a_key_that_cannot_be_sent_is_not_repeated(ending: str):
    with pytest.raises(SourceError) as caught:
        get_from(answer(), headers={"Fastly-Key": SECRET + ending})
    assert SECRET not in "".join(traceback.format_exception(caught.value))
