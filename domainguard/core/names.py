"""Addresses and domains, parsed once: an address gives its mail domain and trust key, or a refusal.

The domain that is looked up is, character for character, the domain that is mailed: `mailed` is
what SMTP gets. Caps come before any regular expression or IDNA call, IDNA before the suffix list.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

import idna

from . import psl
from .psl import PSL_VERSION as PSL_VERSION

MailDomain = NewType("MailDomain", str)
RegistrableDomain = NewType("RegistrableDomain", str)  # the trust key


class Refusal(StrEnum):
    """Why a text is no name we can look up and mail; `sentence` says it to people."""

    sentence: str

    def __new__(cls, word: str, sentence: str) -> Refusal:
        """Make the member from its machine word and its sentence."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.sentence = sentence
        return member

    EMPTY = "empty", "There is no name to read."
    TOO_LONG = "too_long", "The name is longer than mail or DNS allows."
    CONTROL_CHARACTER = "control_character", "The name contains a control character."
    NO_AT_SIGN = "no_at_sign", "An e-mail address needs an @ sign."
    QUOTED_LOCAL_PART = "quoted_local_part", "Quotation marks before the @ sign are not accepted."
    NON_ASCII_LOCAL_PART = "non_ascii_local_part", "Only ASCII is accepted before the @ sign."
    BAD_LOCAL_PART = "bad_local_part", "The part before the @ sign is not a plain mailbox name."
    IP_LITERAL = "ip_literal", "The domain is an IP address, not a name."
    BAD_LABEL = "bad_label", "The domain contains a label that no domain name can have."
    AMBIGUOUS_IDNA = "ambiguous_idna", "Two IDNA standards read the domain as different names."
    SPECIAL_USE = "special_use", "The domain is reserved for special use and receives no mail."
    BARE_SUFFIX = "bare_suffix", "The domain is a public suffix below which others register."
    UNKNOWN_SUFFIX = "unknown_suffix", "The domain ends in no known public suffix."


class NameRefused(ValueError):
    """A text gives no name; the message repeats nothing of it: no address may reach a log."""

    def __init__(self, reason: Refusal) -> None:
        """Keep the reason, which is also what pickling repeats."""
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        """Give the sentence for people."""
        return self.reason.sentence


