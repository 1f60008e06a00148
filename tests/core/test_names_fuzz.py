"""Whatever text comes: an address that everybody reads alike, or a refusal (F13)."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.fuzz_names import disagreement, fuzz
from domainguard.core.names import (
    NameRefused,
    parse_address,
    parse_domain,
    parse_host,
    trust_key_of_host,
)

LABELS = st.text(min_size=1, max_size=12)
SUFFIXES = st.sampled_from(
    ["com", "co.uk", "github.io", "\u516c\u53f8.cn", "xn--fiqs8s", "ck", "test"]
)
DOMAINS = st.one_of(
    st.text(max_size=80),
    st.builds(lambda labels, suffix: ".".join([*labels, suffix]), st.lists(LABELS), SUFFIXES),
)
LETTERS = st.characters(categories=["L", "M", "N"])
READABLE = st.builds("{}.com".format, st.text(LETTERS, min_size=1, max_size=8))


def test_ten_thousand_damaged_addresses_crash_nothing_and_nobody_mails_another_domain():
    tally = fuzz(10_000, seed=20_260_101)

    assert not tally.crashes
    assert not tally.mismatches
    assert tally.accepted > 1_000
    assert len(tally.refused) > 10


@given(local=st.text(max_size=20), domain=DOMAINS)
def test_any_text_is_read_alike_by_all_or_refused(local, domain):
    text = f"{local}@{domain}"
    try:
        address = parse_address(text)
    except NameRefused:
        return
    assert disagreement(text, address) == ""


@given(domain=READABLE)
def test_the_normal_forms_of_a_domain_are_one_domain(domain):
    try:
        name = parse_domain(domain)
    except NameRefused:
        return
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert parse_domain(unicodedata.normalize(form, domain)) == name


@given(domain=DOMAINS)
def test_the_keys_of_a_domain_lie_above_it_and_are_domains_themselves(domain):
    try:
        name = parse_domain(domain)
    except NameRefused:
        return
    assert f".{name.mail_domain}".endswith(f".{name.trust_key}")
    assert parse_domain(name.trust_key) == parse_domain(name.trust_key.upper() + ".")
    assert trust_key_of_host(name.mail_domain) == (name.parent or name.trust_key)


@given(text=DOMAINS)
def test_any_host_text_is_lower_case_ascii_or_refused(text):
    try:
        host = parse_host(text)
    except NameRefused:
        return
    assert host.isascii()
    assert host == host.lower() == parse_host(host)
    assert not host.endswith(".")
