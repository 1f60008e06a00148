"""Says what there is to see, with addresses that work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse

from registry_site.accounts.models import User

from .findings import Finding
from .seed import ADMIN, PASSWORD

_SETTINGS = "--settings registry_site.demo.settings"


def guide(origin: str, found: Sequence[Finding]) -> Iterator[str]:
    """Give the lines; people at the worst domain of the table and at a good one stand in them."""
    refused = _somebody_at(found[0])
    healthy = _somebody_at(next((each for each in found if each.is_in_order), found[-1]))
    yield f"The site   {origin}/"
    yield f"The time   {origin}{reverse('demo_time')}  five scenes, and a clock to move"
    yield f"The inbox  {origin}{reverse('demo_inbox')}  every mail of the demo, whoever reads it"
    yield f"The admin  {origin}{reverse('admin:index')}  user {ADMIN}, password {PASSWORD}"
    yield ""
    yield "Three things to try:"
    yield f"1. Ask for a new password at {origin}{reverse('account_reset_password')}"
    yield f"   for {healthy.email}. The mail arrives in"
    yield f"   {_mailbox(origin, healthy)}"
    yield f"2. Ask again, for {refused.email}. The page says the same, and nothing is sent:"
    yield f"   {_mailbox(origin, refused)}"
    yield f"3. Sign in as {refused.username}, whose password is everybody's, {PASSWORD}, and read"
    yield f"   {origin}{reverse('account')}"
    yield ""
    yield "Every command works on the demo while it runs:"
    yield f'   make manage ARGS="domainguard_explain {refused.email} {_SETTINGS}"'
    yield ""
    yield "Ctrl-C ends everything."


def _somebody_at(finding: Finding) -> User:
    return User.objects.filter(email__endswith=f"@{finding.domain}").order_by("pk")[0]


def _mailbox(origin: str, person: User) -> str:
    return origin + reverse("demo_mailbox", args=[person.email])
