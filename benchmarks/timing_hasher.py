"""A fast hasher that counts: what a real one would take would hide all else."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.hashers import MD5PasswordHasher


class CountingHasher(MD5PasswordHasher):
    """Counts the passwords that were hashed in this process."""

    hashed: ClassVar[int] = 0

    def encode(self, password: str, salt: str) -> str:
        """Give the hash of a password."""
        type(self).hashed += 1
        return super().encode(password, salt)
