"""Addresses and domains, parsed once: an address gives its mail domain and trust key, or a refusal.

Provisional contract; the implementation replaces this file.
"""

from __future__ import annotations

from typing import NewType

MailDomain = NewType("MailDomain", str)
RegistrableDomain = NewType("RegistrableDomain", str)
