"""Names of the operator's own, and texts that mean one mailbox."""

from __future__ import annotations

import pytest

from domainguard.core.names import (
    NameRefused,
    Refusal,
    canonical_address,
    parse_address,
    parse_domain,
    spellings,
    trusted_above,
)

OWN = frozenset({"corp.internal", "mail.bigcorp.com", "localhost", "co.uk"})


@pytest.mark.parametrize(
    ("text", "mail_domain", "trust_key"),
    [
        ("Ada@Corp.Internal", "corp.internal", "corp.internal"),
        ("ada@mail.corp.internal", "mail.corp.internal", "corp.internal"),
        ("ada@mail.bigcorp.com", "mail.bigcorp.com", "mail.bigcorp.com"),
        ("ada@bigcorp.com", "bigcorp.com", "bigcorp.com"),
        ("ada@localhost", "localhost", "localhost"),
        ("ada@mill.co.uk", "mill.co.uk", "mill.co.uk"),
    ],
)
def test_a_trusted_domain_is_its_own_trust_key_whatever_it_ends_in(text, mail_domain, trust_key):
    name = parse_address(text, trusted=OWN).name
    assert (name.mail_domain, name.trust_key, name.parent) == (mail_domain, trust_key, None)


@pytest.mark.parametrize("text", ["corp.internal", "localhost", "notcorp.internal", "internal"])
def test_without_trust_an_intranets_name_is_refused(text):
    with pytest.raises(NameRefused) as refused:
        parse_domain(text, trusted={"other.internal"})
    assert refused.value.reason is Refusal.SPECIAL_USE


def test_an_address_of_digits_is_never_a_name_even_a_trusted_one():
    with pytest.raises(NameRefused) as refused:
        parse_domain("10.0.0.1", trusted={"10.0.0.1"})
    assert refused.value.reason is Refusal.IP_LITERAL


def test_whoever_trusts_a_public_suffix_does_not_trust_its_tenants():
    assert trusted_above("co.uk", OWN) == "co.uk"
    assert trusted_above("mill.co.uk", OWN) is None
    assert trusted_above("evil-corp.internal", OWN) is None


def test_all_spellings_of_a_mailbox_have_one_canonical_address():
    texts = ["Ada@BÜCHER.de", "ada@bücher.de", "ada@xn--bcher-kva.de", "ADA@XN--BCHER-KVA.DE."]
    assert {canonical_address(text) for text in texts} == {"ada@xn--bcher-kva.de"}
    assert canonical_address("Ada@Corp.Internal") == "ada@corp.internal"


def test_a_site_may_have_stored_an_address_as_typed_in_a_labels_or_in_u_labels():
    both = {"ada@bücher.de", "ada@xn--bcher-kva.de"}
    assert spellings("Ada@xn--bcher-kva.de") == both
    assert spellings("ada@BÜCHER.de") == both
    assert spellings("ada@mill-lane.org") == {"ada@mill-lane.org"}
