"""Look-alikes of providers, and texts made to hurt the reader (THREATS T18, T19, T24, F16, F17)."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from itertools import islice, product
from types import FrameType
from typing import Any

import pytest

from domainguard.core.names import NameRefused, Refusal, parse_address, parse_domain, parse_host

PROVIDERS = (
    *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com"),
    *("icloud.com", "proton.me", "fastmail.com", "gmx.de", "web.de", "mail.ru", "qq.com"),
    *("protonmail.com", "comcast.net", "libero.it", "seznam.cz", "mailbox.org", "tutanota.com"),
    *("zoho.com", "aol.com", "yandex.ru", "posteo.de", "orange.fr", "yahoo.co.jp", "naver.com"),
)
LOOK_ALIKE_LETTERS = {
    "a": "\u0430\u0251\u00e0\u0105\u1ea1",
    "c": "\u0441\u00e7\u010b",
    "d": "\u0501\u0257",
    "e": "\u0435\u0117\u1eb9\u00e9",
    "g": "\u0261\u0121\u0493",
    "h": "\u04bb\u0570",
    "i": "\u0456\u0131\u00ed1l",
    "k": "\u043a\u03ba",
    "l": "1i\u04cf\u013a",
    "m": "\u043c\u1e43",
    "n": "\u0578\u1e47",
    "o": "0\u043e\u03bf\u0585\u1ecd\u00f6",
    "p": "\u0440\u03c1",
    "q": "\u051b\u0566",
    "r": "\u0433\u1e5b",
    "s": "\u0455\u1e63",
    "t": "\u0442\u1e6d",
    "u": "\u03c5\u057d\u00fc\u1ee5",
    "v": "\u03bd\u0475",
    "w": "\u0461\u051d",
    "x": "\u0445\u03c7",
    "y": "\u0443\u04af\u00fd",
    "z": "\u1e93\u017c",
}
FRAMES_OF_PROVIDERS = (
    *("{}.evil.com", "{}.co", "{}.com.ru", "{}-mail.com", "login-{}", "my{}", "x{}", "{}x.de"),
    *("mx.{}.evil.org", "{}.github.io", "{}.uk.com", "{}.eu.org"),
)


def look_alikes() -> Iterator[str]:
    """Give confusables of every provider: framed ones, then one or two letters replaced."""
    for provider, frame in product(PROVIDERS, FRAMES_OF_PROVIDERS):
        yield frame.format(provider)
    for provider in PROVIDERS:
        label, dot, suffix = provider.partition(".")
        yield f"{label.replace('m', 'rn')}x{dot}{suffix}"
        places = [
            (at, other) for at, c in enumerate(label) for other in LOOK_ALIKE_LETTERS.get(c, "")
        ]
        for (first, one), (second, two) in product(places, places):
            letters = list(label)
            letters[first], letters[second] = one, two
            yield "".join(letters) + dot + suffix


def test_none_of_5000_look_alikes_has_the_key_of_a_provider():
    generated = list(islice(dict.fromkeys(look_alikes()), 5_000))
    assert len(generated) == 5_000
    read = 0
    for domain in generated:
        try:
            name = parse_domain(domain)
        except NameRefused:
            continue
        read += 1
        assert name.trust_key not in PROVIDERS, domain
        assert name.parent not in PROVIDERS, domain
    assert read > 4_000


@pytest.mark.parametrize(
    "spelling",
    ["GMAIL.com", "\uff47mail.com", "gmail\u3002com", "g\u00admail.com", "gma\u2139l.com"],
)
def test_another_spelling_of_a_provider_is_the_provider(spelling):
    assert parse_domain(spelling).trust_key == "gmail.com"


@pytest.mark.parametrize(
    ("domain", "key"),
    [
        ("gmail.com.evil.net", "evil.net"),
        ("gmail.com.uk.com", "com.uk.com"),
        ("gmail.com.github.io", "com.github.io"),
        ("notgmail.com", "notgmail.com"),
    ],
)
def test_a_provider_inside_a_longer_name_means_nothing(domain, key):
    assert parse_domain(domain).trust_key == key


HOSTILE = {
    "10 kB of one letter": ("a" * 10_000, Refusal.TOO_LONG),
    "10 kB that IDNA maps to twice that": ("\u00df" * 10_000, Refusal.TOO_LONG),
    "10 kB of combining marks": ("a" + "\u0301" * 10_000, Refusal.TOO_LONG),
    "10 kB of invisible characters": ("\u00ad" * 10_000, Refusal.TOO_LONG),
    "10 kB of ligatures that grow 18 times": ("\ufdfa" * 10_000, Refusal.TOO_LONG),
    "10 kB of dots": ("." * 10_000, Refusal.TOO_LONG),
    "500 labels": ("a." * 500 + "com", Refusal.TOO_LONG),
    "33 labels, one ambiguous": ("\u00df." + "a." * 31 + "com", Refusal.TOO_LONG),
    "33 labels at ideographic dots": ("a\u3002" * 32 + "com", Refusal.TOO_LONG),
    "33 labels at dots of two kinds": ("a\u3002a." * 16 + "com", Refusal.TOO_LONG),
    "a label of 64 characters": ("a" * 64 + ".com", Refusal.TOO_LONG),
    "a label of 64, the IDNA reader would object": ("\u00df" * 64 + ".com", Refusal.TOO_LONG),
    "a NUL": ("exam\0ple.com", Refusal.CONTROL_CHARACTER),
    "a lone high surrogate": ("exam\ud800ple.com", Refusal.CONTROL_CHARACTER),
    "a lone low surrogate": ("\udfffexample.com", Refusal.CONTROL_CHARACTER),
    "a line break": ("example.com\nBcc: x", Refusal.CONTROL_CHARACTER),
}


def work_done(read: Callable[[str], object], text: str) -> tuple[int, set[str]]:
    """Count the calls a refusal takes, and name the modules of IDNA and of regular expressions."""
    calls: list[str] = []

    def note(frame: FrameType, event: str, arg: Any) -> None:
        if event == "call":
            calls.append(frame.f_globals.get("__name__", "").partition(".")[0])
        elif event == "c_call":
            calls.append("re" if isinstance(getattr(arg, "__self__", None), re.Pattern) else "c")

    sys.setprofile(note)
    try:
        read(text)
    except NameRefused:
        pass
    finally:
        sys.setprofile(None)
    return len(calls), {"idna", "encodings", "stringprep", "re"}.intersection(calls)


@pytest.mark.parametrize("read", [parse_domain, parse_host])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_refused_before_idna_and_patterns_and_with_little_work(read, name):
    text, reason = HOSTILE[name]
    with pytest.raises(NameRefused) as refused:
        read(text)
    assert refused.value.reason is reason

    calls, forbidden = work_done(read, text)
    assert calls < 600
    assert not forbidden


@pytest.mark.parametrize(
    "text", ["a" * 10_000, "a@" * 5_000, '"' * 10_000, "a" * 10_000 + "@b.com"]
)
def test_a_hostile_address_is_refused_by_its_length_alone(text):
    with pytest.raises(NameRefused) as refused:
        parse_address(text)
    assert refused.value.reason is Refusal.TOO_LONG

    calls, forbidden = work_done(parse_address, text)
    assert calls < 20
    assert not forbidden


def test_the_work_counter_sees_idna_where_it_is_used():
    _, used = work_done(parse_domain, "b\u00fccher.com")
    assert used >= {"idna", "encodings"}


LONGEST = ".".join(["b" * 63] * 3 + ["b" * 57, "com"])
GROWING = ".".join(["\u4e00\u8eab\u5b57\uac00\u9f8d" * 3] * 6)  # 40 characters a label once encoded


@pytest.mark.parametrize("read", [parse_domain, parse_host])
@pytest.mark.parametrize(
    "name",
    [
        LONGEST,
        f"{LONGEST}.",
        ".".join(["a"] * 31) + ".com.",
        "a" * 63 + ".com",
        "\u3002".join(["\u4e00" * 30] * 3) + ".com",
    ],
    ids=lambda name: f"{len(name)} characters",
)
def test_the_longest_name_that_dns_allows_fits(read, name):
    read(name)


@pytest.mark.parametrize("read", [parse_domain, parse_host])
@pytest.mark.parametrize(
    "name",
    [
        f"{LONGEST[:-4]}b.com",
        f"{LONGEST[:-4]}b.com.",
        ".".join(["a"] * 32) + ".com",
        f"{GROWING}.bbbb.com",
    ],
    ids=lambda name: f"{len(name)} characters",
)
def test_one_character_or_label_more_is_refused(read, name):
    with pytest.raises(NameRefused) as refused:
        read(name)
    assert refused.value.reason is Refusal.TOO_LONG


@pytest.mark.parametrize(
    ("local", "domain"),
    [("a" * 64, "example.com"), ("a" * 10, LONGEST[10:]), ("a" * 2, f"{GROWING}.b.com")],
    ids=["local part", "address", "address once encoded"],
)
def test_an_address_as_long_as_smtp_allows_fits_and_one_character_more_does_not(local, domain):
    assert len(parse_address(f"{local}@{domain}").mailed) <= 254

    with pytest.raises(NameRefused) as refused:
        parse_address(f"a{local}@{domain}")
    assert refused.value.reason is Refusal.TOO_LONG
