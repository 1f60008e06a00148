"""What comes back over HTTP: read within bounds, or named as the failure it is."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse

from .base import SourceError, TimedOut, Unreachable, Unreadable
from .egress import Target

_WITH_BODY = frozenset({200, 404})  # of any other status only number and headers count
_HEADERS_KEPT = ("retry-after", "location", "etag", "last-modified")
_LONGEST_HEADER = 2048

_security = logging.getLogger("domainguard.security")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came. `headers` has lower-case names; its values and the body are not to be shown.

    `url` is the one that answered, after redirects: its host is one we chose to ask. The body is
    empty for every status but 200 and 404.
    """

    url: str
    status: int
    content_type: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def read_reply(response: HTTPResponse, target: Target, limit: int) -> Reply:
    """Read the headers that count and at most `limit` bytes; raises SourceError and OSError."""
    body = _read_body(response, limit) if response.status in _WITH_BODY else b""
    headers = {name: response.headers.get(name, "")[:_LONGEST_HEADER] for name in _HEADERS_KEPT}
    return Reply(
        url=target.url,
        status=response.status,
        content_type=response.headers.get("content-type", "").partition(";")[0].strip().lower(),
        headers={name: value for name, value in headers.items() if value},
        body=body,
    )


def _read_body(response: HTTPResponse, limit: int) -> bytes:
    for name, plain in (("content-encoding", "identity"), ("transfer-encoding", "chunked")):
        if any(value.lower() != plain for value in response.headers.get_all(name, ())):
            raise Unreadable("the body is encoded, which was not asked for")
    declared = response.length
    body = response.read(limit + 1) if declared is None or declared <= limit else b""
    if len(body) > limit or (declared or 0) > limit:
        raise Unreadable(f"the body has more than {limit} bytes")
    if declared is not None and len(body) < declared:
        raise Unreachable("the connection ended before the body did")
    return body


@contextmanager
def named_errors(target: Target) -> Iterator[None]:
    """Make every failure a SourceError that names the server and repeats nothing it said."""
    try:
        yield
    except SourceError as error:
        raise type(error)(f"{target}: {error}") from None
    except TimeoutError:
        raise TimedOut(f"{target}: the deadline passed") from None
    except ssl.SSLError as error:
        _security.warning("%s: no trustworthy TLS connection", target)
        raise Unreachable(f"{target}: {_tls_trouble(error)}") from None
    except OSError as error:
        raise Unreachable(f"{target}: no connection ({type(error).__name__})") from None
    except (HTTPException, ValueError):
        raise Unreadable(f"{target}: what came is no complete HTTP answer") from None


def _tls_trouble(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted ({error.verify_message})"
    return "no TLS connection of version 1.2 or later"
