"""Says what there is to see, with addresses that work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse

from domainguard.models import AddressStanding
from registry_site.accounts.models import User

from .findings import Finding
from .seed import ADMIN, PASSWORD


def guide(origin: str, found: Sequence[Finding]) -> Iterator[str]:
    """Give the lines; the first refused and the last healthy domain of the table stand in them."""
    refused, healthy = _first_at(found[0]), _first_at(found[-1])
    reset = origin + reverse("account_reset_password")
    yield f"The site   {origin}/"
    yield f"The inbox  {origin}{reverse('demo_inbox')}  every mail of the demo, whoever reads it"
    yield f"The admin  {origin}{reverse('admin:index')}  user {ADMIN}, password {PASSWORD}"
    yield ""
    yield "Three things to try:"
    yield f"1. Ask for a new password for {healthy.address}"
    yield f"   at {reset}"
    yield f"   The mail arrives in {_mailbox(origin, healthy)}"
    yield f"2. Ask for one for {refused.address}: the page says the same, but nothing is sent."
    yield f"   {_mailbox(origin, refused)} says why."
    yield f"3. Sign in as {_username(refused)}, password {PASSWORD} (it is everybody's), and read"
    yield f"   what {origin}{reverse('account')} says to the owner of that address."
    yield ""
    yield "Every command works on the running demo with --settings registry_site.demo.settings:"
    yield (
        f'   make manage ARGS="domainguard_explain {refused.address}'
        ' --settings registry_site.demo.settings"'
    )
    yield ""
    yield "Ctrl-C ends everything."


def _first_at(finding: Finding) -> AddressStanding:
    return AddressStanding.objects.filter(mail_domain__name=finding.domain).order_by("pk")[0]


def _mailbox(origin: str, standing: AddressStanding) -> str:
    return origin + reverse("demo_mailbox", args=[standing.canonical])


def _username(standing: AddressStanding) -> str:
    return User.objects.get(pk=standing.account).username
