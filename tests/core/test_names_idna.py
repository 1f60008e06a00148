"""The domain we look up is the domain that is mailed, whatever the spelling (THREATS T13, F14)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import dns.exception
import dns.name
import idna
import pytest
from django.core.mail import EmailMessage
from django.core.mail.message import sanitize_address
from django.utils.encoding import punycode

from domainguard.core.names import NameRefused, Refusal, parse_address, parse_domain


@pytest.mark.parametrize(
    "domain",
    [
        "stra\u00dfe.de",
        "STRA\u1e9eE.de",
        "\u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2.gr",  # final sigma
        "\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.com",  # Persian, with a zero-width non-joiner
        "\u0dc1\u0dca\u200d\u0dbb\u0dd3.com",  # Sinhala, with a zero-width joiner
        "www.stra\u00dfe.example.com",
    ],
)
def test_what_two_idna_standards_read_differently_is_refused(domain):
    with pytest.raises(NameRefused) as refused:
        parse_domain(domain)
    assert refused.value.reason is Refusal.AMBIGUOUS_IDNA


def test_django_would_mail_the_refused_domain_to_somebody_else():
    assert sanitize_address("user@stra\u00dfe.de", "utf-8") == "user@strasse.de"
    assert idna.encode("stra\u00dfe.de") == b"xn--strae-oqa.de"


@pytest.mark.parametrize(
    "text",
    [
        "user@xn--strae-oqa.de",
        "User@B\u00fccher.example.com",
        "user@\uff42\uff4f\uff4f\uff4b\uff53\uff0ecom",
        "user@\u98df\u72ee.\u516c\u53f8.cn",
        "user@mail.example.co.uk.",
    ],
)
def test_django_sends_exactly_what_we_hand_it(text):
    mailed = parse_address(text).mailed

    message = EmailMessage("Subject", "Body", "site@example.com", [mailed])

    assert [sanitize_address(to, "utf-8") for to in message.recipients()] == [mailed]


@pytest.mark.parametrize(
    ("label", "why"),
    [
        ("xn--", "nothing is encoded"),
        ("xn--abc-", "it encodes plain ASCII"),
        ("xn--a", "it decodes to a control character"),
        ("xn--ab-yuc", "it decodes to an upper-case letter"),
        ("xn--ls8h", "it decodes to an emoji, which IDNA 2008 does not know"),
        ("xn--xn--a-ecp", "it is encoded twice"),
        ("xn---etr", "the A-label of what it decodes to is xn--etr"),
        ("xn--0000000000", "it decodes to nothing"),
    ],
)
def test_an_a_label_that_does_not_round_trip_is_refused(label, why):
    with pytest.raises(NameRefused) as refused:
        parse_domain(f"{label}.com")
    assert refused.value.reason is Refusal.BAD_LABEL, why


@pytest.mark.parametrize("label", ["xn--strae-oqa", "xn--fiqs8s", "xn--bcher-kva", "xn--etr"])
def test_an_a_label_that_round_trips_is_kept_as_it_is(label):
    assert parse_domain(f"{label}.com").mail_domain == f"{label}.com"


def _by_idna(domain: str) -> str:
    return idna.encode(domain, uts46=True, std3_rules=True).decode()


def _by_dnspython(codec: dns.name.IDNACodec) -> Callable[[str], str]:
    return lambda domain: dns.name.from_text(domain, idna_codec=codec).to_text(True)


READERS: dict[str, Callable[[str], str]] = {
    "idna, UTS 46": _by_idna,
    "Python's codec": lambda domain: domain.encode("idna").decode(),
    "Django's mailer": punycode,
    "dnspython, IDNA 2003": _by_dnspython(dns.name.IDNA_2003_Practical),
    "dnspython, IDNA 2008 with UTS 46": _by_dnspython(dns.name.IDNA_2008_UTS_46),
}


def _readings(domain: str) -> Iterator[str]:
    for read in READERS.values():
        try:
            yield read(domain).lower()
        except (UnicodeError, dns.exception.DNSException):
            yield "refused"


def _corpus() -> Iterator[str]:
    """Give 50,000 labels: around every code point of the alphabets, and every 28th beyond."""
    for code_point in (*range(0x80, 0x2E80), *range(0x2E80, 0x110000, 28)):
        yield f"a{chr(code_point)}b"


def test_whatever_any_two_readers_read_differently_is_refused():
    assert len(list(_corpus())) >= 50_000
    accepted = 0
    for label in _corpus():
        try:
            ours = parse_domain(f"{label}.com").mail_domain
        except NameRefused:
            continue
        accepted += 1
        assert set(_readings(f"{label}.com")) == {ours}, ascii(label)
    assert accepted > 3000
