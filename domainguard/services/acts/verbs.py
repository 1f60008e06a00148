"""The table of all acts: for each kind its verb."""

from __future__ import annotations

from collections.abc import Mapping

from .cases import CLEAR, CLOSE, RAISE
from .contact import CONTACT, START_RECOVERY
from .contain import CONTAIN
from .desk import ASSIGN, KEEP, NOTE
from .exempt import EXEMPT, UNEXEMPT
from .hold import HOLD
from .override import OVERRIDE
from .release import RELEASE
from .remove_factor import REMOVE_FACTOR
from .restore import RESTORE
from .verb import On, Verb

# In the order of the buttons.
_ALL = (
    *(RESTORE, KEEP, CONTACT, START_RECOVERY, CONTAIN, REMOVE_FACTOR, NOTE, ASSIGN),
    *(HOLD, RELEASE, OVERRIDE, EXEMPT, UNEXEMPT),
    *(RAISE, CLEAR, CLOSE),
)
VERBS: Mapping[str, Verb] = {verb.kind.value: verb for verb in _ALL}


def verbs_on(what: On) -> list[Verb]:
    """Give the verbs for accounts, domains or cases."""
    return [verb for verb in _ALL if verb.on is what]
