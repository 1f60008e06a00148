"""Which resolvers are to be believed now: those that know what exists and deny what does not."""

from __future__ import annotations

import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from .base import Deadline, SourceError
from .canary import Distrusted, is_fresh, random_name
from .dns_conversation import Conversation, Reply
from .dns_reading import read
from .dns_wire import Question, Resolver

SUFFIXES = ("com", "net", "org")
_KEEP_FAILURE = timedelta(minutes=1)
_PATIENCE = (0.7, 1.3)  # a look that somebody waits for may have to wait for this first


class ResolverCanary:
    """Tests each resolver every few minutes and keeps the list of those set aside.

    Random names below `suffixes` must be NXDOMAIN, by NS and by A, which rewriting resolvers
    answer with an address of their own; `known` names must be delegated. By default these are
    the suffixes themselves; add a domain of your own. A liar stays aside for `quarantine` after
    it was last caught. A resolver that is silent keeps its standing, and has none before it has
    passed once. Thread-safe; nobody waits for a test whose result he does not need.
    """

    def __init__(
        self,
        resolvers: Sequence[Resolver],
        *,
        known: Sequence[str] = SUFFIXES,
        suffixes: Sequence[str] = SUFFIXES,
        every: timedelta = timedelta(minutes=5),
        quarantine: timedelta = timedelta(hours=1),
        patience: Sequence[float] = _PATIENCE,
    ) -> None:
        self._resolvers = tuple(resolvers)
        self._known = known
        self._suffixes = suffixes
        self._every = every
        self._quarantine = quarantine
        self._patience = patience
        self._lock = threading.Lock()
        self._tested_at: datetime | None = None
        self._begun_at = float("-inf")  # on the monotonic clock
        self._aside: Mapping[Resolver, SourceError] = {}
        self._unproven: Mapping[Resolver, SourceError] = {}
        self._proven: set[Resolver] = set()
        self._caught_at: dict[Resolver, datetime] = {}

    def set_aside(self, *, now: datetime, deadline: Deadline) -> Mapping[Resolver, SourceError]:
        """Give the resolvers not to be asked, each with the reason; tests them when it is time."""
        if not self._is_tested(now):
            with self._lock:
                if not self._is_tested(now):
                    self._test(now, deadline)
        return self._aside

    def unproven(
        self, *, since: float, now: datetime, deadline: Deadline
    ) -> Mapping[Resolver, SourceError]:
        """Give whose denial of a name is not to be believed, each with the reason.

        That is who did not pass a test begun after `since` (monotonic), the moment the denial was
        heard: without such a test there is one now, and it is shared by all who wait for it.
        """
        with self._lock:
            if self._begun_at < since:
                self._test(now, deadline)
            return self._unproven

    def _is_tested(self, now: datetime) -> bool:
        if self._tested_at is None:
            return False
        unproven = any(resolver not in self._proven for resolver in self._aside)
        keep = min(self._every, _KEEP_FAILURE) if unproven else self._every
        return is_fresh(self._tested_at, now, keep)

    def _test(self, now: datetime, deadline: Deadline) -> None:
        self._begun_at = time.monotonic()
        heard = self._ask(deadline)
        failed: dict[Resolver, SourceError] = {}
        for resolver in self._resolvers:
            try:
                self._check_all(heard[resolver])
            except Distrusted as lie:
                self._proven.discard(resolver)
                self._caught_at[resolver] = now
                failed[resolver] = lie
            except SourceError as error:
                failed[resolver] = type(error)(f"{error} when tested")
            else:
                self._proven.add(resolver)
        self._unproven = failed | self._in_quarantine(now, failed)
        self._aside = {
            resolver: error
            for resolver, error in self._unproven.items()
            if isinstance(error, Distrusted) or resolver not in self._proven
        }
        self._tested_at = now

    def _in_quarantine(
        self, now: datetime, failed: Mapping[Resolver, SourceError]
    ) -> dict[Resolver, SourceError]:
        return {
            resolver: Distrusted("set aside for a lie a short while ago")
            for resolver, at in self._caught_at.items()
            if resolver not in failed and is_fresh(at, now, self._quarantine)
        }

    def _ask(self, deadline: Deadline) -> Mapping[Resolver, list[Reply]]:
        names = (
            (random_name(secrets.choice(self._suffixes)), "NS"),
            (random_name(secrets.choice(self._suffixes)), "A"),
            (secrets.choice(self._known), "NS"),
        )
        questions = [
            Question(resolver, name, rdtype)
            for name, rdtype in names
            for resolver in self._resolvers
        ]
        heard = defaultdict(list)
        with Conversation(questions, deadline=deadline, patience=self._patience) as conversation:
            for reply in conversation:
                heard[reply.question.resolver].append(reply)
        return heard

    def _check_all(self, replies: Sequence[Reply]) -> None:
        """Raise Distrusted for any wrong answer, else the error of a missing one."""
        silence = None
        for reply in replies:
            try:
                self._check(reply)
            except Distrusted:
                raise
            except SourceError as error:
                silence = error
        if silence:
            raise silence

    def _check(self, reply: Reply) -> None:
        finding = read(reply)
        if reply.question.name in self._known:
            if not finding.records:
                raise Distrusted("set aside for denying what exists")
        elif not finding.is_nxdomain or finding.cnames:
            raise Distrusted("set aside for knowing what does not exist")
