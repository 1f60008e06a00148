"""Django admin for registry staff: the answer first, evidence next, actions with a reason."""

from .acts import StaffActAdmin
from .dashboard import DashboardAdmin
from .deverified import DeverificationAdmin
from .domains import DomainStatusAdmin
from .trail import AuditEventAdmin, ReviewCaseAdmin

__all__ = [
    "AuditEventAdmin",
    "DashboardAdmin",
    "DeverificationAdmin",
    "DomainStatusAdmin",
    "ReviewCaseAdmin",
    "StaffActAdmin",
]
