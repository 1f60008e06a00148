"""Doors that open by the proof of an address, or by a provider's word on one."""

from __future__ import annotations

from typing import Any, ClassVar
from zlib import crc32

from allauth.account.models import EmailAddress

from domainguard.testing import Delivered
from tests.sites.doors import AllauthCode, DjoserPassword, Door, HeadlessLink, code_in, path_in
from tests.sites.people import PASSWORD


class ProofLink(Door):
    """allauth's link that proves an address, mailed to whoever signs in without one."""

    def ask(self, address: str) -> tuple[int, int]:
        return self._asked("/accounts/login/", {"login": name_in(address), "password": PASSWORD})

    def use(self, mail: Delivered) -> int:
        return self.client.post(path_in(mail)).status_code

    def worked(self, user: Any) -> bool:
        return is_ticked(user)


class ProofCode(ProofLink):
    """The same with a code, typed into the browser that asked."""

    settings: ClassVar = {"ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED": True}

    def use(self, mail: Delivered) -> int:
        return self.client.post("/accounts/sent/", {"code": code_in(mail)}).status_code


class HeadlessProofCode(HeadlessLink):
    """The same by allauth's API for browsers."""

    settings: ClassVar = {"ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED": True}

    def ask(self, address: str) -> tuple[int, int]:
        return self._call("login", username=name_in(address), password=PASSWORD)

    def use(self, mail: Delivered) -> int:
        return self._call("email/verify", key=code_in(mail))[0]

    def worked(self, user: Any) -> bool:
        return is_ticked(user)


class Provider(Door):
    """A provider that says whose address it is: asking is all it takes."""

    def ask(self, address: str) -> tuple[int, int]:
        page = self.client.post("/social/dummy/login/")
        said = {"id": crc32(address.encode()), "email": address, "email_verified": 1}
        return self._asked(page.headers["Location"], said)

    def use(self, mail: Delivered) -> int:
        raise AssertionError(f"A provider's word brings no mail, but one came to {mail.rcpt_to}.")

    def worked(self, user: Any) -> bool:
        return self.client.session.get("_auth_user_id") == str(user.pk)


class ResetCodeAsProof(AllauthCode):
    """A reset code, which allauth takes for a proof of the address it was mailed to."""

    def use(self, mail: Delivered) -> int:
        return self.client.post("/accounts/code/reset/", {"code": code_in(mail)}).status_code

    def worked(self, user: Any) -> bool:
        return is_ticked(user)


class DjoserActivation(DjoserPassword):
    """djoser's activation of a new account, its mail asked for once more."""

    settings: ClassVar = {
        "DJOSER": {
            "TOKEN_MODEL": None,
            "SEND_ACTIVATION_EMAIL": True,
            "ACTIVATION_URL": "activate/{uid}/{token}",
            "EMAIL": {"activation": "domainguard.integrations.djoser.ActivationEmail"},
        }
    }
    asks: ClassVar[str] = "/djoser/users/resend_activation/"

    def use(self, mail: Delivered) -> int:
        uid, token = path_in(mail).split("/")[-2:]
        form = {"uid": uid, "token": token}
        return self.client.post("/djoser/users/activation/", form).status_code

    def worked(self, user: Any) -> bool:
        return bool(user.is_active)


def name_in(address: str) -> str:
    return address.partition("@")[0]


def is_ticked(user: Any) -> bool:
    """Say whether allauth calls the account's address verified."""
    return EmailAddress.objects.filter(user=user, verified=True).exists()
