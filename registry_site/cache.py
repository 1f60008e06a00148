"""The site's cache, which counts sign-ins: shared in Valkey, and while that is away in memory."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger("registry_site.cache")
_SECONDS = 1.0  # a visitor waits no longer for a server that does not answer
_LEFT_ALONE = 5.0
_MOST = 100_000  # counts that nobody can push out by making up names


class SharedOrLocal(BaseCache):
    """Valkey's cache; whatever it cannot do just now is done by one in this process's memory.

    While it is away each process counts for itself, from nothing: a limit is then as many times
    as loose as there are processes, and never gone. It is asked again after `SECONDS_LEFT_ALONE`,
    one of the OPTIONS.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        options = dict(params.get("OPTIONS", {}))
        self._left_alone = options.pop("SECONDS_LEFT_ALONE", _LEFT_ALONE)
        waits = {"socket_timeout": _SECONDS, "socket_connect_timeout": _SECONDS}
        once = {"retry": Retry(NoBackoff(), 0)}
        self._shared = RedisCache(server, {**params, "OPTIONS": {**waits, **once, **options}})
        self._local = LocMemCache(server, {**params, "OPTIONS": {"MAX_ENTRIES": _MOST}})
        self._away_until = 0.0

    def _do(self, act: Callable[[BaseCache], Any]) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                return act(self._shared)
            except RedisError as trouble:
                log.warning("The shared cache is away (%s).", type(trouble).__name__)
                self._away_until = time.monotonic() + self._left_alone
        return act(self._local)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        """Store a value unless there is one; say whether it was stored."""
        return self._do(lambda cache: cache.add(*args, **kwargs))

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """Give a value, or the default."""
        return self._do(lambda cache: cache.get(*args, **kwargs))

    def set(self, *args: Any, **kwargs: Any) -> Any:
        """Store a value."""
        return self._do(lambda cache: cache.set(*args, **kwargs))

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        """Let a value live longer; say whether there is one."""
        return self._do(lambda cache: cache.touch(*args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Forget a value; say whether there was one."""
        return self._do(lambda cache: cache.delete(*args, **kwargs))

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        """Add to a number and give it; ValueError when there is none."""
        return self._do(lambda cache: cache.incr(*args, **kwargs))

    def clear(self) -> Any:
        """Forget everything."""
        return self._do(lambda cache: cache.clear())
