"""What an address is and what is refused (THREATS T14 to T17)."""

from __future__ import annotations

import pickle

import pytest

from domainguard.core.names import (
    NameRefused,
    Refusal,
    parse_address,
    parse_domain,
    parse_host,
    trust_key_of_host,
)


def test_an_address_gives_what_is_mailed_and_whom_to_trust():
    address = parse_address("Alice@Dept.Univ.EDU")

    assert address.mailed == "Alice@dept.univ.edu"
    assert address.canonical == "alice@dept.univ.edu"
    assert address.mail_domain == address.name.mail_domain == "dept.univ.edu"
    assert address.trust_key == address.name.trust_key == "univ.edu"
    assert address.name.parent is None


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("alice+list@example.com", "alice+list@example.com"),
        ("a.li.ce@example.com", "a.li.ce@example.com"),
        ("ALICE@EXAMPLE.COM", "alice@example.com"),
        ("alice@example.com.", "alice@example.com"),
        ("alice@example\u3002com\uff0e", "alice@example.com"),
        ("alice@example\uff61com", "alice@example.com"),
        ("alice@\uff45\uff58ample.com", "alice@example.com"),
        ("alice@exa\u00admple.com", "alice@example.com"),
        ("alice@exam\u200bple\u2060.com\ufeff", "alice@example.com"),
        ("alice@B\u00dcCHER.example.com", "alice@xn--bcher-kva.example.com"),
        ("alice@bu\u0308cher.example.com", "alice@xn--bcher-kva.example.com"),
        ("alice@XN--BCHER-KVA.example.com", "alice@xn--bcher-kva.example.com"),
    ],
)
def test_spellings_of_one_mailbox_are_one_address_and_nothing_else_is_folded(text, canonical):
    assert parse_address(text).canonical == canonical


@pytest.mark.parametrize("local", ["a", "a.b", "o'hara", "a+b-c_d", "!#$%&'*/?=^_`{|}~", "x" * 64])
def test_a_plain_mailbox_name_is_mailed_as_it_was_written(local):
    assert parse_address(f"{local}@example.com").mailed == f"{local}@example.com"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Refusal.EMPTY),
        ("alice@", Refusal.EMPTY),
        ("alice", Refusal.NO_AT_SIGN),
        ("alice\uff20example.com", Refusal.NO_AT_SIGN),
        ("@example.com", Refusal.BAD_LOCAL_PART),
        ("al ice@example.com", Refusal.BAD_LOCAL_PART),
        (" alice@example.com", Refusal.BAD_LOCAL_PART),
        (".alice@example.com", Refusal.BAD_LOCAL_PART),
        ("al..ice@example.com", Refusal.BAD_LOCAL_PART),
        ("alice(work)@example.com", Refusal.BAD_LOCAL_PART),
        ("alice@evil.com@example.com", Refusal.BAD_LOCAL_PART),
        ("Alice <alice@example.com", Refusal.BAD_LOCAL_PART),
        ("alice\\@example.com", Refusal.BAD_LOCAL_PART),
        ("=?utf-8?q?bob=40evil.com=3e=20?=@example.com", Refusal.BAD_LOCAL_PART),
        ('"alice"@example.com', Refusal.QUOTED_LOCAL_PART),
        ('"alice@evil.com"@example.com', Refusal.QUOTED_LOCAL_PART),
        ("al\u00edce@example.com", Refusal.NON_ASCII_LOCAL_PART),
        ("\uff41lice@example.com", Refusal.NON_ASCII_LOCAL_PART),
        ("alice\n@example.com", Refusal.CONTROL_CHARACTER),
        ("alice@example.com\r\n", Refusal.CONTROL_CHARACTER),
        ("alice@example.com\x85", Refusal.CONTROL_CHARACTER),
        ("alice@example.com ", Refusal.BAD_LABEL),
        ("alice@example.com>", Refusal.BAD_LABEL),
        ("alice@example.com(work)", Refusal.BAD_LABEL),
        ("alice@example.com:25", Refusal.BAD_LABEL),
        ("alice@.example.com", Refusal.BAD_LABEL),
        ("alice@example..com", Refusal.BAD_LABEL),
        ("alice@example.com..", Refusal.BAD_LABEL),
        ("alice@_dmarc.example.com", Refusal.BAD_LABEL),
        ("alice@-example.com", Refusal.BAD_LABEL),
        ("alice@ex--ample.com", Refusal.BAD_LABEL),
    ],
)
def test_what_is_no_plain_address_is_refused_with_its_reason(text, reason):
    with pytest.raises(NameRefused) as refused:
        parse_address(text)
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    "domain",
    [
        *("[127.0.0.1]", "[IPv6:::1]", "127.0.0.1", "127.1", "2130706433"),
        *("\uff11\uff12\uff17.0.0.1", "example.com.8"),
    ],
)
def test_an_ip_address_is_no_domain(domain):
    with pytest.raises(NameRefused) as refused:
        parse_address(f"alice@{domain}")
    assert refused.value.reason is Refusal.IP_LITERAL


