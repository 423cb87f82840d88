"""Carries a commission through: submitted at most once per intent, followed, collected and kept."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reelwright_kit import logs
from reelwright_kit.assets.model import AssetRecord
from reelwright_kit.database import outlasting
from reelwright_kit.errors import AppError, Failure
from reelwright_kit.jobs.commission import (
    Commission,
    NotTaken,
    ProviderBusy,
    ProviderFailed,
    ResultUnavailable,
    Show,
    Sighting,
    Ticket,
    Unanswered,
    Unreachable,
)
from reelwright_kit.jobs.model import Json
from reelwright_kit.jobs.submissions import Standing, Submission, SubmissionUnknown, Units, Wish
from reelwright_kit.jobs.work import RecordedFailure, Work

log = logs.logger(__name__)

Keep = Callable[[int], Awaitable[AssetRecord]]
"""Keeps the file that was made, with what it cost in millionths of a US dollar."""

LOOK_BACK = timedelta(minutes=5)
"""Clocks differ: work that a provider took so long before its intent may still be it."""


@dataclass(frozen=True)
class Patience:
    """How long providers are waited for, in seconds."""

    taken_s: float = 600.0
    """Until it takes the work."""
    done_s: float = 3600.0
    """From then until it is done."""
    poll_s: float = 0.5
    """Between two looks, at first; they become rarer."""
    poll_at_most_s: float = 5.0
    collect_tries: int = 8


class Fulfilment:
    """One try of one run of a job to have one file made by a provider."""

    def __init__(
        self,
        work: Work,
        intent: str,
        commission: Commission,
        *,
        out: Path,
        show: Show,
        keep: Keep,
        units: Units,
        low: float,
        high: float,
        patience: Patience,
    ) -> None:
        self._work = work
        self._intent = intent
        self._commission = commission
        self._out = out
        self._show = show
        self._keep = keep
        self._units = units
        self._low, self._high = low, high
        self._patience = patience
        # New for each try, so that a try cannot take the intent of another one, which may have submitted, for its own.
        self._owner = secrets.token_hex(8)
        self._ledger = work.submissions

    async def record(self) -> AssetRecord:
        """The file, made and kept. Raises SubmissionUnknown, or what the provider failed with."""
        began = time.monotonic()
        delay_s = 0.5
        while True:
            submission = await self._intend()
            try:
                taken = await self._taken(submission)
            except NotTaken as refusal:
                if time.monotonic() - began > self._patience.taken_s:
                    raise await self._given_up(refusal) from None
                await self._work.progress(0, "waiting for the provider", refusal.cause)
                await asyncio.sleep(delay_s if refusal.retry_after_s is None else refusal.retry_after_s)
                delay_s = min(delay_s * 2, 30.0)
            else:
                return taken if isinstance(taken, AssetRecord) else await self._fetched(taken)

    async def _intend(self) -> Submission:
        one = self._commission
        wish = Wish(self._intent, one.provider, one.model, one.estimated_micros)
        return await outlasting(lambda: self._ledger.intend(self._work.job, wish, self._owner))

    async def _taken(self, submission: Submission) -> AssetRecord | Ticket:
        match submission.state:
            case Standing.INTENT if submission.owner == self._owner:
                return await self._work.handing_over(self._hand_over())
            case Standing.SUBMITTED:
                return Ticket(submission.provider_id, submission.ticket or {})
            case Standing.FAILED if submission.failure:
                raise RecordedFailure(Failure(**submission.failure))
            case Standing.SETTLED:
                raise ProviderFailed(submission.provider, f"{self._intent} was made, and has been deleted since")
            case _:
                return await self._looked_up(submission)

    async def _hand_over(self) -> AssetRecord | Ticket:
        job, intent = self._work.job, self._intent
        try:
            ticket = await self._commission.submit(f"{job.id}.{intent}", self._out, self._show)
        except NotTaken:
            await outlasting(lambda: self._ledger.let_go(job, intent, self._owner))
            raise
        except AppError as error:
            failure = Failure.of(error).kept()
            await outlasting(lambda: self._ledger.fail(job, intent, failure))
            raise
        except BaseException as error:
            # Also when cancelled or surprised: it was asked, and only the provider knows what came of it.
            # Only our own words: those of a library may carry the request, or the key.
            cause = str(error) if isinstance(error, Unanswered) else type(error).__name__
            log.warning("submission_unanswered", job=job.id, intent=intent, cause=cause)
            doubt = await outlasting(lambda: self._ledger.doubt(job, intent))
            if isinstance(error, Exception) and doubt is not None:
                return await self._looked_up(doubt)
            raise
        if ticket.done:
            return await self._kept_or_charged(ticket)
        await self._booked(ticket)
        return ticket

    async def _booked(self, ticket: Ticket) -> bool:
        job, intent = self._work.job, self._intent
        return await outlasting(lambda: self._ledger.submitted(job, intent, ticket.id, ticket.place))

    async def _looked_up(self, submission: Submission) -> Ticket:
        """The work of a submission whose answer was lost, if the provider knows it; else nobody does."""
        job, intent = self._work.job, self._intent
        doubt = await outlasting(lambda: self._ledger.doubt(job, intent, submission.owner))
        since = submission.create_time - LOOK_BACK
        found = await self._asked(lambda: self._commission.find(f"{job.id}.{intent}", since))
        for ticket in found:
            if await self._booked(ticket):
                log.info("submission_found", job=job.id, intent=intent, provider_id=ticket.id)
                return ticket
        raise SubmissionUnknown(doubt or submission)

    async def _fetched(self, ticket: Ticket) -> AssetRecord:
        job, intent = self._work.job, self._intent
        try:
            return await self._kept(await self._collected(await self._followed(ticket), ticket))
        except ProviderFailed as error:
            failure = Failure.of(error).kept()
            await outlasting(lambda: self._ledger.fail(job, intent, failure))
            raise

    async def _followed(self, ticket: Ticket) -> Json:
        """What it takes to collect the result, once the provider is done."""
        delay_s, until = self._patience.poll_s, datetime.now(UTC) + timedelta(seconds=self._patience.done_s)
        while True:
            sighting = await self._looked(ticket)
            if sighting is not None and sighting.result is not None:
                return sighting.result
            if datetime.now(UTC) > until:
                raise await self._overdue(ticket)
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 1.2, self._patience.poll_at_most_s)

    async def _looked(self, ticket: Ticket) -> Sighting | None:
        try:
            sighting = await self._commission.look(ticket.place)
        except Unreachable as error:
            log.info("provider_unreachable", job=self._work.job.id, cause=str(error))
            await asyncio.sleep(error.retry_after_s or 0)
            return None
        if sighting.result is None:
            percent = self._low + (self._high - self._low) * (sighting.percent or 0) / 100
            await self._work.progress(percent, sighting.stage, queue_position=sighting.queue_position)
        return sighting

    async def _collected(self, result: Json, ticket: Ticket) -> int | None:
        delay_s = 0.2
        for tries_left in range(self._patience.collect_tries - 1, -1, -1):
            try:
                return await self._commission.collect(result, self._out)
            except Unreachable as error:
                log.warning("collecting_failed", job=self._work.job.id, cause=str(error), tries_left=tries_left)
                if not tries_left:
                    # It stays SUBMITTED: a retry of the job collects again, and pays nothing.
                    raise ResultUnavailable(self._commission.provider, str(error)) from error
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, 10.0)
            # Its address may have expired; the provider has a fresh one.
            sighting = await self._looked(ticket)
            result = sighting.result if sighting is not None and sighting.result is not None else result
        raise AssertionError("unreachable")

    async def _kept_or_charged(self, ticket: Ticket) -> AssetRecord:
        try:
            return await self._kept(ticket.micros, ticket.id)
        except AppError as error:
            # Delivered, and nothing that can be kept: it is paid all the same.
            failure = Failure.of(error).kept()
            await outlasting(lambda: self._ledger.fail(self._work.job, self._intent, failure, charge=True))
            raise

    async def _kept(self, micros: int | None, provider_id: str = "") -> AssetRecord:
        cost = self._commission.estimated_micros if micros is None else micros
        record = await self._keep(cost)
        await outlasting(lambda: self._ledger.settle(self._work.job, self._intent, cost, provider_id, self._units))
        return record

    async def _asked(self, question: Callable[[], Awaitable[Sequence[Ticket]]]) -> Sequence[Ticket]:
        for delay_s in (0.2, 0.5, 1.0, 2.0, 0.0):
            try:
                return await question()
            except Unreachable as error:
                log.warning("look_up_failed", job=self._work.job.id, cause=str(error))
            await asyncio.sleep(delay_s)
        return ()

    async def _overdue(self, ticket: Ticket) -> ProviderFailed:
        job, intent = self._work.job, self._intent
        error = ProviderFailed(self._commission.provider, f"was not done within {self._patience.done_s:.0f} s")
        try:
            free = await self._commission.withdraw(ticket.place)
        except Unreachable:
            free = False
        failure = Failure.of(error).kept()
        await outlasting(lambda: self._ledger.fail(job, intent, failure, charge=not free))
        return error

    async def _given_up(self, refusal: NotTaken) -> ProviderBusy:
        error = ProviderBusy(self._commission.provider, f"took no work for {self._patience.taken_s:.0f} s")
        log.warning("provider_busy", job=self._work.job.id, cause=refusal.cause)
        failure = Failure.of(error).kept()
        await outlasting(lambda: self._ledger.fail(self._work.job, self._intent, failure))
        return error