@dataclass(frozen=True, slots=True)
class DomainName:
    """A domain that can receive mail, in lower-case A-labels without a trailing dot.

    `parent` is what the domain registry knows, when `trust_key` was handed out below a private
    suffix: `foo.github.io` has the parent `github.io`. Mail at `github.io` itself belongs to the
    operator of the suffix, who registered it: its trust key is `github.io`, without a parent.
    """

    mail_domain: MailDomain
    trust_key: RegistrableDomain
    parent: RegistrableDomain | None


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address. `canonical` is for identity only, mail goes to `mailed`."""

    local: str
    name: DomainName
    canonical: str

    @property
    def mailed(self) -> str:
        """Give the exact string that SMTP gets."""
        return f"{self.local}@{self.name.mail_domain}"

    @property
    def mail_domain(self) -> MailDomain:
        """Give the domain that is mailed and looked up."""
        return self.name.mail_domain

    @property
    def trust_key(self) -> RegistrableDomain:
        """Give the name whose holder decides who reads the mail."""
        return self.name.trust_key


_LONGEST_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3, without the angle brackets
_LONGEST_LOCAL_PART = 64
_LONGEST_NAME = 253
_LONGEST_LABEL = 63
_MOST_LABELS = 32  # DNS allows 127; nobody is mailed there
_OTHER_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")  # IDNA splits there too (RFC 3490)
# RFC 6761, 6762, 7686, 9476, ICANN's .internal, and all of .arpa (RFC 3172, RFC 8375)
_SPECIAL_USE = frozenset(
    {"alt", "arpa", "example", "internal", "invalid", "local", "localhost", "onion", "test"}
)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_HOST_LABEL = r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?"
_HOST = re.compile(rf"{_HOST_LABEL}(?:\.{_HOST_LABEL})*")


def parse_address(text: str, *, trusted: Collection[str] = ()) -> Address:
    """Read an e-mail address (RFC 5321); raises NameRefused.

    Plus addressing and dots are kept: they are the mail host's to interpret. `trusted` is read as
    by `parse_domain`.
    """
    local, domain = _split(text)
    name = parse_domain(domain, trusted=trusted)
    return Address(local, name, _canonical(local, name.mail_domain))


def parse_domain(text: str, *, trusted: Collection[str] = ()) -> DomainName:
    """Read the domain of an address in any spelling that means one name; raises NameRefused.

    At and below a domain in `trusted`, given in A-labels, no public suffix is asked for and that
    domain is the trust key: an intranet's names end as they like.
    """
    _cap_name(text)
    domain = _a_labels(text)
    last = domain.rpartition(".")[2]
    if last.isdigit():
        raise NameRefused(Refusal.IP_LITERAL)
    own = trusted_above(domain, trusted)
    if own is not None:
        return DomainName(MailDomain(domain), RegistrableDomain(own), None)
    if last in _SPECIAL_USE:
        raise NameRefused(Refusal.SPECIAL_USE)
    if psl.is_suffix(domain):
        raise NameRefused(Refusal.BARE_SUFFIX)
    registered = psl.registrable(domain)
    if registered is None:
        raise NameRefused(Refusal.UNKNOWN_SUFFIX)
    # A bare private suffix was handed out by nobody: it is its operator's registration.
    key = psl.handed_out(domain) or registered
    parent = None if key == registered else RegistrableDomain(registered)
    return DomainName(MailDomain(domain), RegistrableDomain(key), parent)


def canonical_address(text: str) -> str:
    """Give the spelling that all spellings of an address share; raises NameRefused.

    What the domain ends in does not matter here: this says that two texts mean one mailbox.
    """
    local, domain = _split(text)
    _cap_name(domain)
    return _canonical(local, _a_labels(domain))


def spellings(text: str) -> frozenset[str]:
    """Give the lower-case spellings in which a site may have stored an address.

    They are the text itself, its A-labels and its U-labels; raises NameRefused.
    """
    canonical = canonical_address(text)
    local, _, domain = canonical.rpartition("@")
    return frozenset({text.lower(), canonical, f"{local}@{idna.decode(domain)}"})


def trusted_above(domain: str, trusted: Collection[str]) -> str | None:
    """Give the trusted domain at or nearest above a name in A-labels.

    Who lists a public suffix means that name alone, not everybody who registers below it.
    """
    above = domain if trusted else ""
    while above and not (above in trusted and (above == domain or not psl.is_suffix(above))):
        above = above.partition(".")[2]
    return above or None


def parse_host(text: str) -> str:
    """Read a host name from DNS, RDAP or WHOIS as A-labels without a final dot; raises NameRefused.

    Underscores and names without a public suffix pass: this is evidence, not a name to mail.
    """
    _cap_name(text)
    host = text.lower().removesuffix(".") if text.isascii() else _a_labels(text)
    if not _HOST.fullmatch(host):
        raise NameRefused(Refusal.BAD_LABEL)
    if host.rpartition(".")[2].isdigit():
        raise NameRefused(Refusal.IP_LITERAL)
    return host


def trust_key_of_host(host: str) -> RegistrableDomain:
    """Give the name registered at a domain registry above an MX or NS host; raises NameRefused.

    Private suffixes do not count here: who holds the parent can repoint the host.
    """
    name = parse_host(host)
    return parse_domain(psl.registrable(name) or name).trust_key


def _split(text: str) -> tuple[str, str]:
    _cap(text, _LONGEST_ADDRESS)
    local, at, domain = text.rpartition("@")
    if not at:
        raise NameRefused(Refusal.NO_AT_SIGN)
    _check_local_part(local)
    return local, domain


def _canonical(local: str, domain: str) -> str:
    if len(local) + 1 + len(domain) > _LONGEST_ADDRESS:
        raise NameRefused(Refusal.TOO_LONG)
    # The local part is ASCII by now: lower case is its NFKC case folding.
    return f"{local.lower()}@{domain}"


def _cap(text: str, longest: int) -> None:
    if not text:
        raise NameRefused(Refusal.EMPTY)
    if len(text) > longest:
        raise NameRefused(Refusal.TOO_LONG)
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise NameRefused(Refusal.CONTROL_CHARACTER)


def _cap_name(text: str) -> None:
    _cap(text, _LONGEST_NAME + 1)
    bare = text.translate(_OTHER_DOTS).removesuffix(".")
    labels = bare.split(".")
    if len(bare) > _LONGEST_NAME or len(labels) > _MOST_LABELS:
        raise NameRefused(Refusal.TOO_LONG)
    if max(map(len, labels)) > _LONGEST_LABEL:
        raise NameRefused(Refusal.TOO_LONG)


def _check_local_part(local: str) -> None:
    if len(local) > _LONGEST_LOCAL_PART:
        raise NameRefused(Refusal.TOO_LONG)
    if '"' in local:
        raise NameRefused(Refusal.QUOTED_LOCAL_PART)
    if not local.isascii():
        raise NameRefused(Refusal.NON_ASCII_LOCAL_PART)
    # "=?" opens an encoded word (RFC 2047), which mailers decode into another address
    if "=?" in local or not _LOCAL_PART.fullmatch(local):
        raise NameRefused(Refusal.BAD_LOCAL_PART)


def _a_labels(text: str) -> str:
    """Give the only A-label spelling (UTS 46 non-transitional, STD3, RFC 5891)."""
    if text.startswith("["):
        raise NameRefused(Refusal.IP_LITERAL)
    try:
        mapped = idna.uts46_remap(text, std3_rules=True).removesuffix(".")
        domain = ".".join(_a_label(label) for label in mapped.split("."))
    except UnicodeError:
        raise NameRefused(Refusal.BAD_LABEL) from None
    if len(domain) > _LONGEST_NAME:
        raise NameRefused(Refusal.TOO_LONG)
    if _as_idna_2003(text) != domain:
        raise NameRefused(Refusal.AMBIGUOUS_IDNA)
    return domain


def _a_label(label: str) -> str:
    encoded = idna.alabel(label)
    # RFC 5891 section 5.3; older releases of idna let "xn---etr" pass beside "xn--etr"
    if idna.alabel(idna.ulabel(encoded)) != encoded:
        raise UnicodeError("not the A-label of what it decodes to")
    return encoded.decode("ascii")


def _as_idna_2003(text: str) -> str | None:
    """Give what Python's codec, and so Django's mailer, makes of the text (RFC 3490)."""
    try:
        return text.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        return None
