"""Signals for the site. DomainGuard itself never listens to them."""

from __future__ import annotations

from django.dispatch import Signal

# Sent on commit, with the AuditEvent as `event`.
audited = Signal()
