"""The adapter of allauth's own test project, ours before it."""

from __future__ import annotations

from tests.projects.common.adapters import (  # type: ignore[import-not-found]
    AccountAdapter,
)

from domainguard.integrations.allauth import AccountAdapterMixin


class Adapter(AccountAdapterMixin, AccountAdapter):  # type: ignore[misc]
    """Theirs, guarded."""
