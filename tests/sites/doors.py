"""The doors of one site that has them all, each with its two sides: to ask, and to use the mail."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.test import Client

from domainguard.testing import Delivered

SECOND = "a new pair of shoes"


@dataclass
class Door:
    """A way to reset a password by mail; `settings` are what its library needs to offer it."""

    client: Client = field(default_factory=lambda: Client(REMOTE_ADDR="127.0.0.1"))
    settings: ClassVar[dict[str, Any]] = {}

    def ask(self, address: str) -> tuple[int, int]:
        """Ask as anybody can; give the answer's status and length."""
        raise NotImplementedError

    def use(self, mail: Delivered) -> int:
        """Use what the mail brought to set SECOND as the password; give the last status."""
        raise NotImplementedError

    def _asked(self, path: str, data: dict[str, str], **more: Any) -> tuple[int, int]:
        answer = self.client.post(path, data, **more)
        return answer.status_code, len(answer.content)


class DjangoForm(Door):
    """django.contrib.auth's own form and link."""

    def ask(self, address: str) -> tuple[int, int]:
        return self._asked("/auth/password_reset/", {"email": address})

    def use(self, mail: Delivered) -> int:
        return _fill(self.client, _path(mail), "new_password1", "new_password2")


class AllauthLink(Door):
    """allauth's pages with a link."""

    def ask(self, address: str) -> tuple[int, int]:
        return self._asked("/accounts/reset/", {"email": address})

    def use(self, mail: Delivered) -> int:
        key = _path(mail).rpartition("/")[2]
        return _fill(self.client, f"/accounts/reset/key/{key}/", "password1", "password2")


class AllauthCode(Door):
    """allauth's pages with a code typed into the browser that asked for it."""

    settings: ClassVar = {"ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED": True}

    def ask(self, address: str) -> tuple[int, int]:
        return self._asked("/accounts/reset/", {"email": address})

    def use(self, mail: Delivered) -> int:
        self.client.post("/accounts/code/reset/", {"code": code_in(mail)})
        answer = self.client.post(
            "/accounts/code/password/", {"password1": SECOND, "password2": SECOND}
        )
        return answer.status_code


class HeadlessLink(Door):
    """allauth's API for browsers, with a link."""

    def ask(self, address: str) -> tuple[int, int]:
        return self._asked(
            "/_allauth/browser/v1/auth/password/request",
            {"email": address},
            content_type="application/json",
        )

    def use(self, mail: Delivered) -> int:
        key = _path(mail).rstrip("/").rpartition("/")[2]
        answer = self.client.post(
            "/_allauth/browser/v1/auth/password/reset",
            {"key": key, "password": SECOND},
            content_type="application/json",
        )
        return answer.status_code


class HeadlessCode(HeadlessLink):
    """allauth's API for browsers, with a code."""

    settings: ClassVar = {"ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED": True}

    def use(self, mail: Delivered) -> int:
        answer = self.client.post(
            "/_allauth/browser/v1/auth/password/reset",
            {"key": code_in(mail), "password": SECOND},
            content_type="application/json",
        )
        return answer.status_code


class DjRestAuth(Door):
    """dj-rest-auth beside allauth."""

    def ask(self, address: str) -> tuple[int, int]:
        return self._asked("/rest/password/reset/", {"email": address})

    def use(self, mail: Delivered) -> int:
        *_, uid, token, _end = _path(mail).split("/")
        form = {"uid": uid, "token": token, "new_password1": SECOND, "new_password2": SECOND}
        return self.client.post("/rest/password/reset/confirm/", form).status_code


class DjoserPassword(Door):
    """djoser's password reset."""

    asks: ClassVar[str] = "/djoser/users/reset_password/"

    def ask(self, address: str) -> tuple[int, int]:
        return self._asked(self.asks, {"email": address})

    def use(self, mail: Delivered) -> int:
        uid, token = _path(mail).split("/")[-2:]
        form = {"uid": uid, "token": token, "new_password": SECOND}
        return self.client.post("/djoser/users/reset_password_confirm/", form).status_code


class DjoserUsername(DjoserPassword):
    """djoser's reset of a forgotten name, whose token sets passwords as well."""

    asks: ClassVar[str] = "/djoser/users/reset_username/"


def _path(mail: Delivered) -> str:
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
