"""Has pictures drawn by the image service for a response: one job each, found again by whoever goes on."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from typing import Any

from google.protobuf import json_format

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.image.v1 import image_service_pb2 as image
from reelwright.image.v1 import image_service_pb2_grpc as image_rpc
from reelwright.jobs.v1 import jobs_service_pb2 as jobs
from reelwright.llm.v1 import llm_service_pb2 as llm
from reelwright.llm.v1 import responses_service_pb2 as pb
from reelwright_kit.access.passport import Passport
from reelwright_kit.calling import insist, refused, request_key
from reelwright_kit.database import outlasting
from reelwright_kit.errors import AppError, Failure, FieldInvalid, JobCancelled, JobNotFound, JobStateConflict
from reelwright_kit.ids import new_id
from reelwright_kit.jobs.feed import JobFeed
from reelwright_kit.jobs.model import EventRecord, State
from reelwright_kit.jobs.rendering import status_message
from reelwright_kit.jobs.store import JobStore
from reelwright_llm.responses import tool
from reelwright_llm.responses.task import Task

TIMEOUT_S = 30.0


class Drawing:
    """Draws."""

    def __init__(
        self,
        images: image_rpc.ImageServiceAsyncStub,
        passport: Passport,
        store: JobStore,
        feed: JobFeed,
        patience_s: float,
    ) -> None:
        self._images = images
        self._passport = passport
        self._store = store
        self._feed = feed
        self._patience_s = patience_s

    async def draw(self, task: Task, call: llm.ToolCall) -> AsyncGenerator[list[pb.ResponseEvent]]:
        """The picture that the model asks for with `call`, and what the model is told of it."""
        if not tool.allowed(task.order.request, task.produced):
            task.add((), tool.told(call, tool.Outcome("failed", reason="No more pictures may be drawn.")))
            return
        item = pb.OutputItem(id=new_id("ig"), kind="picture", status="in_progress")
        task.teller.open(item)
        task.teller.about(pb.RESPONSE_EVENT_KIND_PICTURE_STARTED, item)
        yield task.teller.take()
        try:
            async with contextlib.aclosing(self._drawn(task, call, item)) as events:
                async for told in events:
                    yield told
        except AppError as error:
            _failed(item, error)
            outcome = tool.Outcome("failed", reason=error.message)
        else:
            item.status = "completed"
            task.teller.about(pb.RESPONSE_EVENT_KIND_PICTURE_DONE, item)
            outcome = tool.Outcome("shown", item.picture.asset.id)
        task.teller.close(item)
        task.add((item,), tool.told(call, outcome))
        yield task.teller.take()

    async def withdraw(self, task: Task) -> None:
        """Cancels the picture that is being drawn: nobody wants it any more."""
        if task.job:
            with contextlib.suppress(JobNotFound, JobStateConflict):
                await outlasting(lambda: self._store.cancel(task.order.tenant, task.job))

    async def _drawn(
        self, task: Task, call: llm.ToolCall, item: pb.OutputItem
    ) -> AsyncGenerator[list[pb.ResponseEvent]]:
        item.picture.prompt = tool.prompt_of(call)
        item.picture.edited = task.order.request.image_tool.action == "edit"
        task.job = item.picture.job = await self._order(task, call, item.picture)
        task.teller.about(pb.RESPONSE_EVENT_KIND_PICTURE_DRAWING, item)
        yield task.teller.take()
        async with contextlib.aclosing(self._feed.watch(task.order.tenant, task.job)) as events:
            shown = 0
            async for event in events:
                if event.type == "PREVIEW" and shown < task.order.request.image_tool.sketches:
                    self._sketch(task, item, event, shown)
                    shown += 1
                    yield task.teller.take()
        await self._collect(task, item.picture)
        task.job = ""

    async def _order(self, task: Task, call: llm.ToolCall, wanted: pb.OutputPicture) -> str:
        request = _request(task, wanted)
        request.request_id = request_key(task.order.id, "picture", call.id, wanted.prompt)
        create: Any = self._images.EditImage if wanted.edited else self._images.CreateImage
        created = await insist(
            "image",
            self._patience_s,
            lambda: create(request, timeout=TIMEOUT_S, metadata=self._passport.metadata()),
        )
        return str(created.job.id)

    def _sketch(self, task: Task, item: pb.OutputItem, event: EventRecord, shown: int) -> None:
        told = json_format.ParseDict({"preview": event.body["preview"]}, jobs.JobEvent(), ignore_unknown_fields=True)
        kind = pb.RESPONSE_EVENT_KIND_PICTURE_SKETCH
        task.teller.about(kind, item, sketch=told.preview, sketch_index=shown)

    async def _collect(self, task: Task, picture: pb.OutputPicture) -> None:
        record = await outlasting(lambda: self._store.get(task.order.tenant, task.job))
        if record.state is State.CANCELLED:
            raise JobCancelled(task.job)
        if failure := status_message(record.error):
            raise refused(failure)
        result = json_format.ParseDict(record.result or {}, jobs.JobResult(), ignore_unknown_fields=True)
        picture.asset.CopyFrom(result.image.images[0])


def _request(task: Task, wanted: pb.OutputPicture) -> Any:
    wish = task.order.request.image_tool
    alike = {name: getattr(wish, name) for name in ("model", "quality", "background", "output_format")}
    chat = task.order.request.chat
    alike["max_cost_micros"] = chat.max_cost_micros if chat.HasField("max_cost_micros") else None
    alike["extra"] = wish.extra if wish.HasField("extra") else None
    if not wanted.edited:
        return image.CreateImageRequest(prompt=wanted.prompt, width=wish.width, height=wish.height, **alike)
    last = tool.last_picture([*task.order.conversation, *task.produced])
    if not last:
        raise FieldInvalid("image_tool.action", "edit needs a picture that was drawn in this conversation")
    return image.EditImageRequest(
        prompt=wanted.prompt, images=[assets.MediaReference(asset=last)], input_fidelity=wish.input_fidelity, **alike
    )


def _failed(item: pb.OutputItem, error: AppError) -> None:
    item.status = "failed"
    if status := status_message(Failure.of(error).kept()):
        item.picture.error.CopyFrom(status)
