"""Reads the usual DNS answer without dnspython, some twenty times as fast, and declines the rest.

What it reads is what `dns_reading.read` would: NOERROR with records of the asked type at the asked
name, or NOERROR or NXDOMAIN with nothing but an SOA (RFC 2308). A CNAME, any flag, section, option
or letter out of the ordinary, and anything broken is declined.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType

from .dns_reading import NO_HOST, Finding

_HEADER = 12
_MOST_RECORDS = 64
_LONGEST_NAME = 255
_POINTER = 0xC0
_ASKED_NAME = b"\xc0\x0c"  # a pointer to the name in the question
_FLAGS = frozenset(  # a response; authoritative or not; recursion desired and had; AD or not
    {b"\x81\x80", b"\x81\xa0", b"\x85\x80", b"\x85\xa0"}
)
_NXDOMAIN_FLAGS = frozenset(bytes([high, low | 3]) for high, low in _FLAGS)
_NUMBER: Mapping[str, int] = MappingProxyType({"NS": 2, "SOA": 6, "MX": 15})
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_OPT = b"\0\0\x29"  # of the root, type OPT; then its size, six zeros and no option
_OPT_REST = bytes(6)
_COUNTS = struct.Struct("!4H")
_RECORD = struct.Struct("!HHIH")
_SOA_NUMBERS = 20


class _Odd(Exception):
    """This is for dnspython to read."""


def read_plain(message: bytes, section: bytes, rdtype: str) -> Finding | None:
    """Read a message whose question section is `section`; None when it is not a plain answer."""
    try:
        return _read(message, section, rdtype)
    except (_Odd, IndexError, struct.error):
        return None


def _read(message: bytes, section: bytes, rdtype: str) -> Finding:
    flags = message[2:4]
    questions, answers, authorities, additionals = _COUNTS.unpack_from(message, 4)
    at = _HEADER + len(section)
    if questions != 1 or not message.startswith(section, _HEADER):
        raise _Odd
    if answers and not authorities and flags in _FLAGS:
        records, at = _answer(message, at, rdtype, answers)
        finding = Finding(records=records)
    elif not answers and authorities == 1 and (flags in _FLAGS or flags in _NXDOMAIN_FLAGS):
        at = _negative(message, at)
        finding = Finding(is_nxdomain=flags in _NXDOMAIN_FLAGS)
    else:
        raise _Odd
    _check_end(message, at, additionals)
    return finding


def _answer(message: bytes, at: int, rdtype: str, count: int) -> tuple[tuple[str, ...], int]:
    if count > _MOST_RECORDS or (rdtype == "SOA" and count > 1):
        raise _Odd
    number, read_rdata, texts = _NUMBER[rdtype], _RDATA[rdtype], []
    for _ in range(count):
        if message[at : at + 2] != _ASKED_NAME:
            raise _Odd
        at, end = _record(message, at + 2, number)
        texts.append(read_rdata(message, at, end))
        at = end
    if len(set(texts)) < count:
        raise _Odd
    return tuple(texts), at


def _negative(message: bytes, at: int) -> int:
    """Pass over the one SOA that comes with a negative answer; gives where it ends."""
    _, at = _name(message, at, len(message))
    at, end = _record(message, at, _NUMBER["SOA"])
    _soa(message, at, end)
    return end


def _check_end(message: bytes, at: int, additionals: int) -> None:
    """See that nothing follows, or an OPT record that says nothing (RFC 6891)."""
    rest = message[at:]
    if additionals == 0 and not rest:
        return
    if additionals != 1 or len(rest) != 11 or rest[:3] != _OPT or rest[5:] != _OPT_REST:
        raise _Odd


def _record(message: bytes, at: int, number: int) -> tuple[int, int]:
    """Read what stands between a record's owner and its data; gives where the data is."""
    rdtype, rdclass, _, size = _RECORD.unpack_from(message, at)
    at += _RECORD.size
    if rdtype != number or rdclass != 1 or at + size > len(message):
        raise _Odd
    return at, at + size


def _ns(message: bytes, at: int, end: int) -> str:
    host, at = _name(message, at, end)
    if at != end:
        raise _Odd
    return host


def _mx(message: bytes, at: int, end: int) -> str:
    return _ns(message, at + 2, end)


def _soa(message: bytes, at: int, end: int) -> str:
    mname, at = _name(message, at, end)
    rname, at = _name(message, at, end)
    if at + _SOA_NUMBERS != end:
        raise _Odd
    return f"{mname} {rname}"


def _name(message: bytes, at: int, end: int) -> tuple[str, int]:
    """Read a name that stands before `end`; gives it in lower case and where it stops.

    Each pointer leads further back than the one before, so the reading ends (RFC 1035 4.1.4).
    """
    labels: list[bytes] = []
    earliest, after, length = at, 0, 1
    while size := message[at]:
        if size < 64:
            labels.append(message[at + 1 : at + 1 + size])
            length += size + 1
            at += size + 1
        else:
            after = after or at + 2
            at = (size & ~_POINTER) << 8 | message[at + 1]
            if size < _POINTER or not _HEADER <= at < earliest:
                raise _Odd
            earliest = at
        if at >= end or length > _LONGEST_NAME:
            raise _Odd
    if b"".join(labels).translate(None, _LETTERS):
        raise _Odd
    return (b".".join(labels).decode().lower() if labels else NO_HOST), after or at + 1


_RDATA: Mapping[str, Callable[[bytes, int, int], str]] = MappingProxyType(
    {"NS": _ns, "MX": _mx, "SOA": _soa}
)
