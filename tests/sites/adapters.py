"""A site's own adapters, ours before them."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter

from domainguard.integrations.allauth import AccountAdapterMixin


class Adapter(AccountAdapterMixin, DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's adapter, guarded."""
