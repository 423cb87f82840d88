"""Calls that last, by what they were made with: they end when it is revoked or expires."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from reelwright_kit.access.errors import KeyInvalid
from reelwright_kit.access.model import Identity


class _Session:
    """One call."""

    def __init__(self, task: asyncio.Task[object]) -> None:
        self._task = task
        self.ended = False

    def end(self) -> None:
        if not self.ended:
            self.ended = True
            self._task.cancel()


class Sessions:
    """The calls of this process that last."""

    def __init__(self) -> None:
        self._open: dict[bytes, set[_Session]] = {}

    @contextlib.contextmanager
    def lasting(self, identity: Identity) -> Iterator[None]:
        """Lets the call of the current task run until it is over or `end` is called; then it fails with KeyInvalid."""
        task = asyncio.current_task()
        if task is None or not identity.credential:
            yield
            return
        session = _Session(task)
        self._open.setdefault(identity.credential, set()).add(session)
        timer = None
        if identity.ends is not None:
            timer = asyncio.get_running_loop().call_at(identity.ends, session.end)
        try:
            yield
        except asyncio.CancelledError:
            if not session.ended:
                raise
            # It was ended here and not by its client: it gets an answer.
            task.uncancel()
            raise KeyInvalid from None
        finally:
            if timer:
                timer.cancel()
            self._close(identity.credential, session)

    def end(self, credential: bytes) -> int:
        """Ends the calls that were made with this; how many those were."""
        sessions = list(self._open.get(credential, ()))
        for session in sessions:
            session.end()
        return len(sessions)

    def has(self, credential: bytes) -> bool:
        """Whether a call that was made with this is open."""
        return credential in self._open

    def _close(self, credential: bytes, session: _Session) -> None:
        sessions = self._open[credential]
        sessions.discard(session)
        if not sessions:
            del self._open[credential]
