"""Accounts and their addresses, on sites that keep them in different tables."""

from __future__ import annotations

from typing import Any, Protocol

from django.contrib.auth import get_user_model

from domainguard.models import AddressStanding

PASSWORD = "four stones high"


class People(Protocol):
    """What a test does to the addresses of a site."""

    def add(self, name: str, address: str) -> Any:
        """Make an account with this address, proven."""

    def rename(self, old: str, new: str) -> None:
        """Give the owner of an address another one; an empty one takes it away."""

    def unprove(self, address: str) -> None:
        """Let it be an address that nobody has ever proven."""


class PlainPeople:
    """One address in the user table, whatever its field is called."""

    def add(self, name: str, address: str) -> Any:
        model: Any = get_user_model()
        user = model(**{model.USERNAME_FIELD: name, model.get_email_field_name(): address})
        user.set_password(PASSWORD)
        user.save()
        return user

    def rename(self, old: str, new: str) -> None:
        field = get_user_model().get_email_field_name()
        get_user_model()._default_manager.filter(**{field: old}).update(**{field: new})

    def unprove(self, address: str) -> None:
        AddressStanding.objects.filter(canonical=address).update(verified_epoch=None)


class AllauthPeople(PlainPeople):
    """Addresses in allauth's table, with the primary one in the user table as well."""

    def add(self, name: str, address: str) -> Any:
        from allauth.account.models import EmailAddress

        user = super().add(name, address)
        EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
        return user

    def rename(self, old: str, new: str) -> None:
        from allauth.account.models import EmailAddress
        from allauth.account.signals import email_removed

        super().rename(old, new)
        rows = EmailAddress.objects.filter(email=old)
        if new:
            rows.update(email=new)
            return
        (row,) = rows
        row.delete()
        email_removed.send(EmailAddress, request=None, user=row.user, email_address=row)

    def unprove(self, address: str) -> None:
        from allauth.account.models import EmailAddress

        super().unprove(address)
        EmailAddress.objects.filter(email=address).update(verified=False)
