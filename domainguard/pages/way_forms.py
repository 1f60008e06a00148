"""The forms of the ways back, and the words for a step that is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from domainguard.models import AddressStanding
from domainguard.services.ways.case import LONGEST
from domainguard.services.ways.rows import Refusal

WORDS: Final[Mapping[Refusal, str | Promise]] = {
    Refusal.NOT_LOST: _("This address is trusted; there is nothing to bring back."),
    Refusal.NOT_OPEN: _("This way is not open for this address. Another one is."),
    Refusal.UNDER_WAY: _("Another attempt is under way for this address. Stop it first."),
    Refusal.TOO_MANY: _("That was too often. Wait, and try again later."),
    Refusal.HELD: _(
        "The domain is on hold just now, so nothing can be settled. We look at it every few hours:"
        " try again when the hold is over."
    ),
    Refusal.NO_FACTOR: _("You signed in without a second factor. Give it once, and come back."),
    Refusal.STALE_FACTOR: _(
        "You gave your second factor more than 15 minutes ago. Give it once more, and come back."
    ),
    Refusal.YOUNG_FACTOR: _(
        "Your second factor is younger than what happened to the domain, so it proves nothing here:"
        " whoever knew the password could have added it. Another way is open."
    ),
    Refusal.RECOVERED: _(
        "The password was reset by mail since the domain changed, so being signed in proves nothing"
        " here. Another way is open."
    ),
    Refusal.YOUNG_CODES: _(
        "Your recovery codes are younger than what happened to the domain, so they prove nothing"
        " here. Another way is open."
    ),
    Refusal.WRONG_CODE: _("That is none of your unused recovery codes."),
    Refusal.OVER: _("This attempt is over. Nothing was changed; you can begin anew."),
    Refusal.LINK: _("This link is worth nothing: it may be old, used, or of another attempt."),
    Refusal.NOBODY_ANSWERED: _(
        "We could not look at the domain just now. The link stays good: try again in some minutes."
    ),
    Refusal.TAKEN: _("Another account here has proven this address. Open a case, and say so."),
}


class SavedCodeForm(forms.Form):
    """Asks for a saved code, and to which other address the link may go."""

    helper = forms.ChoiceField(label=_("Send the link to"))
    code = forms.CharField(
        label=_("Recovery code"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("It is used up by this, also when the link is never opened."),
    )

    def __init__(self, *args: Any, helpers: Sequence[AddressStanding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(each.pk), each.address) for each in helpers]
        self.fields["helper"] = forms.ChoiceField(label=_("Send the link to"), choices=choices)


class CaseForm(forms.Form):
    """Asks what the owner can show."""

    proofs = forms.CharField(
        label=_("What shows that it is you?"),
        min_length=30,
        max_length=LONGEST,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "Say since when the domain was yours, how you lost it or got it back, and what of that"
            " others can check: an invoice, a registrar's letter, a signed tag, a colleague. No"
            " passwords or codes, please."
        ),
    )
