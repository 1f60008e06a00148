"""What one DNS message says to one question; each kind of failure has a word of its own."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype

from .base import Refused, Unreadable
from .dns_conversation import Reply
from .dns_wire import Question

NO_HOST = "."  # where a null MX points (RFC 7505)
_BOGUS = range(6, 13)  # RFC 8914: from "DNSSEC bogus" to "NSEC missing"
_LAME = (22, 23)  # RFC 8914: no reachable authority, network error
_LONGEST_CHAIN = 8
_MOST_RECORDS = 64
_BROKEN = (dns.exception.DNSException, ValueError, struct.error)


class Lame(Unreadable):
    """A resolver reached none of the name's servers, or none that answers for it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a resolver found for one type at one name, in lower case without final dots.

    `records` stand at the end of the CNAME chain whose targets are `cnames`; NS and MX as hosts,
    DS as `keytag/algorithm/digesttype/digest`, SOA as `mname rname`. `is_nxdomain` is about that
    end as well: with CNAMEs the asked name exists (RFC 2308 2.1).
    """

    is_nxdomain: bool = False
    records: tuple[str, ...] = ()
    cnames: tuple[str, ...] = ()


def read(reply: Reply) -> Finding:
    """Read a reply; raises the SourceError that says why nothing follows from it."""
    if reply.error:
        raise reply.error
    try:
        message = dns.message.from_wire(reply.message)
        _check_failure(message)
        return _finding(message, reply.question)
    except _BROKEN as error:
        raise Unreadable("broken answer") from error


def _check_failure(message: dns.message.Message) -> None:
    rcode = message.rcode()
    if rcode in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return
    if rcode == dns.rcode.REFUSED:
        raise Refused("REFUSED")
    reasons = {int(option.code) for option in message.extended_errors()}
    if reasons.intersection(_BOGUS):
        raise Unreadable("bogus by DNSSEC")
    if reasons.intersection(_LAME):
        raise Lame("lame: none of its name servers answers")
    word = dns.rcode.to_text(rcode)
    raise Unreadable(word if word.isalpha() else f"failure code {word}")


def _finding(message: dns.message.Message, question: Question) -> Finding:
    owner = dns.name.from_text(question.name)
    rdtype = dns.rdatatype.from_text(question.rdtype)
    chain: list[dns.name.Name] = []
    while not (records := _records(message, owner, rdtype)):
        aliases = _records(message, owner, dns.rdatatype.CNAME)
        if not aliases:
            break
        if len(chain) == _LONGEST_CHAIN:
            raise Unreadable("CNAME chain without end")
        owner = aliases[0].target
        chain.append(owner)
    is_nxdomain = message.rcode() == dns.rcode.NXDOMAIN
    if is_nxdomain and records:
        raise Unreadable("NXDOMAIN together with an answer")
    if not message.answer and _is_referral(message):
        raise Lame("lame: a referral instead of an answer")
    texts = tuple(_TEXT[question.rdtype](record) for record in records)
    return Finding(is_nxdomain, texts, tuple(map(_name_text, chain)))


def _records(
    message: dns.message.Message, owner: dns.name.Name, rdtype: dns.rdatatype.RdataType
) -> tuple[Any, ...]:
    rrset = message.get_rrset(message.answer, owner, dns.rdataclass.IN, rdtype)
    if rrset is None:
        return ()
    if len(rrset) > _MOST_RECORDS:
        raise Unreadable(f"more than {_MOST_RECORDS} records")
    return tuple(rrset)


def _is_referral(message: dns.message.Message) -> bool:
    """Tell name servers to ask next from "no such records", which comes with an SOA (RFC 2308)."""
    types = {rrset.rdtype for rrset in message.authority}
    return dns.rdatatype.NS in types and dns.rdatatype.SOA not in types


def _name_text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def _ds_text(ds: Any) -> str:
    return f"{ds.key_tag}/{int(ds.algorithm)}/{int(ds.digest_type)}/{ds.digest.hex()}"


_TEXT: Mapping[str, Callable[[Any], str]] = {
    "NS": lambda ns: _name_text(ns.target),
    "MX": lambda mx: _name_text(mx.exchange),
    "DS": _ds_text,
    "SOA": lambda soa: f"{_name_text(soa.mname)} {_name_text(soa.rname)}",
    "A": lambda a: str(a.address),
    "AAAA": lambda aaaa: str(aaaa.address),
    "TXT": lambda txt: b"".join(txt.strings).decode("ascii", "replace"),
}
