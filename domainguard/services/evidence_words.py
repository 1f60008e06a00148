"""What was seen of a domain when its addresses lost their trust, in plain words for their owner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from domainguard.core.reasons import SENTENCES, Signal
from domainguard.core.record import look_from_json
from domainguard.models import EpochBump


def evidence_in_words(bump: EpochBump) -> list[str]:
    """Give the looks that a rise of an epoch rests on, one line a day: when, and what was seen."""
    looks = map(look_from_json, bump.evidence.get("looks", ()))
    lines = (f"{day_in_words(look.at)}: {' '.join(_seen(look.signals))}" for look in looks)
    return list(dict.fromkeys(lines))


def day_in_words(moment: date) -> str:
    """Write a day (UTC) as the language in force does."""
    # Translators: how a day is written, such as 1 March 2026; see Django's `date` filter.
    return date_format(moment, _("j F Y"), use_l10n=False)


def _seen(signals: frozenset[Signal]) -> Iterator[str]:
    for code in dict.fromkeys(signal.code for signal in sorted(signals)):
        yield _(SENTENCES[code])
