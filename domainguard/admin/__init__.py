"""Django admin for registry staff: the answer first, evidence next, actions with a reason."""

from .acts import StaffActAdmin
from .cases import ReviewCaseAdmin
from .dashboard import DashboardAdmin
from .deverified import DeverificationAdmin
from .domains import DomainStatusAdmin
from .trail import AuditEventAdmin
from .ways_back import WayBackAdmin

__all__ = [
    "AuditEventAdmin",
    "DashboardAdmin",
    "DeverificationAdmin",
    "DomainStatusAdmin",
    "ReviewCaseAdmin",
    "StaffActAdmin",
    "WayBackAdmin",
]
