"""A site's own adapter, ours before it."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter

from domainguard.integrations.allauth import AccountAdapterMixin


class Own(DefaultAccountAdapter):  # type: ignore[misc]
    """What the site had before: it writes its own subject."""

    def format_email_subject(self, subject: str) -> str:
        return f"[mill] {subject}"


class Adapter(AccountAdapterMixin, Own):
    """The same, guarded."""
