"""An account whose primary key has two columns."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, UserManager
from django.db import models


class Person(AbstractBaseUser):
    """A person in a house. Django's groups cannot point at such a key, so there are none."""

    USERNAME_FIELD = "username"
    objects: ClassVar = UserManager()

    pk = models.CompositePrimaryKey("house", "number")
    house = models.IntegerField(default=7)
    number = models.IntegerField(default=12)
    username = models.CharField(max_length=40, unique=True)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        app_label = "pair_people"
