"""The reference tables as Markdown, by the kind a `generated` comment names."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import yaml

from reference import contract, source
from reference.source import ROOT

SERVICES = ("llm", "image", "video", "audio", "story")
FACTORIES = {
    "socket.gethostname": "the host name",
    "default_data_dir": "root: `/var/lib/reelwright`; others: `~/.local/share/reelwright`, `$XDG_DATA_HOME` honoured",
}
SETTINGS = {
    "shared": ("kit/src/reelwright_kit/settings.py", "ServiceSettings"),
    "store": ("kit/src/reelwright_kit/settings.py", "StoreSettings"),
    "gateway": ("gateway/src/reelwright_gateway/settings.py", "AdapterSettings"),
    "suite": ("cli/src/reelwright_cli/settings.py", "SuiteSettings"),
    "client": ("cli/src/reelwright_cli/settings.py", "ClientSettings"),
    **{
        name: (f"services/{name}/src/reelwright_{name}/settings.py", f"{name.capitalize()}Settings")
        for name in SERVICES
    },
}
CONSTANTS = (
    ("kit/src/reelwright_kit/assets/library.py", "MAX_BYTES", "bytes", "a stored file; above: ASSET_TOO_LARGE"),
    ("kit/src/reelwright_kit/assets/probe.py", "MAX_PIXELS", "pixels", "a stored picture; above: MEDIA_UNREADABLE"),
    ("kit/src/reelwright_kit/assets/store.py", "PIECE_BYTES", "bytes", "one message of DownloadAsset"),
    ("kit/src/reelwright_kit/pages.py", "MAX_PAGE_SIZE", "items", "one page of a list; larger sizes are taken as this"),
    ("kit/src/reelwright_kit/pages.py", "DEFAULT_PAGE_SIZE", "items", "one page of a list when no size is given"),
    ("kit/src/reelwright_kit/jobs/servicer.py", "DEFAULT_WAIT_S", "s", "WaitJob when no timeout is given"),
    ("kit/src/reelwright_kit/addresses.py", "MAX_URL_CHARACTERS", "characters", "an address that a user gives"),
    ("kit/src/reelwright_kit/fetching.py", "MAX_FETCH_BYTES", "bytes", "a file that is fetched from an address"),
    ("kit/src/reelwright_kit/fetching.py", "FETCH_TIMEOUT_S", "s", "fetching a file, from the first byte to the last"),
    ("kit/src/reelwright_kit/fetching.py", "MAX_REDIRECTS", "redirects", "followed when a file is fetched"),
    ("kit/src/reelwright_kit/assets/references.py", "MAX_INLINE_BYTES", "bytes", "what a `data:` URI holds"),
    ("kit/src/reelwright_kit/fetching.py", "POST_TIMEOUT_S", "s", "one try of a webhook"),
    ("kit/src/reelwright_kit/fetching.py", "MAX_ANSWER_CHARACTERS", "characters", "kept of a webhook's answer"),
    (
        "kit/src/reelwright_kit/webhooks/courier.py",
        "MAX_RETRY_AFTER_S",
        "s",
        "a receiver's Retry-After that is honoured",
    ),
    ("kit/src/reelwright_kit/webhooks/courier.py", "LEASE_S", "s", "a process has a delivery for itself"),
    ("kit/src/reelwright_kit/webhooks/courier.py", "CONCURRENCY", "tries", "of webhooks at a time in one process"),
    (
        "kit/src/reelwright_kit/server.py",
        "SERVER_OPTIONS[grpc.max_receive_message_length]",
        "bytes",
        "one message that a service receives",
    ),
    (
        "kit/src/reelwright_kit/client.py",
        "MAX_MESSAGE_BYTES",
        "bytes",
        "one message that a service receives as a client",
    ),
    (
        "kit/src/reelwright_kit/client.py",
        "RECONNECT_MS",
        "ms",
        "between two attempts to reach a service that is away; calls are refused meanwhile",
    ),
    (
        "kit/src/reelwright_kit/carrying/frames.py",
        "CALLS",
        "calls",
        "carried on one stream at a time; further ones are plain calls of gRPC",
    ),
    (
        "kit/src/reelwright_kit/carrying/frames.py",
        "MESSAGE_BYTES",
        "bytes",
        "of one message on such a stream; a larger request is a plain call, a larger answer is cut",
    ),
    (
        "kit/src/reelwright_kit/carrying/frames.py",
        "METADATA_BYTES",
        "bytes",
        "metadata of a carried call; with more, it is plain",
    ),
    (
        "kit/src/reelwright_kit/carrying/frames.py",
        "UNREAD",
        "messages",
        "of a carried stream are sent before its reader has taken them",
    ),
    ("kit/src/reelwright_kit/carrying/landing.py", "STREAM_S", "s", "a stream brings new calls before it is renewed"),
    (
        "kit/src/reelwright_kit/carrying/channel.py",
        "ASK_AGAIN_S",
        "s",
        "plain calls to a service that carries none, before it is asked again",
    ),
    (
        "kit/src/reelwright_kit/carrying/channel.py",
        "TRY_AGAIN_S",
        "s",
        "plain calls to a service that takes no new stream because it leaves",
    ),
    ("gateway/src/reelwright_gateway/multipart.py", "MAX_FIELD_BYTES", "bytes", "one field of an upload form"),
    (
        "services/llm/src/reelwright_llm/wrappers/shown.py",
        "MAX_SHOWN_BYTES",
        "bytes",
        "a stored file that a text model is shown",
    ),
    ("services/llm/src/reelwright_llm/stills.py", "STILLS", "stills", "Analyze shows a model that takes no videos"),
    ("services/llm/src/reelwright_llm/stills.py", "LONGEST_SIDE", "pixels", "the longest side of such a still"),
    (
        "services/llm/src/reelwright_llm/stills.py",
        "MAX_FRAME_PIXELS",
        "pixels",
        "one frame of such a video; above: MEDIA_UNREADABLE",
    ),
    (
        "services/image/src/reelwright_image/providers/local_image.py",
        "MAX_SIDE",
        "pixels",
        "one side of a `local/image` picture",
    ),
    (
        "services/llm/src/reelwright_llm/providers/local_text.py",
        "DEFAULT_WORDS",
        "words",
        "a `local/text` answer in prose when no length is given",
    ),
    (
        "services/llm/src/reelwright_llm/providers/local_text.py",
        "DEFAULT_DIMENSIONS",
        "numbers",
        "a `local/embed` vector when no size is given",
    ),
    (
        "services/story/src/reelwright_story/planning.py",
        "ATTEMPTS",
        "times",
        "the text model is asked for one part of a plan",
    ),
    (
        "services/story/src/reelwright_story/orders.py",
        "DEFAULT_SCENES",
        "scenes",
        "a film for which neither scenes nor duration are given",
    ),
    ("services/story/src/reelwright_story/providers/text.py", "TIMEOUT_S", "s", "one question to the text model"),
    (
        "services/story/src/reelwright_story/providers/studio.py",
        "TIMEOUT_S",
        "s",
        "handing a child job to another service",
    ),
)
"""Limits that are constants in code: file, name, unit, what they limit."""

ENVOY = ("envoy.yaml", "clusters.yaml")

CARD_LIMITS = {
    "context_tokens": "tokens read",
    "max_output_tokens": "tokens written",
    "max_side": "pixels a side",
    "max_references": "references",
    "min_duration_s": "s at least",
    "max_duration_s": "s at most",
    "resolutions": "shorter side in pixels",
}


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; an empty one says so."""
    lines = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    if not lines:
        return "None."
    return "\n".join(f"| {' | '.join(row)} |" for row in (headings, ["---"] * len(headings), *lines))


