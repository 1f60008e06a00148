"""The account of a site that chose neither Django's key nor its name for the address."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models


class Person(AbstractUser):
    """A person with a UUID for a key, written to at `contact`."""

    EMAIL_FIELD = "contact"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = None  # type: ignore[assignment]
    contact = models.EmailField(blank=True)

    class Meta:
        app_label = "uuid_people"
