"""Everything people read can be read in German too, and what is compiled is what is written."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Catalog
from django.utils.translation import gettext as _
from django.utils.translation import override

from domainguard.core.lifecycle import MEANING
from domainguard.core.reasons import SENTENCES
from tests.messages import (
    DOMAINS,
    LANGUAGES,
    brought_up_to_date,
    catalogue,
    compiled,
    wanting,
)

EACH = [
    pytest.param(domain, language, id=f"{domain.locale} {language}")
    for domain in DOMAINS
    for language in LANGUAGES
]


@pytest.mark.parametrize(("domain", "language"), EACH)
def test_no_text_lacks_a_translation_or_has_other_placeholders_in_it(domain, language):
    assert wanting(brought_up_to_date(domain, language)) == [], "`make messages` says the same"


@pytest.mark.parametrize(("domain", "language"), EACH)
def test_the_compiled_file_says_what_the_written_one_says(domain, language):
    written = catalogue(domain, language)
    assert domain.po(language).with_suffix(".mo").read_bytes() == compiled(written)


def test_a_sentence_of_the_core_is_read_in_the_readers_language():
    with override("de"):
        assert all(_(each) != each for each in (*SENTENCES.values(), *MEANING.values()))


@pytest.mark.parametrize(
    ("original", "translation", "is_whole"),
    [
        ("Hello %(name)s,", "Guten Tag %(name)s,", True),
        ("Hello %(name)s,", "Guten Tag %(nmae)s,", False),
        ("Hello %(name)s,", "Guten Tag,", False),
        ("Hello %(name)s,", "", False),
        (("%d day", "%d days"), ("ein Tag", "%d Tage"), True),
        (("%d day", "%d days"), ("%d Tag", "Tage"), False),
    ],
)
def test_what_is_missing_or_mistyped_is_named(original, translation, is_whole):
    made = Catalog(locale="de")
    made.add(original, translation)
    assert (str(original) not in wanting(made)) is is_whole


def test_a_page_comes_in_the_language_the_browser_asks_for(client, db):
    assert "Anmelden" in client.get("/", headers={"accept-language": "de"}).text
    assert "Sign in" in client.get("/", headers={"accept-language": "fr"}).text
