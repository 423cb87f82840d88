"""The fast acceptance of requests: never where protovalidate finds something, and nearly always where it does not."""

from __future__ import annotations

import itertools
import math

import protovalidate
import pytest
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from reelwright.admin.v1 import admin_service_pb2 as admin
from reelwright.image.v1 import image_service_pb2 as image
from reelwright.jobs.v1 import jobs_service_pb2 as jobs
from reelwright.llm.v1 import llm_service_pb2 as llm
from reelwright.llm.v1 import responses_service_pb2 as responses
from reelwright.story.v1 import story_service_pb2 as story
from reelwright.video.v1 import video_service_pb2 as video
from reelwright_kit.interceptors.accepting import acceptor
from reelwright_kit.interceptors.validation import RequestInvalid, check
from tests.kit import borders

HELLO = llm.Message(role="user", content="Hello")
CALLED = llm.Message(role="assistant", tool_calls=[{"id": "1", "function": {"name": "look", "arguments": "{}"}}])
TOLD = llm.Message(role="tool", tool_call_id="1", content="a cat")
SEEN = llm.Message(role="user", parts=[{"text": "What is it?"}, {"image": {"source": {"uri": "https://a/b.png"}}}])
FORM = llm.ResponseFormat(type="json_schema", json_schema={"name": "film", "schema_json": "{}"})

numbers = itertools.count()


def accepted(message: Message) -> bool:
    return acceptor(message.DESCRIPTOR)(message)


def judged(message: Message) -> tuple[bool, bool]:
    """Whether a message is accepted, and whether it is valid."""
    verdict, found = accepted(message), protovalidate.collect_violations(message)
    assert not (verdict and found), (message, [violation.proto for violation in found])
    return verdict, not found


def doubtful(message: Message) -> bool:
    """Whether there is something in a message that only protovalidate may judge."""
    if isinstance(message, Duration):
        return abs(message.seconds) >= 9 * 10**9 or abs(message.nanos) >= 10**9 or message.seconds * message.nanos < 0
    if isinstance(message, Timestamp):
        return not (0 <= message.nanos < 10**9 and -62135596800 <= message.seconds <= 253402300799)
    if isinstance(message, admin.CreateKeyRequest) and message.HasField("expire_time"):
        return True
    for field, value in message.ListFields():
        many = field.is_repeated and not (field.message_type and field.message_type.GetOptions().map_entry)
        if any(isinstance(item, Message) and doubtful(item) for item in (value if many else [value])):
            return True
        if field.name == "prompt" and value.isspace():
            return True
    return False


@pytest.mark.parametrize("kind", borders.types(), ids=lambda kind: kind.full_name)
def test_the_border_of_every_rule_is_where_protovalidate_has_it(kind: Descriptor) -> None:
    for field in kind.fields:
        for content in borders.contents(field):
            message = borders.put(borders.valid(kind), field, content)
            verdict, valid = judged(message)
            assert verdict == valid or doubtful(message), message


@pytest.mark.parametrize("kind", borders.requests(), ids=lambda kind: kind.full_name)
def test_no_mixture_is_accepted_that_breaks_a_rule(kind: Descriptor) -> None:
    verdicts = set()
    for message in borders.drafts(kind, 60):
        verdicts.add(verdict := judged(message))
        assert verdict[0] == verdict[1] or doubtful(message), message
    assert (True, True) in verdicts


