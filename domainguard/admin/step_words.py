"""What each suggested step is called, and what it means for whoever takes it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from domainguard.services.steps import Step

LABELS: Mapping[Step, Promise] = {
    Step.CONTAIN: _("Contain"),
    Step.RESTORE: _("Restore"),
    Step.CONTACT: _("Write to other addresses"),
    Step.SIGN_IN: _("Leave to the owner"),
    Step.RECOVER: _("Start recovery"),
    Step.NONE: _("Nothing"),
}
SENTENCES: Mapping[Step, Promise] = {
    Step.CONTAIN: _(
        "Somebody signed in after the domain changed hands. Look at what was done since; unless it "
        "was the owner, contain the account."
    ),
    Step.RESTORE: _("The domain is back and in order. If the registration is the same, restore."),
    Step.CONTACT: _(
        "Another address of this account is in order. Write there and ask who holds the domain."
    ),
    Step.SIGN_IN: _(
        "The owner can still sign in with password and second factor, and give a new address there."
    ),
    Step.RECOVER: _(
        "No other address and no second factor is left. When the owner asks, start a recovery with "
        "proofs; mail at this domain proves nothing."
    ),
    Step.NONE: _("This account is trusted again."),
}
