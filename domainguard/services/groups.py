"""Makes the groups of staff: who only reads, who works on accounts, who decides."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import Group, Permission

AUDITORS, SUPPORT, LEADS = (
    "DomainGuard auditors",
    "DomainGuard support",
    "DomainGuard leads",
)
_SEEN = (
    "auditevent", "deverification", "domainstatus", "reviewcase", "staffact", "tally",
    "wayback",
)  # fmt: skip
_VIEW = tuple(f"view_{model}" for model in _SEEN)
_WORK = (
    "look_now", "hold_domain", "restore_account", "keep_account", "contact_account",
    "start_recovery", "contain_account", "note_account", "assign_account", "undo_act",
)  # fmt: skip
_DECIDE = (
    "override_domain", "exempt_domain", "remove_factor", "rule_case", "approve_act",
    "export_trail",
)  # fmt: skip
GROUPS: Mapping[str, tuple[str, ...]] = {
    AUDITORS: _VIEW,
    SUPPORT: _VIEW + _WORK,
    LEADS: _VIEW + _WORK + _DECIDE,
}


def make_groups() -> dict[str, int]:
    """Make each group with its permissions; give how many permissions each one gained.

    A permission that an operator added stays, and one that is there is not added twice.
    """
    gained = {}
    for name, codenames in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        wanted = Permission.objects.filter(
            content_type__app_label="domainguard", codename__in=codenames
        )
        new = wanted.exclude(group=group)
        gained[name] = len(new)
        group.permissions.add(*new)
    return gained