def settings(subject: str) -> str:
    """The variables of one settings class."""
    path, name = SETTINGS[subject]
    found = source.settings(ROOT / path, name, FACTORIES)
    rows = ((f"`{one.variable}`", one.default or "required", one.meaning) for one in found)
    return table(("variable", "default", "meaning"), rows)


def rpcs(subject: str) -> str:
    """The RPCs of one service."""
    service, _, found = contract.service_of(subject)
    offered = source.offered(service)
    rows = (
        (
            f"`{rpc.name}`" + (" (stream)" if rpc.streams else ""),
            f"`{rpc.route}`" if rpc.route else "none",
            rpc.purpose,
            {True: "yes", False: "no: NOT_OFFERED", None: "no: not served"}[offered.get(rpc.name)],
        )
        for rpc in found
    )
    return table(("RPC", "REST", "what it does", "offered"), rows)


def apis(_: str) -> str:
    """Every API with how much of it is offered."""
    rows = []
    for api, subject in contract.services():
        service, purpose, found = contract.service_of(subject)
        served = sum(source.offered(service).get(rpc.name, False) for rpc in found)
        rows.append((f"`reelwright.{api}.v1`", f"`{service}`", purpose, f"{served} of {len(found)}"))
    return table(("package", "service", "purpose", "RPCs offered"), rows)


@cache
def advice() -> dict[str, dict[str, str]]:
    """What the caller does, by API and reason."""
    return tomllib.loads((ROOT / "docs" / "errors.toml").read_text())


@cache
def statuses() -> tuple[dict[str, int], dict[str, int]]:
    """HTTP status by code, and by reason where that differs."""
    path = ROOT / "gateway" / "src" / "reelwright_gateway" / "errors.py"
    return source.constant(path, "HTTP_STATUS"), source.constant(path, "REASON_STATUS")


def code_of(reason: contract.Reason) -> str:
    """The code a reason is sent with, empty when no code sends it yet."""
    for failure in source.failures():
        if (failure.domain, failure.reason) == (f"{reason.api}.reelwright", reason.name) and _raised(failure):
            return failure.code
    return ""


