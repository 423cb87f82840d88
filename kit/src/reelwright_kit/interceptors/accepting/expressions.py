"""Understands the small part of CEL that the rules of our contracts are written in; makes a closure of a rule."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from reelwright_kit.interceptors.accepting.reading import Check, Unsure, has_rules
from reelwright_kit.interceptors.accepting.standard import KINDS

SIGNS = r"[A-Za-z_]\w*|[=!<>]=|&&|\|\||[<>!().,[\]]"
TOKEN = re.compile(rf"""[ \n]*(?:(\d+)(?![\w.])|'([^'"\\\n]*)'|"([^'"\\\n]*)"|({SIGNS}))""", re.ASCII)
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
INTEGERS = {"int32", "int64", "sint32", "sint64", "sfixed32", "sfixed64"}
TIMES = {"google.protobuf.Timestamp": "timestamp", "google.protobuf.Duration": "duration"}
ORDERED = {"int", "timestamp", "duration"}
EQUAL = ORDERED | {"bool", "string"}


@dataclass(frozen=True)
class Term:
    """A part of a rule: what kind of value it has, and how it is had from what the rule is about."""

    kind: str
    value: Callable[[Any], Any]


def compiled(expression: str, about: Descriptor | FieldDescriptor) -> Check:
    """The rule as a predicate of the message, or of the value of the field, that it is about."""
    reader = _Reader(_tokens(expression), about)
    term = reader.either()
    if reader.tokens or term.kind != "bool":
        raise Unsure(f"a rule beyond our CEL: {expression}")
    return term.value


def _tokens(expression: str) -> list[tuple[str, Any]]:
    """The words of an expression, last first, each with what it is: `int`, `string` or `sign`."""
    found: list[tuple[str, Any]] = []
    place, text = 0, expression.rstrip(" \n")
    while place < len(text):
        if not (token := TOKEN.match(text, place)):
            raise Unsure(f"a rule beyond our CEL: {expression}")
        number, single, double, sign = token.groups()
        if number is not None:
            found.append(("int", int(number)))
        elif sign is not None:
            found.append(("sign", sign))
        else:
            found.append(("string", double if single is None else single))
        place = token.end()
    return found[::-1]


class _Reader:
    """Reads tokens from the loosest operator to the tightest."""

    def __init__(self, tokens: list[tuple[str, Any]], about: Descriptor | FieldDescriptor) -> None:
        self.tokens = tokens
        self._about = about

    def either(self) -> Term:
        term = self._both()
        return _or(_bool(term), _bool(self.either())) if self._next("||") else term

    def _both(self) -> Term:
        term = self._relation()
        return _and(_bool(term), _bool(self._both())) if self._next("&&") else term

    def _relation(self) -> Term:
        left = self._unary()
        if self._next("in"):
            return self._membership(left)
        for sign, compare in COMPARISONS.items():
            if self._next(sign):
                kinds = EQUAL if sign in {"==", "!="} else ORDERED
                return self._comparison(left, compare, kinds)
        return left

    def _comparison(self, left: Term, compare: Callable[[Any, Any], bool], kinds: set[str]) -> Term:
        literal = self._literal()
        right = literal or self._unary()
        if left.kind != right.kind or left.kind not in kinds:
            raise Unsure(f"a comparison of {left.kind} with {right.kind}")
        had, other = left.value, right.value
        if literal is not None:
            return _compared(had, compare, other(None))
        return Term("bool", lambda this: compare(had(this), other(this)))

    def _membership(self, left: Term) -> Term:
        self._must("[")
        items = [self._constant(left.kind)]
        while self._next(","):
            items.append(self._constant(left.kind))
        self._must("]")
        had, among = left.value, frozenset(items)
        return Term("bool", lambda this: had(this) in among)

    def _constant(self, kind: str) -> Any:
        term = self._literal()
        if term is None or term.kind != kind:
            raise Unsure(f"a list of more than {kind}")
        return term.value(None)

    def _literal(self) -> Term | None:
        if not self.tokens or self.tokens[-1][0] == "sign":
            return None
        kind, constant = self.tokens.pop()
        if kind == "int" and constant >= 2**63:
            raise Unsure(f"a number that CEL cannot hold: {constant}")
        return Term(kind, lambda _: constant)

    def _unary(self) -> Term:
        if self._next("!"):
            return _not(_bool(self._unary()))
        if self._next("("):
            term = self.either()
            self._must(")")
            return term
        if self._next("has"):
            return self._call(_has)
        if self._next("size"):
            return self._call(_size)
        return self._literal() or _read(self._about, self._path())

    def _call(self, function: Callable[[Descriptor | FieldDescriptor, list[str]], Term]) -> Term:
        self._must("(")
        term = function(self._about, self._path())
        self._must(")")
        return term

    def _path(self) -> list[str]:
        self._must("this")
        names = []
        while self._next("."):
            if not self.tokens or self.tokens[-1][0] != "sign":
                raise Unsure("a field without a name")
            names.append(self.tokens.pop()[1])
        return names

    def _next(self, sign: str) -> bool:
        found = bool(self.tokens) and self.tokens[-1] == ("sign", sign)
        if found:
            self.tokens.pop()
        return found

    def _must(self, sign: str) -> None:
        if not self._next(sign):
            raise Unsure(f"a rule without {sign} where our CEL has it")


def _compared(had: Callable[[Any], Any], compare: Callable[[Any, Any], bool], constant: Any) -> Term:
    if compare is operator.eq:
        # Most rules of ours ask for this, and it is the faster for not being called.
        return Term("bool", lambda this: had(this) == constant)
    return Term("bool", lambda this: compare(had(this), constant))


def _bool(term: Term) -> Term:
    if term.kind != "bool":
        raise Unsure(f"a {term.kind} that should be true or false")
    return term


def _or(left: Term, right: Term) -> Term:
    first, second = left.value, right.value
    return Term("bool", lambda this: first(this) or second(this))


def _and(left: Term, right: Term) -> Term:
    first, second = left.value, right.value
    return Term("bool", lambda this: first(this) and second(this))


def _not(term: Term) -> Term:
    value = term.value
    return Term("bool", lambda this: not value(this))


def _field(about: Descriptor | FieldDescriptor, names: list[str]) -> FieldDescriptor:
    """The field at the end of a path that leads through messages of our own only: CEL unwraps some of Google's."""
    if not names:
        if isinstance(about, FieldDescriptor):
            return about
        raise Unsure("a whole message")
    *above, last = names
    kind: Any = about
    for name in [*above, last]:
        if not isinstance(kind, Descriptor) or kind.full_name.startswith("google.") or name not in kind.fields_by_name:
            raise Unsure(f"no field to go to at {name}")
        field = kind.fields_by_name[name]
        kind = None if field.is_repeated else field.message_type
    return field


def _kind(about: Descriptor | FieldDescriptor, names: list[str]) -> str:
    field = _field(about, names)
    if field.is_repeated:
        return "" if not names else "list"
    if field.message_type is not None:
        # Whoever has gone over the fields of the message has seen such a moment to be one, and no other.
        plain = len(names) == 1 and not has_rules("field", field.GetOptions())
        return TIMES.get(field.message_type.full_name, "") if plain else ""
    name = KINDS[field.type]
    return "int" if name in INTEGERS else name


def _read(about: Descriptor | FieldDescriptor, names: list[str]) -> Term:
    kind = _kind(about, names)
    if kind not in EQUAL:
        raise Unsure(f"a value to be compared at {names}")
    path = ".".join(names)
    if kind in {"timestamp", "duration"}:
        return Term(kind, operator.attrgetter(f"{path}.seconds", f"{path}.nanos"))
    return Term(kind, operator.attrgetter(path) if names else lambda this: this)


def _size(about: Descriptor | FieldDescriptor, names: list[str]) -> Term:
    if _kind(about, names) not in {"list", "string"}:
        raise Unsure(f"the size of {names}")
    read: Callable[[Any], Any] = operator.attrgetter(".".join(names)) if names else lambda this: this
    return Term("int", lambda this: len(read(this)))


def _has(about: Descriptor | FieldDescriptor, names: list[str]) -> Term:
    if not names:
        raise Unsure("has() of everything")
    field = _field(about, names)
    if field.has_presence:
        *above, last = names
        if not above:
            return Term("bool", lambda this: this.HasField(last))
        parent = operator.attrgetter(".".join(above))
        return Term("bool", lambda this: parent(this).HasField(last))
    if _kind(about, names) not in {"list", "string", "int", "bool"}:
        raise Unsure(f"whether there is a {names}")
    read = operator.attrgetter(".".join(names))
    return Term("bool", lambda this: bool(read(this)))
