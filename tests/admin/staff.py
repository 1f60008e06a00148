"""Members of staff with a browser each, and what stands before them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from domainguard.models import AuditEvent, StaffAct
from domainguard.services.acts.verb import On
from domainguard.services.acts.verbs import VERBS
from registry_site.accounts.models import User

ALL = ("*",)
_MODEL = {On.ACCOUNT: "deverification", On.DOMAIN: "domainstatus", On.CASE: "reviewcase"}


@dataclass
class Staff:
    """One member of staff."""

    user: User
    browser: Client

    @property
    def name(self) -> str:
        """As the trail names them."""
        return f"staff:{self.user.pk}"

    def opens(self, kind: str, keys: list[int]) -> Any:
        """Open a confirmation page."""
        return self.browser.get(page(kind, keys))

    def sends(self, kind: str, keys: list[int], **said: str) -> Any:
        """Fill in a confirmation page as its form asks, and send it."""
        form = {"reason": "The owner wrote.", "key": "a-page", **asked(kind, self), **said}
        return self.browser.post(page(kind, keys), form)

    def does(self, kind: str, keys: list[int], **said: str) -> StaffAct:
        """Open the page, send what it holds, and give the act that came of it."""
        mark = re.search(r'name="key" value="(\w+)"', self.opens(kind, keys).content.decode())
        assert mark is not None
        answer = self.sends(kind, keys, key=mark[1], **said)
        assert answer.status_code == 302, answer.content.decode()
        return StaffAct.objects.get(key=mark[1])

    def decides(self, word: str, act: StaffAct, reason: str = "I looked.") -> Any:
        """Approve, refuse or undo."""
        where = reverse(f"admin:domainguard_staffact_{word}", args=[act.pk])
        return self.browser.post(where, {"reason": reason})


def hire(name: str, *permissions: str, checks_csrf: bool = False) -> Staff:
    """Give a member of staff with these permissions of ours, or with all."""
    user = User.objects.create_user(name, f"{name}@mill-road.org", "four stones high")
    user.is_staff = True
    user.save()
    ours = Permission.objects.filter(content_type__app_label="domainguard")
    user.user_permissions.set(ours if permissions == ALL else ours.filter(codename__in=permissions))
    browser = Client(enforce_csrf_checks=checks_csrf)
    browser.force_login(user)
    return Staff(user, browser)


def page(kind: str, keys: list[int]) -> str:
    """Give the address of a confirmation page."""
    model = _MODEL[VERBS[kind].on]
    where = reverse(f"admin:domainguard_{model}_act", args=[kind])
    return f"{where}?{'&'.join(f'pk={key}' for key in keys)}"


def asked(kind: str, who: Staff) -> dict[str, Any]:
    """Give what a form asks besides the reason."""
    more = {
        "override": {"until": "2026-03-05"},
        "contact": {"message": "Is it still yours?"},
        "assign": {"to": str(who.user.pk)},
    }
    return more.get(kind, {})


def denials(who: Staff | None = None) -> list[tuple[str, str]]:
    """Give kind and code of every refusal in the trail, oldest first."""
    rows = AuditEvent.objects.filter(action="act_denied").order_by("pk")
    mine = rows if who is None else rows.filter(actor=who.name)
    return [(row.detail["kind"], row.detail["why"]) for row in mine]
