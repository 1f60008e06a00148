"""A small internet for one suite, and what workers do after each POST of a test's client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from domainguard.testing import SmallInternet, scripts
from domainguard.testing import clock as clocks

clocks.clock.restart(datetime.now(UTC))
net = SmallInternet(clocks.clock).__enter__()
_known: set[str] = set()

DOMAINGUARD: dict[str, Any] = {
    **net.settings(),
    "PUBLIC_ORIGIN": "http://testserver",
    "TRUSTED_PROXY_COUNT": None,  # every test's client has one address, and no patience
}


def stop() -> None:
    """Stop the small internet, whose threads would keep the process alive."""
    net.__exit__(None, None, None)


def drain_after_each_post() -> None:
    """Let every POST be followed by a worker's round, for as long as this process lives."""
    from django.test import Client

    stock = Client.post

    def post(self: Client, *args: Any, **kwargs: Any) -> Any:
        answer = stock(self, *args, **kwargs)
        drain()
        return answer

    Client.post = post  # type: ignore[method-assign]


def draining(form: type[Any]) -> type[Any]:
    """Give a form whose every `save` is followed by a worker's round."""

    class Draining(form):  # type: ignore[misc]
        def save(self, *args: Any, **kwargs: Any) -> None:
            super().save(*args, **kwargs)
            drain()

    return Draining


def drain() -> None:
    """Do one round of a worker, in a world where every domain that was named is healthy."""
    from domainguard.models import Intent
    from domainguard.services import intents, outbox

    for text in Intent.objects.filter(outcome="").values_list("submitted", flat=True):
        _make_healthy(text.rpartition("@")[2].lower())
    intents.work()
    outbox.deliver()


def _make_healthy(domain: str) -> None:
    from domainguard.core.names import NameRefused, parse_domain

    try:
        key = parse_domain(domain).trust_key
    except NameRefused:
        return
    if key not in _known:
        _known.add(key)
        born = clocks.clock.now() - timedelta(days=400)
        net.add(scripts.healthy(key, born=born))
