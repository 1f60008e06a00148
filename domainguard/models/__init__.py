"""The tables, one file each. All live in the database of the site's user table."""

from .address_standing import AddressStanding
from .audit_event import AuditEvent
from .automation import Automation
from .deverification import Deverification
from .domain_status import DomainStatus
from .due_notice import DueNotice
from .epoch_bump import EpochBump
from .intent import Intent
from .mail_domain import MailDependency, MailDomain
from .observation import Observation
from .outbox_mail import OutboxMail
from .quiet_account import QuietAccount
from .review_case import ReviewCase
from .staff_act import ActTarget, StaffAct
from .sweep_run import SweepRun
from .tally import Tally
from .trail_head import TrailHead
from .way_back import WayBack

__all__ = [
    "ActTarget",
    "AddressStanding",
    "AuditEvent",
    "Automation",
    "Deverification",
    "DomainStatus",
    "DueNotice",
    "EpochBump",
    "Intent",
    "MailDependency",
    "MailDomain",
    "Observation",
    "OutboxMail",
    "QuietAccount",
    "ReviewCase",
    "StaffAct",
    "SweepRun",
    "Tally",
    "TrailHead",
    "WayBack",
]
