"""DNS messages as a resolver on loopback writes them: one scripted answer to one question."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype

_TTL = 300
_PLAIN_UDP = 512  # what a client without EDNS takes (RFC 1035 4.2.1)
_OPT, _EDE = 41, 15  # RFC 6891, RFC 8914
_RESPONSE, _TRUNCATED, _RECURSION_DESIRED, _RECURSION_AVAILABLE = 0x8000, 0x0200, 0x0100, 0x0080


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsAnswer:
    """What the server does with one question.

    `records` are the rdata of the asked type in text form (`10 mx.example.net.`), owned by the
    last name of `cnames`, a chain that starts at the asked name. `ede` is an RFC 8914 code.
    `truncated` sets TC over UDP and keeps the records for TCP, where `reset` breaks the
    connection instead. `silent` drops the question. `raw` is sent as it is behind the query's id.
    """

    rcode: str = "NOERROR"
    records: tuple[str, ...] = ()
    cnames: tuple[str, ...] = ()
    ede: int | None = None
    truncated: bool = False
    reset: bool = False
    silent: bool = False
    raw: bytes | None = None
    delay: float = 0.0


NXDOMAIN = DnsAnswer(rcode="NXDOMAIN")
NODATA = DnsAnswer()
SERVFAIL = DnsAnswer(rcode="SERVFAIL")
REFUSED = DnsAnswer(rcode="REFUSED")
SILENCE = DnsAnswer(silent=True)
BOGUS = DnsAnswer(rcode="SERVFAIL", ede=6)
LAME = DnsAnswer(rcode="SERVFAIL", ede=22)
FAULTS: Mapping[str, DnsAnswer] = MappingProxyType(
    {
        "nxdomain_to_all": NXDOMAIN,
        "nodata_to_all": NODATA,
        "servfail": SERVFAIL,
        "refused": REFUSED,
        "timeout": SILENCE,
        "bogus": BOGUS,
        "lame": LAME,
    }
)


@dataclass(frozen=True, slots=True)
class Query:
    """One question as it came: `name` in lower case without the final dot, `section` its bytes."""

    id: bytes
    name: str
    rdtype: str
    section: bytes
    wants_recursion: bool
    edns: bool
    room: int


def write_name(name: str) -> bytes:
    """Give a domain name as uncompressed wire labels (RFC 1035 3.1)."""
    return dns.name.from_text(name).to_wire() or b""


def write_question(name: str, rdtype: str) -> bytes:
    """Give the question section for one name, as a client sends it and a server repeats it."""
    return write_name(name) + struct.pack("!HH", dns.rdatatype.from_text(rdtype), 1)


def read_query(packet: bytes) -> Query | None:
    """Read a standard query with one question; None for anything else."""
    with suppress(IndexError, UnicodeDecodeError, struct.error):
        flags, questions, _, _, additional = struct.unpack("!5H", packet[2:12])
        if flags & 0xF800 or questions != 1:
            return None
        labels, at = [], 12
        while size := packet[at]:
            labels.append(packet[at + 1 : at + 1 + size].decode("ascii").lower())
            at += 1 + size
        (rdtype,) = struct.unpack("!H", packet[at + 1 : at + 3])
        room = _PLAIN_UDP
        if additional:
            (room,) = struct.unpack("!H", packet[at + 8 : at + 10])
        return Query(
            packet[:2],
            ".".join(labels),
            _type_text(rdtype),
            packet[12 : at + 5],
            bool(flags & _RECURSION_DESIRED),
            bool(additional),
            max(room, _PLAIN_UDP),
        )
    return None


def write_answer(query: Query, answer: DnsAnswer, *, truncated: bool) -> bytes:
    """Give the response message. A negative answer carries an SOA, as RFC 2308 wants."""
    if answer.raw is not None:
        return query.id + answer.raw
    flags = _RESPONSE | _RECURSION_AVAILABLE | dns.rcode.from_text(answer.rcode)
    flags |= _RECURSION_DESIRED if query.wants_recursion else 0
    flags |= _TRUNCATED if truncated else 0
    answers = [] if truncated else _answer_section(query.rdtype, answer)
    negative = answer.rcode in ("NOERROR", "NXDOMAIN") and not answer.records and not truncated
    authority = [_record(b"\0", "SOA", ". . 1 1800 900 604800 300")] if negative else []
    additional = [_opt(answer.ede)] if query.edns else []
    counts = (1, len(answers), len(authority), len(additional))
    header = query.id + struct.pack("!5H", flags, *counts)
    return b"".join([header, query.section, *answers, *authority, *additional])


def _answer_section(rdtype: str, answer: DnsAnswer) -> list[bytes]:
    owner = b"\xc0\x0c"  # a pointer to the name in the question
    section = []
    for target in answer.cnames:
        section.append(_record(owner, "CNAME", target))
        owner = write_name(target)
    return section + [_record(owner, rdtype, text) for text in answer.records]


def _record(owner: bytes, rdtype: str, text: str) -> bytes:
    number, rdata = _rdata(rdtype, text)
    return owner + struct.pack("!HHIH", number, 1, _TTL, len(rdata)) + rdata


@lru_cache(maxsize=50_000)
def _rdata(rdtype: str, text: str) -> tuple[int, bytes]:
    rdata = dns.rdata.from_text(dns.rdataclass.IN, rdtype, text, relativize=False)
    return rdata.rdtype, rdata.to_wire() or b""


@lru_cache(maxsize=256)
def _type_text(number: int) -> str:
    return dns.rdatatype.to_text(dns.rdatatype.RdataType.make(number))


def _opt(ede: int | None) -> bytes:
    options = b"" if ede is None else struct.pack("!HHH", _EDE, 2, ede)
    return b"\0" + struct.pack("!HHIH", _OPT, 1232, 0, len(options)) + options
