"""Status words in the spellings seen in the wild (FIELD 2.1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainguard.core.epp import Status, read_status


@pytest.mark.parametrize("status", list(Status))
def test_rdap_and_epp_spell_every_status_their_own_way(status):
    first, *rest = status.value.split()
    camel = first + "".join(word.capitalize() for word in rest)

    for text in (status.value, camel, status.value.upper(), f"https://icann.org/epp#{camel}"):
        assert read_status(text) is status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("ok", Status.ACTIVE),
        ("linked", Status.ASSOCIATED),
        ("  Client Hold\n", Status.CLIENT_HOLD),
        ("CLIENT-HOLD", Status.CLIENT_HOLD),
        ("client_hold", Status.CLIENT_HOLD),
        ("clientHold https://icann.org/epp#clientHold", Status.CLIENT_HOLD),
        ("clientHold (https://icann.org/epp#clientHold)", Status.CLIENT_HOLD),
        ("clientHold https://icann.org/epp", Status.CLIENT_HOLD),
        ("clientHold  (http://icann.org/epp)", Status.CLIENT_HOLD),
        ("autoRenewPeriod", Status.AUTO_RENEW_PERIOD),
        ("inactive", Status.INACTIVE),
    ],
)
def test_decoration_does_not_hide_a_status(text, status):
    assert read_status(text) is status


@pytest.mark.parametrize(
    "text", ["", "#", "free", "not active", "client", "clientHoldX", "hold", "ok." + "x" * 300]
)
def test_an_unknown_word_is_no_status(text):
    assert read_status(text) is None


def test_a_word_counts_only_by_its_first_two_hundred_characters():
    assert read_status(" " * 300 + "ok") is None
    assert read_status("ok" + " " * 300) is Status.ACTIVE


@given(st.text(max_size=400))
def test_no_text_breaks_the_reader(text):
    assert read_status(text) in (*Status, None)