@pytest.mark.parametrize(
    "message",
    [
        llm.ChatRequest(messages=[HELLO]),
        llm.ChatRequest(
            model="m", messages=[HELLO, CALLED, TOLD, SEEN], temperature=2.0, max_output_tokens=1, stop=["x"]
        ),
        llm.ChatRequest(messages=[HELLO], response_format=FORM, labels={"a": ""}, logit_bias={"1": -100}),
        llm.StreamChatRequest(model="m", messages=[HELLO] * 50, tools=[{"function": {"name": "look"}}]),
        llm.EmbedRequest(inputs=["a", "b"]),
        llm.EmbedRequest(token_inputs=[{"tokens": [1, 2]}]),
        llm.ModerateRequest(texts=["a"]),
        llm.OptimizePromptRequest(prompt="a"),
        responses.CreateResponseRequest(chat={"messages": [HELLO]}, store=True, background=True),
        responses.StreamResponseRequest(chat={"messages": [HELLO], "n": 1}),
        image.CreateImageRequest(prompt="a", count=10, width=64, labels={"a": "b"}, webhook="https://a/b"),
        video.ComposeFilmRequest(clips=[{"video": {"asset": "a"}, "duration": Duration(nanos=500_000_000)}]),
        story.MakeFilmRequest(prompt="a", duration=Duration(seconds=10)),
        jobs.GetJobRequest(id="mil_1"),
        jobs.ListJobsRequest(states=[jobs.Job.STATE_RUNNING], label="a=b"),
    ],
    ids=lambda message: message.DESCRIPTOR.name,
)
def test_what_callers_send_most_is_accepted(message: Message) -> None:
    assert judged(message) == (True, True)


def test_who_is_not_accepted_may_still_be_valid() -> None:
    request = admin.CreateKeyRequest(name="a")
    request.expire_time.FromJsonString("9999-01-01T00:00:00Z")
    assert judged(request) == (False, True)
    check(request)


def test_who_is_accepted_is_still_searched_for_nul() -> None:
    request = llm.ChatRequest(messages=[llm.Message(role="user", content="a\0")])
    assert accepted(request)
    with pytest.raises(RequestInvalid) as refused:
        check(request)
    assert refused.value.violations[0].field == "messages[0].content"


def test_presence_and_default_differ() -> None:
    assert judged(llm.Message(role="user", content="")) == (True, True)
    assert judged(llm.Message(role="user")) == (False, False)
    assert judged(llm.ChatRequest(messages=[HELLO], n=0)) == (False, False)
    assert judged(llm.ChatRequest(messages=[HELLO], top_logprobs=0)) == (True, True)
    assert judged(llm.ChatRequest(messages=[HELLO], top_logprobs=1)) == (False, False)


def test_sizes_are_those_of_code_points() -> None:
    for letter in ("x", "é", "𝄞", "\ud7ff", "\ue000"):
        assert judged(jobs.GetJobRequest(id=letter * 64)) == (True, True)
        assert judged(jobs.GetJobRequest(id=letter * 65)) == (False, False)


def test_no_bound_is_wide_enough_for_what_is_no_number() -> None:
    for number in (math.nan, math.inf, -math.inf):
        assert judged(llm.ChatRequest(messages=[HELLO], temperature=number)) == (False, False)
        assert judged(llm.ChatRequest(messages=[HELLO], logit_bias={"1": number})) == (False, False)


def coin(fields: str, more: str = "") -> Descriptor:
    file = f"coined{next(numbers)}"
    content = f'syntax: "proto3" message_type {{ name: "Coin" {fields} }} {more}'
    return borders.coined(file, content.replace("@", f".{file}."))


def ruled(kind: str, rules: str, label: str = "OPTIONAL") -> Descriptor:
    """A type with one field `x`, whose rules are these."""
    name, label, more = {
        "optional string": ('TYPE_STRING', label, 'oneof_index: 0 proto3_optional: true } oneof_decl { name: "_x"'),
        "enum": ('TYPE_ENUM type_name: "@E"', label, ""),
        "duration": ('TYPE_MESSAGE type_name: ".google.protobuf.Duration"', label, ""),
        "timestamp": ('TYPE_MESSAGE type_name: ".google.protobuf.Timestamp"', label, ""),
    }.get(kind, (f"TYPE_{kind.upper()}", label, ""))  # fmt: skip
    options = f"options {{ [buf.validate.field] {{ {rules} }} }}"
    values = 'value { name: "A" number: 0 } value { name: "B" number: 2 }'
    field = f'field {{ name: "x" number: 1 label: LABEL_{label} type: {name} {options} {more} }}'
    return coin(field, f'enum_type {{ name: "E" {values} }}' if kind == "enum" else "")


