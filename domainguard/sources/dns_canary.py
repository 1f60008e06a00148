"""Which resolvers are to be believed now: those that know what exists and deny what does not."""

from __future__ import annotations

import secrets
import threading
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
    passed once. Thread-safe; a second thread waits for a test under way.
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
        self._aside: dict[Resolver, SourceError] = {}
        self._proven: set[Resolver] = set()
        self._caught_at: dict[Resolver, datetime] = {}

    def set_aside(self, *, now: datetime, deadline: Deadline) -> Mapping[Resolver, SourceError]:
        """Give the resolvers not to be asked, each with the reason; tests them when it is time."""
        with self._lock:
            if not self._is_tested(now):
                self._test(now, deadline)
            return self._aside

    def test(self, *, now: datetime, deadline: Deadline) -> Mapping[Resolver, SourceError]:
        """Test them now, as a sweep does before it starts and before each batch."""
        with self._lock:
            self._test(now, deadline)
            return self._aside

    def _is_tested(self, now: datetime) -> bool:
        if self._tested_at is None:
            return False
        unproven = any(resolver not in self._proven for resolver in self._aside)
        keep = min(self._every, _KEEP_FAILURE) if unproven else self._every
        return is_fresh(self._tested_at, now, keep)

    def _test(self, now: datetime, deadline: Deadline) -> None:
        heard = self._ask(deadline)
        self._aside = {}
        for resolver in self._resolvers:
            try:
                self._check_all(heard[resolver])
            except Distrusted as lie:
                self._proven.discard(resolver)
                self._caught_at[resolver] = now
                self._aside[resolver] = lie
            except SourceError as error:
                if resolver not in self._proven:
                    self._aside[resolver] = type(error)(f"{error} when tested")
            else:
                self._proven.add(resolver)
        self._keep_in_quarantine(now)
        self._tested_at = now

    def _keep_in_quarantine(self, now: datetime) -> None:
        for resolver, at in self._caught_at.items():
            if is_fresh(at, now, self._quarantine):
                self._aside.setdefault(
                    resolver, Distrusted("set aside for a lie a short while ago")
                )

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
