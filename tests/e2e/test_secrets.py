"""A full day of a suite with marked secrets and words, and then every line it left is looked through for them."""

from __future__ import annotations

import base64
import json
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from reelwright_fakes.scenarios import Fault, Match, Scenario
from reelwright_fakes.testing import Fake, running
from reelwright_fakes.vendors import VENDORS
from tests.e2e.collector import collecting
from tests.e2e.suite import SMALL, RunningSuite, running_suite

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

WORD = "zqxprompt7431"
"""Stands in prompts, and where a title does not take it."""
FILE = "zqxfile7431"
ADMIN = "rw_marked-admin-7431-0123456789-0123456789"
WRONG = "rw_marked-wrong-7431-0123456789-0123456789"
VENDOR_KEYS = {
    "OPENAI_API_KEY": "sk-marked-openai-7431",
    "FAL_KEY": "marked-fal-7431:marked-fal-secret-7431",
    "REPLICATE_API_TOKEN": "r8_marked-replicate-7431",
    "AWS_ACCESS_KEY_ID": "AKIAMARKED7431",
    "AWS_SECRET_ACCESS_KEY": "marked-aws-7431",
    "GEMINI_API_KEY": "marked-gemini-7431",
}
MODELS = {
    "openai": "openai/gpt-image-1.5",
    "fal": "fal/fal-ai/flux/dev",
    "replicate": "replicate/black-forest-labs/flux-schnell",
}
ENDED = ("STATE_SUCCEEDED", "STATE_FAILED", "STATE_CANCELLED")


@dataclass
class Left:
    """What a suite left behind, by where it was found."""

    logs: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    """Refusals, as callers see them, and what is told of the environment."""
    events: dict[str, str] = field(default_factory=dict)
    hooks: list[str] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)
    spans: bytes = b""
    secrets: list[str] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)

    def places_with(self, mark: str, *, all_places: bool) -> list[str]:
        """Where `mark` is found, as it is or as base64; `all_places`: in what webhooks were told, too."""
        forms = {mark, base64.b64encode(mark.encode()).decode().rstrip("=")}
        texts = {
            **{f"log {name}": text for name, text in self.logs.items()},
            **{f"answer {name}": text for name, text in self.answers.items()},
            **{f"events {name}": text for name, text in self.events.items()},
            "spans": self.spans.decode(errors="replace"),
            "arguments": "\n".join(self.arguments),
        }
        if all_places:
            texts |= {f"webhook {number}": text for number, text in enumerate(self.hooks)}
        return [
            f"{place}: {line[max(0, line.find(form) - 200) : line.find(form) + 80]}"
            for place, text in texts.items()
            for line in text.splitlines()
            for form in forms
            if form in line
        ]


class _Hooks(BaseHTTPRequestHandler):
    """Takes webhooks."""

    heard: list[str]

    def do_POST(self) -> None:
        self.heard.append(str(self.headers) + self.rfile.read(int(self.headers["content-length"])).decode())
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class Day:
    """What one caller does with the suite."""

    def __init__(self, suite: RunningSuite, secret: str, hook: str, left: Left) -> None:
        self.left = left
        self._suite = suite
        self._hook = hook
        self._rest = httpx.Client(
            base_url=suite.url, headers={"authorization": f"Bearer {secret}"}, timeout=90, trust_env=False
        )

    def ask(self, name: str, method: str, path: str, **what: Any) -> httpx.Response:
        """One call; what is refused is kept."""
        answer = self._rest.request(method, path, **what)
        if answer.status_code >= 400:
            self.left.answers[name] = f"{answer.headers}\n{answer.text}"
        return answer

    def picture(self, model: str, prompt: str) -> str:
        """Orders a picture, waits for its end, and returns its state."""
        body = {
            "prompt": f"{prompt} {WORD}",
            "model": model,
            "wait": "30s",
            "negative_prompt": f"no {WORD}",
        }
        answer = self.ask(f"{model} {prompt}", "POST", "/api/v1/images", json=body | {"webhook": self._hook})
        state = answer.json().get("state", str(answer.status_code))
        self.left.states[f"{model} {prompt}"] = state
        return str(state)

    def follow_all(self) -> None:
        """Reads the events of every job to their ends, children too."""
        page = self._rest.get("/api/v1/jobs", params={"page_size": 200}).json()
        for job in page["jobs"]:
            with self._rest.stream("GET", f"/api/v1/jobs/{job['id']}:watch") as lines:
                self.left.events[job["id"]] = "\n".join(lines.iter_lines())
            if job["state"] == "STATE_FAILED":
                self.left.answers[job["id"]] = json.dumps(job["error"])

    def look_around(self) -> None:
        """Asks what is configured, which every key may know."""
        answer = self._rest.get("/api/v1/env")
        assert {one["name"]: one["configured"] for one in answer.json()["providers"]}["fal"] is True
        self.left.answers["environment"] = answer.text

    def close(self) -> None:
        """Closes the connections."""
        self._rest.close()