@pytest.mark.parametrize(
    ("kind", "rules"),
    [
        ("string", 'string { const: "a" }'),
        ("string", 'string { not_in: ["a", ""] }'),
        ("string", "string { len: 3 }"),
        ("string", 'string { pattern: "[a-f]+=?b*" }'),
        ("string", "required: true string { max_len: 3 }"),
        ("string", "ignore: IGNORE_IF_ZERO_VALUE string { min_len: 3 }"),
        ("string", "ignore: IGNORE_ALWAYS string { min_len: 3 }"),
        ("string", 'cel { id: "a" message: "b" expression: "size(this) <= 2 || this == \'https://a\'" }'),
        ("optional string", "string { min_len: 1 }"),
        ("optional string", "required: true"),
        ("optional string", "ignore: IGNORE_IF_ZERO_VALUE string { min_len: 3 }"),
        ("bytes", "bytes { min_len: 1 max_len: 2 }"),
        ("bytes", 'bytes { in: ["a", "b"] }'),
        ("int32", "int32 { gt: 1 lt: 5 }"),
        ("int64", "required: true int64 { gte: -7 lte: 7 }"),
        ("uint64", "uint64 { gte: 3 }"),
        ("sint64", "sint64 { const: -4 }"),
        ("fixed32", "fixed32 { in: [1, 3] }"),
        ("sfixed64", "sfixed64 { not_in: [1, 3] }"),
        ("float", "float { gt: 0.1 lte: 0.7 }"),
        ("double", "double { finite: true }"),
        ("double", "double { finite: false lt: 7 }"),
        ("double", "double { in: [1.5, 0] }"),
        ("bool", "bool { const: true }"),
        ("enum", "enum { defined_only: true }"),
        ("enum", "enum { in: [2, 7] }"),
        ("enum", "enum { not_in: [0] }"),
        ("duration", "duration { gt { seconds: 1 } lt { seconds: 2 nanos: 7 } }"),
        ("duration", "duration { gte { seconds: -1 nanos: -5 } }"),
        ("duration", "duration { gt { nanos: 5 } }"),
        ("duration", "required: true"),
        ("timestamp", "timestamp { gte { seconds: 1 } lt { seconds: 99 } }"),
    ],
)  # fmt: skip
def test_rules_that_no_request_has_yet_are_known_too(kind: str, rules: str) -> None:
    coined = ruled(kind, rules)
    (field,) = coined.fields
    verdicts = set()
    for message in (borders.made(coined), *(borders.made(coined, x=content) for content in borders.contents(field))):
        verdicts.add(verdict := judged(message))
        assert verdict[0] == verdict[1] or doubtful(message), message
    assert (True, True) in verdicts


@pytest.mark.parametrize(
    ("kind", "rules"),
    [
        ("int32", "repeated { unique: true min_items: 1 max_items: 2 }"),
        ("enum", "repeated { unique: true items { enum { defined_only: true } } }"),
        ("string", "repeated { items { ignore: IGNORE_ALWAYS string { min_len: 3 } } }"),
        ("string", "required: true repeated { items { ignore: IGNORE_IF_ZERO_VALUE string { max_len: 3 } } }"),
        ("string", "ignore: IGNORE_IF_ZERO_VALUE repeated { min_items: 2 }"),
    ],
)
def test_rules_of_lists_that_no_request_has_yet(kind: str, rules: str) -> None:
    coined = ruled(kind, rules, "REPEATED")
    verdicts = {judged(borders.made(coined, x=content)) for content in ([], *borders.contents(coined.fields[0]))}
    assert (True, True) in verdicts


