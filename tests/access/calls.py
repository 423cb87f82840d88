"""Every RPC of the contract: the scope it needs, and for each field that takes an id, a request with one in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ASSET, JOB, DELIVERY, KEY, RESPONSE = "<asset>", "<job>", "<delivery>", "<key>", "<response>"
"""Stand for ids in requests."""

MY_VIDEO, MY_PICTURE = "ast_my_video", "ast_my_picture"
"""Files of the caller's own, so that a request has nothing wrong with it but the id that it is about."""

INVALID, NOT_OFFERED, NOTHING = "FIELD_INVALID", "NOT_OFFERED", ""
UNSUPPORTED, NO_REFERENCES = "CAPABILITY_UNSUPPORTED", "REFERENCES_UNSUPPORTED"
"""What else a request with such an id is answered: NOTHING is a success that shows nothing of what the id names."""

MAKING = "audio or image or llm or story or video"


@dataclass(frozen=True)
class Ask:
    """A request with an id in one field, and the reason of its refusal."""

    request: dict[str, Any]
    reason: str


@dataclass(frozen=True)
class Call:
    """What a test knows of an RPC."""

    scope: str | None
    """As SCOPE_MISSING names it; None: every key may call it."""
    asks: dict[str, Ask] = field(default_factory=dict)
    """By the path of the field with the id."""
    probe: dict[str, Any] = field(default_factory=dict)
    """Request with which the scope is asked for."""


def _job(reason: str = "JOB_NOT_FOUND") -> Call:
    return Call("image", {"id": Ask({"id": JOB}, reason)}, {"id": "img_1"})


def _made(scope: str, request: dict[str, Any], reason: str = INVALID, **more: Ask) -> Call:
    asks = {"parent": Ask(request | {"parent": JOB}, reason)}
    return Call(scope, asks | {path.replace("__", ".").replace("_of_", "[]."): ask for path, ask in more.items()})


def _key() -> Call:
    return Call("admin", {"id": Ask({"id": KEY}, "SCOPE_MISSING")})


_MEDIA = {"asset": ASSET}
_CHAT: dict[str, Any] = {"messages": [{"role": "user", "content": "x"}]}


def _part(kind: str) -> Ask:
    part = {kind: {"source": _MEDIA}}
    return Ask({"messages": [{"role": "user", "parts": [part]}]}, UNSUPPORTED)


def _chat() -> Call:
    asks = {f"messages[].parts[].{kind}.source.asset": _part(kind) for kind in ("image", "audio", "video", "file")}
    return Call("llm", asks | {"parent": Ask(_CHAT | {"parent": JOB}, NOTHING)})


def _response() -> Call:
    return Call("llm", {"id": Ask({"id": RESPONSE}, "RESPONSE_NOT_FOUND")})


def _responding() -> Call:
    asks = {f"chat.{path}": Ask({"chat": ask.request}, ask.reason) for path, ask in _chat().asks.items()}
    previous = Ask({"chat": _CHAT, "previous": RESPONSE}, "RESPONSE_NOT_FOUND")
    return Call("llm", asks | {"previous": previous}, {"chat": _CHAT})


_CLIP: dict[str, Any] = {"clips": [{"video": _MEDIA}]}
_VIDEO: dict[str, Any] = {"prompt": "x"}

