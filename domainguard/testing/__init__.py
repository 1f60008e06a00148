"""A small internet on loopback, on a clock that tests move: for sites' own tests and our demo."""

from . import events, scripts
from .clock import VirtualClock
from .internet import SmallInternet
from .lives import Facts, Holder, Life, Turn
from .outages import How, Outage, Where
from .smtp_sink import Delivered, SmtpSink

__all__ = [
    "Delivered",
    "Facts",
    "Holder",
    "How",
    "Life",
    "Outage",
    "SmallInternet",
    "SmtpSink",
    "Turn",
    "VirtualClock",
    "Where",
    "events",
    "scripts",
]
