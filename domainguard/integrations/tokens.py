"""Recovery tokens: bound to one mail, its standing and epoch; single use, and short-lived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings as django_settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import router
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import base36_to_int, int_to_base36

from domainguard.addressbooks.keys import account_of
from domainguard.conf import settings
from domainguard.gate import GateAnswer, Purpose, Reason, may_receive
from domainguard.models import OutboxMail
from domainguard.wiring import now

_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
_LONGEST = 160
_SKEW = timedelta(minutes=5)  # between the worker's clock and ours
_HANDED_OVER = (OutboxMail.Status.SENDING, OutboxMail.Status.SENT, OutboxMail.Status.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says; worth nothing until its signature was checked."""

    minted: int
    standing: int
    epoch: int
    mail: int

    @property
    def text(self) -> str:
        """The claims as they stand in the token."""
        return "-".join(map(int_to_base36, (self.minted, self.standing, self.epoch, self.mail)))


def read_claims(token: str | None) -> Claims | None:
    """Read the claims of a token; None for anything that is not the shape of one."""
    if not token or len(token) > _LONGEST:
        return None
    parts = token.split("-")
    if len(parts) != 5:
        return None
    try:
        return Claims(*map(base36_to_int, parts[:4]))
    except ValueError:
        return None


class RecoveryTokenGenerator(PasswordResetTokenGenerator):
    """Mints at hand-over. A token works while its mail is the account's last, and admitted.

    It dies with the password, the last sign-in, a newer mail, use, age, epoch and hold.
    """

    domainguard_guarded = True
    key_salt = "domainguard.integrations.tokens.RecoveryTokenGenerator"

    def mint(self, user: Any, mail: OutboxMail) -> str:
        """Give the token of a mail that was just handed over."""
        if mail.epoch is None or mail.handed_over_at is None:
            raise ValueError("A token is minted at hand-over, not before.")
        claims = Claims(_seconds(mail.handed_over_at), mail.standing_id, mail.epoch, mail.pk)
        return f"{claims.text}-{self._mac(user, claims, self.secret)}"

    def make_token(self, user: Any) -> str:
        """Refuse: without a mail there is nothing a token could be bound to."""
        raise TypeError("Recovery tokens are minted by the outbox when a mail is handed over.")

    def check_token(self, user: Any, token: str | None) -> bool:
        """Say whether a token may change this user's password now."""
        return self.judge(user, token).admitted

    def judge(self, user: Any, token: str | None) -> GateAnswer:
        """Judge a token, and give the gate's reason where the gate refuses it.

        Signature first, then age, then the mail it came with, then the gate.
        """
        claims = read_claims(token)
        refused = GateAnswer(False, Reason.UNKNOWN)
        if user is None or claims is None or not self._is_genuine(user, claims, token or ""):
            return refused
        if not _is_young(claims) or not _is_last_mail(user, claims):
            return refused
        answer = may_receive(claims.standing, Purpose.RECOVER)
        if answer.admitted and answer.epoch != claims.epoch:
            return GateAnswer(False, Reason.OLDER_EPOCH, answer.epoch, answer.domain)
        return answer

    def _is_genuine(self, user: Any, claims: Claims, token: str) -> bool:
        mac = token.rpartition("-")[2]
        secrets = (self.secret, *self.secret_fallbacks)
        return any(constant_time_compare(self._mac(user, claims, each), mac) for each in secrets)

    def _mac(self, user: Any, claims: Claims, secret: str | bytes) -> str:
        value = f"{claims.text}:{self._make_hash_value(user, claims.minted)}"
        digest = salted_hmac(self.key_salt, value, secret=secret, algorithm=self.algorithm)
        return digest.hexdigest()[::2]  # 128 bits, as Django's own


def _is_young(claims: Claims) -> bool:
    age = now() - (_EPOCH + timedelta(seconds=claims.minted))
    # Django's own time-out stays a bound: a site that shortened it meant it.
    longest = min(settings().token_life_minutes * 60, django_settings.PASSWORD_RESET_TIMEOUT)
    return -_SKEW <= age <= timedelta(seconds=longest)


def _is_last_mail(user: Any, claims: Claims) -> bool:
    last = (
        OutboxMail.objects.using(router.db_for_write(OutboxMail))
        .filter(account=account_of(user), purpose=Purpose.RECOVER.value, status__in=_HANDED_OVER)
        .order_by("-handed_over_at", "-pk")
        .values_list("pk", "standing_id", "epoch", "used_at", "handed_over_at")
        .first()
    )
    if last is None or last[-1] is None:
        return False
    return (*last[:-1], _seconds(last[-1])) == (
        claims.mail,
        claims.standing,
        claims.epoch,
        None,
        claims.minted,
    )


def _seconds(moment: datetime) -> int:
    return int((moment - _EPOCH).total_seconds())


recovery_tokens = RecoveryTokenGenerator()
