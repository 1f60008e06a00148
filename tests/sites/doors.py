"""The doors of one site that has them all, each with its two sides: to ask, and to use the mail."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from domainguard.testing import Delivered

SECOND = "a new pair of shoes"


@dataclass
class Door(ABC):
    """A way into an account by mail; `settings` are what its library needs to offer it.

    `taken` and `refused` are the statuses of the last answer when the mail is used.
    """

    client: Client = field(default_factory=lambda: Client(REMOTE_ADDR="127.0.0.1"))
    settings: ClassVar[dict[str, Any]] = {}
    taken: ClassVar[int] = 302
    refused: ClassVar[int] = 200
    # Where the site itself no longer knows the address as proven and its library says so first.
    unproven: ClassVar[int] = 0

    @abstractmethod
    def ask(self, address: str) -> tuple[int, int]:
        """Ask as anybody can; give the answer's status and length."""

    @abstractmethod
    def use(self, mail: Delivered) -> int:
        """Use what the mail brought to set SECOND as the password; give the last status."""

    def worked(self, user: Any) -> bool:
        """Say whether using the mail changed what it is for."""
        return bool(user.check_password(SECOND))

    def _asked(self, path: str, data: dict[str, str], **more: Any) -> tuple[int, int]:
        answer = self.client.post(path, data, **more)
        return answer.status_code, len(answer.content)


class DjangoForm(Door):
    """django.contrib.auth's own form and link."""

    def ask(self, address: str) -> tuple[int, int]:
        return self._asked("/auth/password_reset/", {"email": address})

    def use(self, mail: Delivered) -> int:
        return _fill(self.client, path_in(mail), "new_password1", "new_password2")


class AllauthLink(Door):
    """allauth's pages with a link."""

    def ask(self, address: str) -> tuple[int, int]:
        return self._asked(reverse("account_reset_password"), {"email": address})

    def use(self, mail: Delivered) -> int:
        uid, _, key = path_in(mail).rstrip("/").rpartition("/")[2].partition("-")
        path = reverse("account_reset_password_from_key", args=[uid, key])
        return _fill(self.client, path, "password1", "password2")


class AllauthCode(Door):
    """allauth's pages with a code typed into the browser that asked for it."""

    settings: ClassVar = {"ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED": True}
    refused: ClassVar = 403

    def ask(self, address: str) -> tuple[int, int]:
        return self._asked(reverse("account_reset_password"), {"email": address})

    def use(self, mail: Delivered) -> int:
        self.client.post("/accounts/code/reset/", {"code": code_in(mail)})
        answer = self.client.post(
            "/accounts/code/password/", {"password1": SECOND, "password2": SECOND}
        )
        return answer.status_code


class AllauthLoginCode(Door):
    """allauth's pages with a code that signs in."""

    refused: ClassVar = 403
    unproven: ClassVar = 302

    def ask(self, address: str) -> tuple[int, int]:
        return self._asked(reverse("account_request_login_code"), {"email": address})

    def use(self, mail: Delivered) -> int:
        path = reverse("account_confirm_login_code")
        return self.client.post(path, {"code": code_in(mail)}).status_code

    def worked(self, user: Any) -> bool:
        return "_auth_user_id" in self.client.session


@dataclass
class HeadlessLink(Door):
    """allauth's API for browsers, with a link."""

    kind: ClassVar[str] = "browser"
    taken: ClassVar = 401  # allauth's way to say: done, and now sign in
    refused: ClassVar = 400
    token: str = ""
    signed_in: bool = False

    def ask(self, address: str) -> tuple[int, int]:
        return self._call("password/request", email=address)

    def use(self, mail: Delivered) -> int:
        key = path_in(mail).rstrip("/").rpartition("/")[2]
        return self._call("password/reset", key=key, password=SECOND)[0]

    def _call(self, path: str, **data: str) -> tuple[int, int]:
        headers = {"X-Session-Token": self.token} if self.token else {}
        answer = self.client.post(
            f"/_allauth/{self.kind}/v1/auth/{path}",
            data,
            content_type="application/json",
            headers=headers,
        )
        is_json = answer.headers["Content-Type"] == "application/json"
        meta = answer.json().get("meta", {}) if is_json else {}
        self.token = meta.get("session_token", self.token)
        self.signed_in = bool(meta.get("is_authenticated"))
        return answer.status_code, len(answer.content)


class HeadlessCode(HeadlessLink):
    """allauth's API for browsers, with a code."""

    settings: ClassVar = {"ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED": True}
    refused: ClassVar = 403

    def use(self, mail: Delivered) -> int:
        return self._call("password/reset", key=code_in(mail), password=SECOND)[0]


class HeadlessLoginCode(HeadlessLink):
    """allauth's API for browsers, with a code that signs in."""

    taken: ClassVar = 200
    refused: ClassVar = 403
    unproven: ClassVar = 401

    def ask(self, address: str) -> tuple[int, int]:
        return self._call("code/request", email=address)

    def use(self, mail: Delivered) -> int:
        return self._call("code/confirm", code=code_in(mail))[0]

    def worked(self, user: Any) -> bool:
        return self.signed_in


class AppLink(HeadlessLink):
    """allauth's API for apps, with a link."""

    kind: ClassVar = "app"


class AppCode(HeadlessCode):
    """allauth's API for apps, with a code."""

    kind: ClassVar = "app"


class AppLoginCode(HeadlessLoginCode):
    """allauth's API for apps, with a code that signs in."""

    kind: ClassVar = "app"


class DjRestAuth(Door):
    """dj-rest-auth, beside allauth or without it."""

    taken: ClassVar = 200
    refused: ClassVar = 400

    def ask(self, address: str) -> tuple[int, int]:
        return self._asked("/rest/password/reset/", {"email": address})

    def use(self, mail: Delivered) -> int:
        *_, uid, token, _end = path_in(mail).split("/")
        form = {"uid": uid, "token": token, "new_password1": SECOND, "new_password2": SECOND}
        return self.client.post("/rest/password/reset/confirm/", form).status_code


class DjoserPassword(Door):
    """djoser's password reset."""

    taken: ClassVar = 204
    refused: ClassVar = 400
    asks: ClassVar[str] = "/djoser/users/reset_password/"

    def ask(self, address: str) -> tuple[int, int]:
        return self._asked(self.asks, {get_user_model().get_email_field_name(): address})

    def use(self, mail: Delivered) -> int:
        uid, token = path_in(mail).split("/")[-2:]
        form = {"uid": uid, "token": token, "new_password": SECOND}
        return self.client.post("/djoser/users/reset_password_confirm/", form).status_code


class DjoserUsername(DjoserPassword):
    """djoser's reset of a forgotten name, whose token sets passwords as well."""

    asks: ClassVar[str] = "/djoser/users/reset_username/"


def path_in(mail: Delivered) -> str:
    link = re.search(r"https?://\S+", mail.text)
    assert link is not None, mail.text
    parts = urlsplit(link[0])
    return f"{parts.path}{parts.fragment}"


def code_in(mail: Delivered) -> str:
    code = re.search(r"^\s*([A-Z0-9]{3,4}-[A-Z0-9]{3,4})\s*$", mail.text, re.MULTILINE)
    assert code is not None, mail.text
    return code[1]


def _fill(client: Client, path: str, first: str, second: str) -> int:
    page = client.get(path, follow=True)
    here = page.redirect_chain[-1][0] if page.redirect_chain else path
    return client.post(here, {first: SECOND, second: SECOND}).status_code
