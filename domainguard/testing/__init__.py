"""A small internet on loopback, on a clock that tests move: for sites' own tests and our demo."""

from domainguard.simulation import events, scripts
from domainguard.simulation.lives import Facts, Holder, Life, Turn
from domainguard.simulation.outages import How, Outage, Where

from .clock import VirtualClock
from .internet import SmallInternet
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