@pytest.mark.parametrize(
    ("kind", "rules", "value"),
    [
        ("string", "string { email: true }", "a@b.c"),
        ("string", "string { uri: true max_len: 9 }", "http://a"),
        ("string", "string { max_bytes: 9 }", "a"),
        ("string", r'string { pattern: "^\\d+$" }', "7"),
        ("string", r'string { pattern: "^(a+)+$" }', "a"),
        ("string", r'string { pattern: "^(?i)a$" }', "a"),
        ("string", r'string { pattern: "^a+?$" }', "a"),
        ("string", r'string { pattern: "\\bx" }', "x"),
        ("string", 'cel_expression: "this != \'b\'"', "a"),
        ("int32", "int32 { gt: 5 lt: 1 }", 7),
        ("int32", 'cel { id: "a" message: "b" expression: "this % 2 == 1" }', 7),
        ("double", "double { not_in: [1.5] }", 7.0),
        ("double", 'required: true', 7.0),
        ("timestamp", "timestamp { lt_now: true }", Timestamp(seconds=1)),
        ("duration", "duration { in: [{ seconds: 1 }] }", Duration(seconds=1)),
    ],
)  # fmt: skip
def test_what_is_not_known_is_not_accepted(kind: str, rules: str, value: object) -> None:
    assert judged(borders.made(ruled(kind, rules), x=value)) == (False, True)


def test_rules_and_options_that_came_after_us_are_not_accepted() -> None:
    for tag in (b"\xd8\x9d\x13\x01", b"\xba\x48\x04\xd8\x9d\x13\x01", b"\xba\x48\x06\x72\x04\xd8\x9d\x13\x01"):
        # A field of 1 that nobody knows, in the options, in their rules, and in those for strings.
        file = FileDescriptorProto(name=f"coined{next(numbers)}", syntax="proto3")
        file.message_type.add(name="Coin").field.add(name="x", number=1, label=1, type=9).options.MergeFromString(tag)
        file.package = file.name
        added = descriptor_pool.Default().AddSerializedFile(file.SerializeToString())
        assert not accepted(borders.made(added.message_types_by_name["Coin"], x="a"))


def test_a_default_of_its_own_is_not_understood() -> None:
    field = 'field { name: "x" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING default_value: "a" }'
    options = 'options { [buf.validate.message] { cel { id: "a" message: "b" expression: "this.x == \'a\'" } } }'
    coined = borders.coined("coined_default", f'syntax: "proto2" message_type {{ name: "Coin" {field} {options} }}')
    assert judged(borders.made(coined)) == (False, True)


def test_an_extension_is_not_understood() -> None:
    field = 'field { name: "x" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING options { [buf.validate.field] {} } }'
    more = 'extension { name: "e" number: 9 label: LABEL_OPTIONAL type: TYPE_INT32 extendee: ".coined_ext.Coin" }'
    coined = borders.coined(
        "coined_ext",
        f'syntax: "proto2" message_type {{ name: "Coin" {field} extension_range {{ start: 9 end: 10 }} }} {more}',
    )
    message = borders.made(coined, x="a")
    assert judged(message) == (True, True)
    message.Extensions[coined.file.extensions_by_name["e"]] = 1
    assert judged(message) == (False, True)


FIELDS = (
    ("s", "OPTIONAL type: TYPE_STRING"), ("n", "OPTIONAL type: TYPE_INT32"), ("b", "OPTIONAL type: TYPE_BOOL"),
    ("o", "OPTIONAL type: TYPE_INT64 oneof_index: 0 proto3_optional: true"), ("r", "REPEATED type: TYPE_STRING"),
    ("d", "OPTIONAL type: TYPE_DOUBLE"), ("u", "OPTIONAL type: TYPE_UINT32"), ("y", "OPTIONAL type: TYPE_BYTES"),
    ("c", 'OPTIONAL type: TYPE_MESSAGE type_name: "@Coin"'),
    ("t", 'OPTIONAL type: TYPE_MESSAGE type_name: ".google.protobuf.Timestamp"'),
    ("w", 'OPTIONAL type: TYPE_MESSAGE type_name: ".google.protobuf.Duration"'),
)  # fmt: skip


