"""The contracts keep buf's rules and our own, and the generated code is theirs."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.api import annotations_pb2, field_behavior_pb2
from google.protobuf import descriptor_pb2

from tests.contract.conftest import REPOSITORY, Files

BUF = Path(sys.executable).parent / "buf"

GRPC_ONLY = {
    "reelwright.assets.v1.AssetService.UploadAsset": "a stream of bytes; HTTP uploads are multipart, by the gateway",
    "reelwright.assets.v1.AssetService.DownloadAsset": "a stream of bytes; HTTP downloads have ranges, by the gateway",
}
"""Calls without a route, and why."""

Message = descriptor_pb2.DescriptorProto
Route = tuple[str, str]


def lint(image: Path) -> subprocess.CompletedProcess[str]:
    command = [BUF, "lint", image, "--config", REPOSITORY / "buf.yaml", "--path", "reelwright"]
    return subprocess.run(list(map(str, command)), cwd=REPOSITORY, capture_output=True, text=True, check=False)


def messages(files: Files) -> Iterator[tuple[descriptor_pb2.FileDescriptorProto, str, Message]]:
    def below(prefix: str, found: list[Message]) -> Iterator[tuple[str, Message]]:
        for message in found:
            if not message.options.map_entry:
                yield f"{prefix}.{message.name}", message
                yield from below(f"{prefix}.{message.name}", list(message.nested_type))

    for file in files:
        for name, message in below(file.package, list(file.message_type)):
            yield file, name, message


def methods(files: Files) -> Iterator[tuple[str, descriptor_pb2.MethodDescriptorProto]]:
    for file in files:
        for service in file.service:
            for method in service.method:
                yield f"{file.package}.{service.name}.{method.name}", method


def routes(files: Files) -> dict[str, Route]:
    found = {}
    for name, method in methods(files):
        rule = method.options.Extensions[annotations_pb2.http]
        verb = rule.WhichOneof("pattern")
        if verb:
            found[name] = (verb, getattr(rule, verb))
    return found


def overlap(one: Route, other: Route) -> bool:
    """Whether a request can match both."""
    if one[0] != other[0]:
        return False
    (path, _, action), (path_2, _, action_2) = one[1].partition(":"), other[1].partition(":")
    parts, parts_2 = path.split("/"), path_2.split("/")
    if action != action_2 or len(parts) != len(parts_2):
        return False
    return all(a == b or a.startswith("{") or b.startswith("{") for a, b in zip(parts, parts_2, strict=True))


def test_the_contracts_keep_bufs_rules(image: Path) -> None:
    done = lint(image)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_are_really_checked(image: Path, tmp_path: Path) -> None:
    broken = descriptor_pb2.FileDescriptorSet.FromString(image.read_bytes())
    (file,) = (file for file in broken.file if file.name == "reelwright/jobs/v1/jobs_service.proto")
    file.message_type[0].field[0].name = "BadName"
    (tmp_path / "broken.binpb").write_bytes(broken.SerializeToString())
    done = lint(tmp_path / "broken.binpb")
    assert done.returncode and "BadName" in done.stdout


def test_the_generated_code_is_up_to_date() -> None:
    command = [sys.executable, "scripts/gen_protos.py", "--check"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_everything_has_a_comment(files: Files) -> None:
    silent = []
    for file in files:
        said = {tuple(place.path) for place in file.source_code_info.location if place.leading_comments.strip()}

        def below(path: tuple[int, ...], message: Message, name: str, said: set[tuple[int, ...]] = said) -> None:
            if message.options.map_entry:
                return
            if path not in said:
                silent.append(name)
            silent.extend(f"{name}.{f.name}" for n, f in enumerate(message.field) if (*path, 2, n) not in said)
            for number, nested in enumerate(message.nested_type):
                below((*path, 3, number), nested, f"{name}.{nested.name}")

        for number, message in enumerate(file.message_type):
            below((4, number), message, f"{file.package}.{message.name}")
        for number, service in enumerate(file.service):
            places = {(6, number): service.name} | {
                (6, number, 2, n): f"{service.name}.{method.name}" for n, method in enumerate(service.method)
            }
            silent.extend(name for path, name in places.items() if path not in said)
    assert silent == []


def test_every_field_of_a_request_says_whether_it_must_be_set(files: Files) -> None:
    unsaid = [
        f"{name}.{field.name}"
        for _, name, message in messages(files)
        if name.endswith("Request")
        for field in message.field
        if not field.options.Extensions[field_behavior_pb2.field_behavior] and not field.HasField("oneof_index")
    ]
    assert unsaid == []


def test_every_call_has_a_route_or_a_reason_for_having_none(files: Files) -> None:
    routed = routes(files)
    assert {name for name, _ in methods(files) if name not in routed} == set(GRPC_ONLY)


def test_no_two_routes_match_the_same_request(files: Files) -> None:
    found = routes(files)
    clashes = [(a, b) for a, b in itertools.combinations(found, 2) if overlap(found[a], found[b])]
    assert clashes == []


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        (("get", "/a/{id}"), ("get", "/a/models"), True),
        (("get", "/a/{id}"), ("get", "/a/{id}:watch"), False),
        (("get", "/a/{id}"), ("delete", "/a/{id}"), False),
        (("post", "/a:edit"), ("post", "/a:edit"), True),
        (("get", "/a/{id}"), ("get", "/a/{id}/b"), False),
    ],
)
def test_overlaps_are_found(one: Route, other: Route, clash: bool) -> None:
    assert overlap(one, other) is clash


def test_a_request_and_an_answer_belong_to_one_call(files: Files) -> None:
    used = [kind for _, method in methods(files) for kind in (method.input_type, method.output_type)]
    assert len(used) == len(set(used))


def test_retry_policies_name_calls_that_exist_and_are_safe_to_repeat(files: Files) -> None:
    known = {name for name, _ in methods(files)}
    for path in sorted((REPOSITORY / "protos").rglob("service_config.json")):
        policies = json.loads(path.read_text())["methodConfig"]
        named = [f"{name['service']}.{name['method']}" for policy in policies for name in policy["name"]]
        assert named, path
        assert set(named) <= known and len(named) == len(set(named)), path
        for policy in policies:
            if "retryPolicy" in policy:
                assert policy["retryPolicy"]["retryableStatusCodes"] == ["UNAVAILABLE"]


def test_every_api_has_a_retry_policy_of_its_own(files: Files) -> None:
    apis = {file.package.split(".")[1] for file in files}
    assert {path.parent.parent.name for path in (REPOSITORY / "protos").rglob("service_config.json")} == apis