CALLS: dict[str, Call] = {
    "reelwright.admin.v1.AdminService/CreateKey": Call("admin"),
    "reelwright.admin.v1.AdminService/ListKeys": Call("admin"),
    "reelwright.admin.v1.AdminService/GetKey": _key(),
    "reelwright.admin.v1.AdminService/UpdateKey": Call("admin", {"key.id": Ask({"key": {"id": KEY}}, "SCOPE_MISSING")}),
    "reelwright.admin.v1.AdminService/RevokeKey": _key(),
    "reelwright.admin.v1.AdminService/RotateKey": _key(),
    "reelwright.admin.v1.AdminService/GetTenant": Call("admin"),
    "reelwright.admin.v1.AdminService/UpdateTenant": Call("admin"),
    "reelwright.admin.v1.AdminService/ListTenants": Call("admin"),
    "reelwright.admin.v1.AdminService/GetUsage": Call(None, {"key": Ask({"key": KEY}, NOTHING)}),
    "reelwright.admin.v1.AdminService/GetEnvironment": Call(None),
    "reelwright.admin.v1.AdminService/GetBalance": Call(None),
    "reelwright.assets.v1.AssetService/UploadAsset": Call("assets"),
    "reelwright.assets.v1.AssetService/DownloadAsset": Call("assets", {"id": Ask({"id": ASSET}, "ASSET_NOT_FOUND")}),
    "reelwright.assets.v1.AssetService/GetAsset": Call("assets", {"id": Ask({"id": ASSET}, "ASSET_NOT_FOUND")}),
    "reelwright.assets.v1.AssetService/ListAssets": Call("assets", {"job": Ask({"job": JOB}, NOTHING)}),
    "reelwright.assets.v1.AssetService/UpdateAsset": Call(
        "assets",
        {
            "asset.id": Ask({"asset": {"id": ASSET, "title": "mine now"}}, "ASSET_NOT_FOUND"),
            "asset.provenance.job": Ask({"asset": {"id": "ast_1", "provenance": {"job": JOB}}}, "ASSET_NOT_FOUND"),
            "asset.provenance.parents": Ask(
                {"asset": {"id": "ast_1", "provenance": {"parents": [ASSET]}}}, "ASSET_NOT_FOUND"
            ),
        },
    ),
    "reelwright.assets.v1.AssetService/DeleteAsset": Call("assets", {"id": Ask({"id": ASSET}, "ASSET_NOT_FOUND")}),
    "reelwright.assets.v1.AssetService/GetAssetUrl": Call("assets", {"id": Ask({"id": ASSET}, "ASSET_NOT_FOUND")}),
    "reelwright.audio.v1.AudioService/Speak": _made("audio", {"text": "x"}),
    "reelwright.audio.v1.AudioService/CreateMusic": _made("audio", {"prompt": "x", "duration": "1s"}),
    "reelwright.audio.v1.AudioService/Transcribe": _made(
        "audio", {"audio": {"asset": "ast_1"}}, NOT_OFFERED, audio__asset=Ask({"audio": _MEDIA}, NOT_OFFERED)
    ),
    "reelwright.audio.v1.AudioService/EstimateCost": Call(
        "audio",
        {
            "speak.parent": Ask({"speak": {"text": "x", "parent": JOB}}, NOTHING),
            "create_music.parent": Ask({"create_music": {"prompt": "x", "duration": "5s", "parent": JOB}}, NOTHING),
        },
    ),
    "reelwright.audio.v1.AudioService/ListVoices": Call("audio"),
    "reelwright.audio.v1.AudioService/ListModels": Call("audio"),
    "reelwright.image.v1.ImageService/CreateImage": _made(
        "image", {"prompt": "x"}, references_of_asset=Ask({"prompt": "x", "references": [_MEDIA]}, NO_REFERENCES)
    ),
    "reelwright.image.v1.ImageService/EditImage": _made(
        "image",
        {"prompt": "x", "images": [{"asset": "ast_1"}]},
        NOT_OFFERED,
        images_of_asset=Ask({"prompt": "x", "images": [_MEDIA]}, NOT_OFFERED),
        mask__asset=Ask({"prompt": "x", "images": [{"asset": "ast_1"}], "mask": _MEDIA}, NOT_OFFERED),
    ),
    "reelwright.image.v1.ImageService/ListModels": Call("image"),
    "reelwright.image.v1.ImageService/EstimateCost": Call(
        "image",
        {
            "request.references[].asset": Ask({"request": {"prompt": "x", "references": [_MEDIA]}}, NO_REFERENCES),
            "request.parent": Ask({"request": {"prompt": "x", "parent": JOB}}, NOTHING),
        },
    ),
    "reelwright.jobs.v1.JobService/GetJob": _job(),
    "reelwright.jobs.v1.JobService/ListJobs": Call(MAKING, {"parent": Ask({"parent": JOB}, NOTHING)}),
    "reelwright.jobs.v1.JobService/WatchJob": _job(),
    "reelwright.jobs.v1.JobService/WaitJob": _job(),
    "reelwright.jobs.v1.JobService/CancelJob": _job(),
    "reelwright.jobs.v1.JobService/RetryJob": _job(),
    "reelwright.jobs.v1.JobService/DeleteJob": _job(),
    "reelwright.jobs.v1.WebhookService/GetWebhookSecret": Call(None),
    "reelwright.jobs.v1.WebhookService/RotateWebhookSecret": Call(None),
    "reelwright.jobs.v1.WebhookService/TestWebhook": Call(None),
    "reelwright.jobs.v1.WebhookService/ListWebhookDeliveries": Call(None, {"job": Ask({"job": JOB}, NOTHING)}),
    "reelwright.jobs.v1.WebhookService/GetWebhookDelivery": Call(
        None, {"id": Ask({"id": DELIVERY}, "WEBHOOK_DELIVERY_NOT_FOUND")}
    ),
    "reelwright.jobs.v1.WebhookService/RedeliverWebhook": Call(
        None, {"id": Ask({"id": DELIVERY}, "WEBHOOK_DELIVERY_NOT_FOUND")}
    ),
    "reelwright.llm.v1.LlmService/Chat": _chat(),
    "reelwright.llm.v1.LlmService/StreamChat": _chat(),
    "reelwright.llm.v1.LlmService/Embed": _made("llm", {"inputs": ["x"]}, NOTHING),
    "reelwright.llm.v1.LlmService/Moderate": _made(
        "llm", {"texts": ["x"]}, NOTHING, images_of_asset=Ask({"images": [_MEDIA]}, "ASSET_NOT_FOUND")
    ),
    "reelwright.llm.v1.LlmService/OptimizePrompt": _made("llm", {"prompt": "x"}, NOTHING),
    "reelwright.llm.v1.LlmService/Analyze": _made(
        "llm",
        {"text": "x"},
        NOT_OFFERED,
        image__asset=Ask({"image": _MEDIA}, NOT_OFFERED),
        video__asset=Ask({"video": _MEDIA}, NOT_OFFERED),
    ),
    "reelwright.llm.v1.LlmService/ListModels": Call("llm"),
    "reelwright.llm.v1.ResponseService/CreateResponse": _responding(),
    "reelwright.llm.v1.ResponseService/StreamResponse": _responding(),
    "reelwright.llm.v1.ResponseService/GetResponse": _response(),
    "reelwright.llm.v1.ResponseService/WatchResponse": _response(),
    "reelwright.llm.v1.ResponseService/CancelResponse": _response(),
    "reelwright.llm.v1.ResponseService/DeleteResponse": _response(),
    "reelwright.story.v1.StoryService/WriteStory": _made("story", {"prompt": "x"}, NOT_OFFERED),
    "reelwright.story.v1.StoryService/PlanScenes": _made("story", {"prompt": "x"}, NOT_OFFERED),
    "reelwright.story.v1.StoryService/Illustrate": _made("story", {"text": "x"}, NOT_OFFERED),
    "reelwright.story.v1.StoryService/MakeFilm": _made("story", {"prompt": "x"}),
    "reelwright.story.v1.StoryService/ReviseShot": _made(
        "story", {"film": "sty_1", "shot": 1}, NOT_OFFERED, film=Ask({"film": JOB, "shot": 1}, NOT_OFFERED)
    ),
    "reelwright.story.v1.StoryService/MakeCampaign": _made(
        "story",
        {"prompt": "x", "kind": "promo"},
        NOT_OFFERED,
        product_of_asset=Ask({"prompt": "x", "kind": "promo", "product": [_MEDIA]}, NOT_OFFERED),
    ),
    "reelwright.story.v1.StoryService/MakeFromVoice": _made(
        "story", {"audio": {"asset": "ast_1"}}, NOT_OFFERED, audio__asset=Ask({"audio": _MEDIA}, NOT_OFFERED)
    ),
    "reelwright.story.v1.StoryService/EstimateFilm": Call(
        "story", {"request.parent": Ask({"request": {"prompt": "x", "parent": JOB}}, NOTHING)}
    ),
    "reelwright.video.v1.VideoService/CreateVideo": _made(
        "video",
        _VIDEO | {"first_frame": {"asset": MY_PICTURE}},
        first_frame__asset=Ask(_VIDEO | {"first_frame": _MEDIA}, INVALID),
        last_frame__asset=Ask(_VIDEO | {"last_frame": _MEDIA}, INVALID),
        references_of_asset=Ask(_VIDEO | {"references": [_MEDIA]}, INVALID),
    ),
    "reelwright.video.v1.VideoService/RemixVideo": _made(
        "video",
        _VIDEO | {"video": {"asset": MY_VIDEO}},
        NOT_OFFERED,
        video__asset=Ask(_VIDEO | {"video": _MEDIA}, NOT_OFFERED),
    ),
    "reelwright.video.v1.VideoService/ExtendVideo": _made(
        "video",
        _VIDEO | {"video": {"asset": MY_VIDEO}},
        NOT_OFFERED,
        video__asset=Ask(_VIDEO | {"video": _MEDIA}, NOT_OFFERED),
    ),
    "reelwright.video.v1.VideoService/ComposeFilm": _made(
        "video",
        {"clips": [{"video": {"asset": MY_VIDEO}}]},
        clips_of_video__asset=Ask(_CLIP, INVALID),
        clips_of_voice__asset=Ask({"clips": [{"video": {"asset": MY_VIDEO}, "voice": _MEDIA}]}, INVALID),
        title__picture__asset=Ask(
            {"clips": [{"video": {"asset": MY_VIDEO}}], "title": {"title": "x", "picture": _MEDIA}}, INVALID
        ),
        music__asset=Ask({"clips": [{"video": {"asset": MY_VIDEO}}], "music": _MEDIA}, INVALID),
    ),
    "reelwright.video.v1.VideoService/ListModels": Call("video"),
    "reelwright.video.v1.VideoService/EstimateCost": Call(
        "video",
        {
            "request.first_frame.asset": Ask({"request": _VIDEO | {"first_frame": _MEDIA}}, INVALID),
            "request.last_frame.asset": Ask({"request": _VIDEO | {"last_frame": _MEDIA}}, INVALID),
            "request.references[].asset": Ask({"request": _VIDEO | {"references": [_MEDIA]}}, INVALID),
            "request.parent": Ask({"request": _VIDEO | {"parent": JOB}}, NOTHING),
        },
    ),
}
"""By `package.Service/Method`."""
