"""A site's own adapters, ours before them."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter

from domainguard.integrations.allauth import AccountAdapterMixin, SocialAccountAdapterMixin


class Adapter(AccountAdapterMixin, DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's adapter, guarded."""


class SocialAdapter(SocialAccountAdapterMixin, DefaultSocialAccountAdapter):  # type: ignore[misc]
    """allauth's adapter for providers, guarded."""
