"""What is sealed can be read by this site alone, and for as long as it keeps the key."""

from __future__ import annotations

import pytest

from domainguard.services.seal import SealBroken, seal, unseal


def test_what_was_sealed_comes_back_and_cannot_be_read_meanwhile():
    sealed = seal({"code": "QX7-V2P", "for": ["ada"]})
    assert "QX7" not in sealed
    assert unseal(sealed) == {"code": "QX7-V2P", "for": ["ada"]}


def test_a_seal_outlives_a_change_of_secret_key_while_the_old_one_is_a_fallback(settings):
    sealed = seal({"code": "QX7-V2P"})
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key"
    settings.SECRET_KEY_FALLBACKS = [old]
    assert unseal(sealed) == {"code": "QX7-V2P"}
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(SealBroken):
        unseal(sealed)
