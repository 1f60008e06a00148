"""An SMTP server on loopback that delivers nothing and remembers everything."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from domainguard.simulation.lives import Holder

LOOPBACK = "127.0.0.1"
logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells every command there
_ACCEPTED = "250 2.0.0 kept for the tests"


@dataclass(frozen=True, slots=True)
class Delivered:
    """One message for one recipient, and whose mailbox that was at the time."""

    at: datetime
    mail_from: str
    rcpt_to: str
    content: bytes
    holder: Holder

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        return message_from_bytes(self.content, policy=policy.default)

    @property
    def text(self) -> str:
        """The plain text of the message, its lines ended as Python ends them."""
        body = self.message.get_body(("plain",))
        return str(body.get_content()).replace("\r\n", "\n") if body else ""

    def as_line(self) -> str:
        """Write it as one line of JSON."""
        return json.dumps(
            {
                "at": self.at.isoformat(),
                "mail_from": self.mail_from,
                "rcpt_to": self.rcpt_to,
                "content": self.content.decode("latin-1"),
                "holder": self.holder.value,
            }
        )


def read_deliveries(file: Path) -> list[Delivered]:
    """Read back what a sink wrote to its file, oldest first; no file means no mail."""
    lines = file.read_text().splitlines() if file.exists() else []
    return [_from_json(json.loads(line)) for line in lines]


class SmtpSink:
    """Takes mail on a free loopback port until the `with` block ends.

    `now` gives the time of a delivery, `mailbox` says whose mailbox a domain's are. With a file,
    deliveries are appended to it as lines of JSON, and those already there are read first.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        mailbox: Callable[[str], Holder],
        *,
        file: Path | None = None,
    ) -> None:
        self._now, self._mailbox, self._file = now, mailbox, file
        self._arrival = threading.Condition()
        self._messages = read_deliveries(file) if file else []
        self._refusal = ""
        self._hangs = False
        self.port = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Give the value of EMAIL_URL."""
        return f"smtp://{LOOPBACK}:{self.port}"

    @property
    def messages(self) -> list[Delivered]:
        """All deliveries, oldest first."""
        with self._arrival:
            return list(self._messages)

    def messages_to(self, address: str) -> list[Delivered]:
        """Give the deliveries to this address (case does not matter), oldest first."""
        wanted = address.lower()
        return [each for each in self.messages if each.rcpt_to.lower() == wanted]

    def wait_for(self, count: int, timeout: float = 5.0) -> list[Delivered]:
        """Wait until so many deliveries are here and give all; TimeoutError when they never are."""
        with self._arrival:
            if not self._arrival.wait_for(lambda: len(self._messages) >= count, timeout):
                raise TimeoutError(
                    f"{len(self._messages)} mails arrived within {timeout} s, {count} were expected"
                )
            return list(self._messages)

    def clear(self) -> None:
        """Forget all deliveries in memory."""
        with self._arrival:
            self._messages.clear()

    @contextmanager
    def refusing(self, reply: str = "451 4.3.0 please try again later") -> Iterator[None]:
        """Answer every recipient with this reply for a `with` block."""
        self._refusal = reply
        try:
            yield
        finally:
            self._refusal = ""

    @contextmanager
    def hanging_after_data(self) -> Iterator[None]:
        """Keep each message of a `with` block, but never say so to its sender."""
        self._hangs = True
        try:
            yield
        finally:
            self._hangs = False

    def start(self) -> None:
        """Bind a free port and serve in a thread; returns when mail may come."""
        # asyncio switches off Nagle's delays only where the protocol is spelled out.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind((LOOPBACK, 0))
        self.port = listener.getsockname()[1]
        ready: Future[None] = Future()
        self._thread = threading.Thread(
            target=asyncio.run,
            args=(self._serve(listener, ready),),
            name=f"smtp {self.port}",
            daemon=True,
        )
        self._thread.start()
        ready.result()

    def stop(self) -> None:
        """Close the port and wait for the thread to end."""
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()

    async def _serve(self, listener: socket.socket, ready: Future[None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        server = await self._loop.create_server(self._protocol, sock=listener)
        ready.set_result(None)
        await self._stopped.wait()
        server.close()

    def _protocol(self) -> SMTP:
        return SMTP(self, hostname="sink.loopback", enable_SMTPUTF8=True, loop=self._loop)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        """Take or refuse a recipient; called by aiosmtpd."""
        if self._refusal:
            return self._refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep a message once for each recipient; called by aiosmtpd."""
        content = envelope.original_content or b""
        self._keep([self._delivered(envelope, to, content) for to in envelope.rcpt_tos])
        if self._hangs:
            await self._stopped.wait()
        return _ACCEPTED

    def _delivered(self, envelope: Envelope, rcpt_to: str, content: bytes) -> Delivered:
        holder = self._mailbox(rcpt_to.rpartition("@")[2].lower())
        return Delivered(self._now(), envelope.mail_from or "", rcpt_to, content, holder)

    def _keep(self, delivered: list[Delivered]) -> None:
        with self._arrival:
            if self._file:
                with self._file.open("a") as lines:
                    lines.writelines(f"{each.as_line()}\n" for each in delivered)
            self._messages += delivered
            self._arrival.notify_all()


def _from_json(kept: dict[str, str]) -> Delivered:
    return Delivered(
        datetime.fromisoformat(kept["at"]),
        kept["mail_from"],
        kept["rcpt_to"],
        kept["content"].encode("latin-1"),
        Holder(kept["holder"]),
    )