def script(fake: Fake) -> None:
    """Vendors that refuse with the key, or the prompt, in their words."""
    for vendor, key in (
        ("openai", VENDOR_KEYS["OPENAI_API_KEY"]),
        ("fal", VENDOR_KEYS["FAL_KEY"]),
        ("replicate", VENDOR_KEYS["REPLICATE_API_TOKEN"]),
    ):
        words = f"Incorrect key provided: {key}"
        for prompt, status in (("refused", 401), ("wrong", 400), ("broken", 500)):
            fault = Fault(kind="status", status=status, times=None, message=words)
            fake.control.script(Scenario(match=Match(vendor=vendor, prompt=prompt), faults=(fault,)))
        fake.control.script(Scenario(match=Match(vendor=vendor, prompt="failing"), outcome="fail", message=words))


def live(day: Day) -> None:
    """Pictures of every vendor, failing ones, a film, chats, uploads, and calls that are refused."""
    for model in MODELS.values():
        for prompt in ("fine", "refused", "wrong", "failing"):
            day.picture(model, prompt)
    day.picture("local/image", "fine")
    local = {"prompt": "a barn", "negative_prompt": WORD, "style": WORD, "model": "local/image", "wait": "30s"}
    day.ask("local", "POST", "/api/v1/images", json=local)
    film = {"prompt": "A fox in the snow", "style": f"ink {WORD}", "wait": "90s", **SMALL}
    day.left.states["film"] = day.ask("film", "POST", "/api/v1/films", json=film).json()["state"]
    chat = {"messages": [{"role": "user", "content": f"What is {WORD}?"}]}
    day.left.states["chat"] = str(day.ask("chat", "POST", "/api/v1/llm/chat", json=chat).status_code)
    day.ask("stream", "POST", "/api/v1/llm/chat:stream", json=chat)
    upload = {"file": (f"{FILE}.png", b"no picture at all", "image/png")}
    day.ask("upload", "POST", "/api/v1/assets", files=upload)
    day.ask("text", "POST", "/api/v1/assets", files={"file": (f"{FILE}.txt", b"words", "text/plain")})
    day.ask("field", "POST", "/api/v1/images", json={"prompt": WORD, "aspect_ratio": "1:7", "count": 99})
    day.ask("type", "POST", "/api/v1/images", json={"prompt": WORD, "width": "wide"})
    day.ask(
        "json", "POST", "/api/v1/images", content=f'{{"prompt": "{WORD}"', headers={"content-type": "application/json"}
    )
    day.ask("model", "POST", "/api/v1/images", json={"prompt": WORD, "model": "nobody/nothing"})
    day.ask("wrong", "GET", "/api/v1/jobs", headers={"authorization": f"Bearer {WRONG}"})
    day.ask("x-api-key", "GET", "/api/v1/jobs", headers={"x-api-key": WRONG})
    day.ask("basic", "GET", "/api/v1/jobs", headers={"authorization": f"Basic {WRONG}"})
    day.ask("query", "GET", "/api/v1/jobs", params={"access_token": WRONG})
    day.ask("events", "GET", "/api/v1/jobs/img_none/events", params={"access_token": WRONG})
    day.ask("path", "GET", "/api/v1/none", params={"key": WRONG})