@pytest.mark.parametrize(
    "domain",
    [
        *("localhost", "mail.localhost", "LOCALHOST.", "corp.internal", "a.invalid", "a.test"),
        *("a.example", "printer.local", "a.onion", "a.alt", "home.arpa", "nas.home.arpa"),
        *("1.0.0.127.in-addr.arpa", "a.\uff54\uff45\uff53\uff54"),
    ],
)
def test_a_special_use_name_is_refused(domain):
    with pytest.raises(NameRefused) as refused:
        parse_domain(domain)
    assert refused.value.reason is Refusal.SPECIAL_USE


@pytest.mark.parametrize(
    "domain", ["example.com", "example.net", "test.ac", "local.ch", "onion.com"]
)
def test_a_registered_name_that_resembles_a_special_one_is_ordinary(domain):
    assert parse_domain(domain).trust_key == domain


@pytest.mark.parametrize("reason", Refusal)
def test_a_refusal_is_one_english_sentence_and_survives_pickling(reason):
    refusal = pickle.loads(pickle.dumps(NameRefused(reason)))  # noqa: S301 (our own bytes)

    assert refusal.reason is reason
    assert str(refusal).isprintable()
    assert str(refusal).endswith(".")
    assert reason.value == reason.name.lower()


@pytest.mark.parametrize(
    "text", ["secret@", "secret@secret.bogus", "secret@\0", "secret@secret\u200d.de"]
)
def test_a_refusal_repeats_nothing_of_the_address_nor_does_its_traceback(text):
    with pytest.raises(NameRefused) as refused:
        parse_address(text)
    assert "secret" not in str(refused.value) + repr(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("NS1.Example.COM.", "ns1.example.com"),
        ("_ns.example.com", "_ns.example.com"),
        ("r3---sn.example.com", "r3---sn.example.com"),
        ("localhost", "localhost"),
        ("b\u00fccher.example", "xn--bcher-kva.example"),
        ("x" * 63 + ".com", "x" * 63 + ".com"),
    ],
)
def test_a_host_name_is_read_as_evidence(text, host):
    assert parse_host(text) == host


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Refusal.EMPTY),
        (".", Refusal.BAD_LABEL),
        ("a..b", Refusal.BAD_LABEL),
        ("a b.com", Refusal.BAD_LABEL),
        ("*.example.com", Refusal.BAD_LABEL),
        ("-a.example.com", Refusal.BAD_LABEL),
        ("::1", Refusal.BAD_LABEL),
        ("192.0.2.1", Refusal.IP_LITERAL),
        ("ns.stra\u00dfe.de", Refusal.AMBIGUOUS_IDNA),
        ("a\0.example.com", Refusal.CONTROL_CHARACTER),
        ("x" * 64 + ".com", Refusal.TOO_LONG),
        ("a." * 200 + "com", Refusal.TOO_LONG),
    ],
)
def test_what_is_no_host_name_is_refused_with_its_reason(text, reason):
    with pytest.raises(NameRefused) as refused:
        parse_host(text)
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("mx1.mail.example.co.uk", "example.co.uk"),
        ("MX.Example.com.", "example.com"),
        ("_mx.example.com", "example.com"),
        ("mx.tenant.github.io", "github.io"),
        ("github.io", "github.io"),
    ],
)
def test_a_host_hangs_on_the_name_registered_at_a_domain_registry(host, key):
    assert trust_key_of_host(host) == key


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("co.uk", Refusal.BARE_SUFFIX),
        ("mx.lan", Refusal.UNKNOWN_SUFFIX),
        ("localhost", Refusal.SPECIAL_USE),
        ("mx.corp.internal", Refusal.SPECIAL_USE),
        ("mx.home.arpa", Refusal.SPECIAL_USE),
        ("192.0.2.1", Refusal.IP_LITERAL),
    ],
)
def test_a_host_that_hangs_on_no_registration_is_refused(host, reason):
    with pytest.raises(NameRefused) as refused:
        trust_key_of_host(host)
    assert refused.value.reason is reason