def _raised(failure: source.Failure) -> bool:
    return any(source.uses(path, failure) for path in source.modules())


def _codes(reason: contract.Reason) -> tuple[str, str]:
    code, (by_code, by_reason) = code_of(reason), statuses()
    if code:
        return f"`{code}`", str(by_reason.get(reason.name, by_code[code]))
    if reason.code:
        return f"`{reason.code}`, not sent yet", str(by_code[reason.code])
    return "not sent yet", ""


def _advice(reason: contract.Reason) -> str:
    try:
        return advice()[reason.api][reason.name]
    except KeyError:
        raise SystemExit(f"docs/errors.toml says nothing about {reason.api} {reason.name}") from None


def errors(api: str) -> str:
    """Every reason of one API."""
    rows = (
        (
            f"`{reason.name}`",
            *_codes(reason),
            reason.meaning,
            f"`{reason.example}`" if reason.example else "",
            _advice(reason),
        )
        for reason in contract.reasons()
        if reason.api == api
    )
    return table(("reason", "code", "HTTP", "meaning", "example metadata", "what the caller does"), rows)


def failures(service: str) -> str:
    """What the own calls of a service fail for: its reasons, and the shared ones it uses."""
    paths = source.needed_by(service)
    used = {
        (failure.domain, failure.reason)
        for failure in source.failures()
        if any(source.uses(path, failure) for path in paths)
    }
    shown = [
        reason
        for reason in contract.reasons()
        if reason.api == service or ((f"{reason.api}.reelwright", reason.name) in used and code_of(reason))
    ]
    shown.sort(key=lambda reason: reason.api != service)
    return table(
        ("reason", "code", "what the caller does"),
        ((f"`{reason.name}`", _codes(reason)[0], _advice(reason)) for reason in shown),
    )


def limits(api: str) -> str:
    """Every limit of one API; fields of one name and one rule share a line."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for limit in contract.limits():
        if limit.api == api:
            grouped.setdefault((limit.field, limit.text), []).append(limit.message)
    rows = ((f"`{field}`", text, ", ".join(messages)) for (field, text), messages in grouped.items())
    return table(("field", "limit", "messages"), rows)


def constants(_: str) -> str:
    """Limits that are kept in code."""
    rows = []
    for path, name, unit, what in CONSTANTS:
        where = f"`{name.partition('[')[0]}` in `{path}`"
        rows.append((what, f"{_shown(source.constant(ROOT / path, name))} {unit}", where))
    return table(("what", "limit", "constant"), rows)


def models(_: str) -> str:
    """Every model that a service has, with its limits."""
    rows = []
    for service in SERVICES:
        for card in source.model_cards(service):
            said = [f"{_shown(card[name])} {what}" for name, what in CARD_LIMITS.items() if card.get(name)]
            rows.append((f"`{card['id']}`", service, str(card["display_name"]), ", ".join(said)))
    return table(("model", "service", "what it is", "limits"), rows)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return "/".join(str(item) for item in value)
    return f"{value:,}".removesuffix(".0") if isinstance(value, int | float) else str(value)


def commands(_: str) -> str:
    """The subcommands of `reelwright`."""
    rows = (
        (
            f"`reelwright {' '.join([one.name, *one.arguments])}`",
            " ".join(f"`{option}`" for option in one.options),
            one.purpose,
        )
        for one in source.commands()
    )
    return table(("command", "options", "what it does"), rows)


def ports(_: str) -> str:
    """Who listens where, by the files of Envoy."""
    envoy, clusters = (yaml.safe_load((ROOT / "gateway" / "envoy" / name).read_text()) for name in ENVOY)
    edge = "`gateway/envoy/envoy.yaml`"
    listener = envoy["static_resources"]["listeners"][0]
    rows = [
        (_port(listener), "Envoy: gRPC, gRPC-Web and REST", f"{edge}; `REELWRIGHT_PORT` for `reelwright up`"),
        (_port(envoy["admin"]), "Envoy: admin page, on loopback", edge),
    ]
    for cluster in clusters["resources"]:
        if cluster["name"] in (*SERVICES, "adapters"):
            end = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
            what = "HTTP" if cluster["name"] == "adapters" else "gRPC"
            rows.append((_port(end), f"{cluster['name']}: {what}", "`REELWRIGHT_LISTEN`"))
    return table(("port", "who", "set by"), rows)


def _port(owner: dict[str, Any]) -> str:
    return str(owner["address"]["socket_address"]["port_value"])


TABLES: dict[str, Callable[[str], str]] = {
    "apis": apis,
    "commands": commands,
    "constants": constants,
    "errors": errors,
    "failures": failures,
    "limits": limits,
    "models": models,
    "ports": ports,
    "rpcs": rpcs,
    "settings": settings,
}
"""Each kind of table by its name in a `generated` comment; the function gets the word after the kind."""