@contextmanager
def taking(heard: list[str]) -> Iterator[str]:
    """The address of a server that takes webhooks."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Hooks", (_Hooks,), {"heard": heard}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def spend(suite: RunningSuite, hook: str, left: Left) -> None:
    """The day of one caller, who has a key of his own that is rotated and revoked in the end."""
    made = json.loads(suite.cli("keys", "create", "caller", "--json", REELWRIGHT_API_KEY=ADMIN).stdout)
    rotated = suite.cli("keys", "rotate", made["key"]["id"], REELWRIGHT_API_KEY=ADMIN).stdout.strip()
    left.secrets += [made["secret"], rotated]
    day = Day(suite, rotated, hook, left)
    live(day)
    day.follow_all()
    day.look_around()
    family = psutil.Process(suite.process.pid)
    left.arguments = [" ".join(one.cmdline()) for one in (family, *family.children(recursive=True))]
    suite.cli("keys", "revoke", made["key"]["id"], REELWRIGHT_API_KEY=ADMIN)
    day.ask("revoked", "GET", "/api/v1/jobs")
    day.close()


@pytest.fixture(scope="module")
def left() -> Left:
    """What a whole day left, the suite stopped."""
    left = Left(secrets=[ADMIN, WRONG, *VENDOR_KEYS.values(), *VENDOR_KEYS["FAL_KEY"].split(":")])
    with (
        tempfile.TemporaryDirectory(prefix="rw-secret-", ignore_cleanup_errors=True) as data,
        running() as fake,
        collecting() as (spans, endpoint),
        taking(left.hooks) as hook,
    ):
        script(fake)
        settings = dict(item for vendor in VENDORS for item in vendor.environment(fake.address).items()) | VENDOR_KEYS
        settings |= {
            "REELWRIGHT_AUTH": "keys",
            "REELWRIGHT_ADMIN_KEY": ADMIN,
            "REELWRIGHT_LOG_LEVEL": "debug",
            "REELWRIGHT_UNKNOWN_PRICE": "allow",
            "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
            "OTEL_BSP_SCHEDULE_DELAY": "200",
            "NO_PROXY": "127.0.0.1,localhost",
        }
        with running_suite(Path(data), **settings) as suite:
            spend(suite, hook, left)
        left.logs["up"] = "".join(suite.said)
        for file in (path for path in Path(data).rglob("*") if path.is_file()):
            if file.suffix in (".log", ".yaml") or file.name in ("log", "lock"):
                left.logs[str(file.relative_to(data))] = file.read_text(errors="replace")
        left.spans = spans.raw
    return left


def test_the_day_was_a_full_one(left: Left) -> None:
    """Else nothing that follows would prove anything: everything was made, refused, told and traced."""
    for vendor, model in MODELS.items():
        assert left.states[f"{model} fine"] == "STATE_SUCCEEDED", (vendor, left.states)
        assert {left.states[f"{model} {what}"] for what in ("refused", "wrong", "failing")} == {"STATE_FAILED"}, vendor
    assert left.states["film"] == "STATE_SUCCEEDED" and left.states["chat"] == "200"
    wanted = {"upload", "field", "type", "json", "model", "wrong", "x-api-key", "basic", "revoked", "path"}
    assert wanted <= left.answers.keys()
    assert len(left.events) > len(MODELS) * 4 and len(left.hooks) >= len(MODELS) * 4
    assert {"up", "logs/image.log", "logs/envoy.log", "logs/adapters.log", "logs/llm.log"} <= left.logs.keys()
    assert any(name.startswith("postgres/") for name in left.logs), sorted(left.logs)
    assert len(left.spans) > 10_000 and '"event":' in left.logs["logs/image.log"]


def test_no_secret_is_anywhere(left: Left) -> None:
    """Of keys of vendors, the first key, and keys that callers sent, right or wrong, nothing is left."""
    found = {secret: left.places_with(secret, all_places=True) for secret in left.secrets}

    assert not {secret: places for secret, places in found.items() if places}


def test_no_prompt_and_no_filename_is_in_logs_errors_traces_and_events(left: Left) -> None:
    """What people ask for is in their own jobs and files, and nowhere else."""
    assert not left.places_with(WORD, all_places=False)
    assert not left.places_with(FILE, all_places=False)
