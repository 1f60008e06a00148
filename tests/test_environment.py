"""What the environment says becomes settings.DOMAINGUARD, and nothing else does."""

from __future__ import annotations

from dataclasses import fields

import pytest
from django.core.exceptions import ImproperlyConfigured

from domainguard.conf import Settings
from domainguard.environment import KEYS, OF_A_SITE, settings_from


def test_every_variable_has_a_key_that_the_settings_know():
    given = dict.fromkeys(KEYS | OF_A_SITE, "host=1")
    known = {each.name.upper() for each in fields(Settings)}
    assert settings_from(given).keys() == {*KEYS.values(), *OF_A_SITE.values()} <= known


@pytest.mark.parametrize("empty", ["", "  "])
def test_what_is_left_out_or_empty_is_left_to_the_defaults(empty):
    assert settings_from(dict.fromkeys(KEYS | OF_A_SITE, empty) | {"PATH": "/bin"}) == {}


def test_a_secret_may_begin_with_a_dollar_sign():
    assert settings_from({"FASTLY_KEY": "$PATH"}) == {"FASTLY_KEY": "$PATH"}


def test_rates_are_read_by_the_host_and_port_of_a_registrys_server():
    said = settings_from({"DOMAINGUARD_RATES": "rdap.example.org=600, 127.0.0.1:8443=6,*=30,"})
    assert said["RATES"] == {"rdap.example.org": 600, "127.0.0.1:8443": 6, "*": 30}


@pytest.mark.parametrize("word", ["60", "rdap.example.org=", "rdap.example.org=often", "=5"])
def test_a_rate_that_cannot_be_read_is_refused_with_what_came(word):
    with pytest.raises(ImproperlyConfigured, match=f"{word}.*write host=questions a minute"):
        settings_from({"DOMAINGUARD_RATES": word})
