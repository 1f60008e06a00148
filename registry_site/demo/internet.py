"""The small internet of a story, with the site's settings pointing into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.test.utils import override_settings

from domainguard.testing import SmallInternet
from domainguard.testing.smtp_sink import LOOPBACK

from .state import State
from .story import Story


@contextmanager
def small_internet(story: Story, state: State, origin: str) -> Iterator[SmallInternet]:
    """Run every server of the story; `origin` is where mailed links lead.

    Where the servers are is known only now, after the settings were read; other commands read it
    from the state as long as this lasts.
    """
    with SmallInternet(lives=story.lives(), mail_file=state.mail) as net:
        moved_in = {
            "DOMAINGUARD": {**settings.DOMAINGUARD, **net.settings(), "PUBLIC_ORIGIN": origin},
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": LOOPBACK,
            "EMAIL_PORT": net.sink.port,
            "PUBLIC_ORIGIN": origin,
            "CSRF_TRUSTED_ORIGINS": [origin],
        }
        state.join_at({**net.environ(), "PUBLIC_ORIGIN": origin})
        try:
            with override_settings(**moved_in):
                yield net
        finally:
            state.leave()