def minted(expression: str) -> Descriptor:
    """A type that holds itself, with a rule in CEL."""
    fields = "".join(
        f'field {{ name: "{name}" number: {number} label: LABEL_{more} }} '
        for number, (name, more) in enumerate(FIELDS, start=1)
    )
    rule = f'[buf.validate.message] {{ cel {{ id: "a" message: "b" expression: {expression!r} }} }}'
    return coin(f'{fields} oneof_decl {{ name: "_o" }} options {{ {rule} }}')


@pytest.mark.parametrize(
    "expression",
    [
        "this.n == 1",
        "1 != this.n",
        "this.n >= 1 && !this.b",
        "(this.n > 0) == this.b",
        "!this.b == (this.n == 0)",
        "this.b || this.n == 1 && this.s == ''",
        "(this.b || this.n == 1) && this.s == ''",
        "this.b && this.n == 1 || this.s != '' && this.n < 1",
        "this.b || this.s == '' || this.n == 0 || has(this.o)",
        "!!this.b",
        "this.s in ['', \"a\"] || this.n in [1, 7]",
        "has(this.s) != has(this.n)",
        "has(this.o) && this.o <= 0",
        "has(this.r) || has(this.b)",
        "size(this.s) == 1 || size(this.r) > 1",
        "!has(this.c.o) || this.c.n == 1",
        "has(this.c) == has(this.c.c)",
        "this.c.c.s == 'a' || this.n == this.o",
        "this.t < this.c.t || has(this.n)",
        "!has(this.w) || this.w == this.w && this.n != 1",
    ],
)  # fmt: skip
def test_expressions_are_true_when_cel_says_so(expression: str) -> None:
    kind = minted(expression)
    verdicts = set()
    for depth in (0, 1):
        for message in coins(kind, depth):
            verdicts.add(judged(message))
    known = "this.c.t" not in expression
    assert verdicts <= {(known, True), (False, False)} or "has(this.c" in expression
    assert ((True, True) in verdicts) == known


def coins(kind: Descriptor, depth: int) -> list[Message]:
    below = [None] if depth == 0 else [None, *coins(kind, depth - 1)[::5]]
    values = itertools.product(("", "a"), (0, 1), (False, True), (None, 0, 1), ([], ["x", "y"]), below)
    return [borders.made(kind, s=s, n=n, b=b, o=o, r=r, c=c) for s, n, b, o, r, c in values]


@pytest.mark.parametrize(
    "expression",
    [
        "this.s.startsWith('')", "this.r.all(x, x != '')", "this.n + 1 == 1", "this.d == 0.0", "this.n > -1",
        "this.s < 'b'", "this.b ? false : true", "'a' in this.r || true", "this.s == '\\\\n' || true", "this.u == 0u",
        "size(this.y) == 0", "this.y == b''", "true", "this.n == 0 == true", "this.n == 0 // or so",
        "this.b == has(this.d)",
        "size(this.c.r) == size(this.r) && this.t == timestamp(0)", "this.c.w == this.w", "this.w.seconds == 0", "''",
        "this.nothing == 1",
        "this.n == 'a'", "this.n", "", "has(this)", "size(this)", "this.n == 99999999999999999999",
        "this.s == 'a", "this.n < 1 < 2", "this.n = 0", "this.", "this.1", "(this.b", "this.n in []", "this.n in [1,]",
    ],
)  # fmt: skip
def test_expressions_beyond_our_cel_are_never_true(expression: str) -> None:
    kind = minted(expression)
    assert not any(accepted(message) for message in coins(kind, 1))


def test_a_type_that_holds_itself_is_followed_down() -> None:
    kind = minted("this.n == 1")
    right = borders.made(kind, n=1, c=borders.made(kind, n=1, c=borders.made(kind, n=1)))
    wrong = borders.made(kind, n=1, c=borders.made(kind, n=1, c=borders.made(kind, n=2)))
    assert (judged(right), judged(wrong)) == ((True, True), (False, False))
