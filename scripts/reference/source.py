"""Reads the hand-written Python without importing it: settings, failures, servicers, models, commands, constants."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import structs

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("kit/src", "services/*/src", "gateway/src", "cli/src")
OPERATORS = {ast.Mult: int.__mul__, ast.LShift: int.__lshift__, ast.Add: int.__add__}


@dataclass(frozen=True)
class Setting:
    """One variable."""

    variable: str
    default: str | None
    """As Markdown; None when it must be set."""
    meaning: str


@dataclass(frozen=True)
class Failure:
    """One AppError class with what it inherits."""

    name: str
    module: Path
    code: str
    reason: str
    domain: str


@dataclass(frozen=True)
class Command:
    """One subcommand of `reelwright`."""

    name: str
    arguments: tuple[str, ...]
    options: tuple[str, ...]
    purpose: str


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(), str(path))


@cache
def modules() -> tuple[Path, ...]:
    """Every hand-written module."""
    return tuple(sorted(path for pattern in SOURCES for top in ROOT.glob(pattern) for path in top.rglob("*.py")))


def classes(path: Path) -> Iterator[ast.ClassDef]:
    """The classes of a module."""
    return (node for node in parsed(path).body if isinstance(node, ast.ClassDef))


def value_of(node: ast.expr) -> Any:
    """The value of a literal, or of arithmetic on literals; raises ValueError for anything else."""
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](value_of(node.left), value_of(node.right))
    return ast.literal_eval(node)


def keywords(call: ast.Call) -> dict[str, ast.expr]:
    """The named arguments of a call."""
    return {word.arg: word.value for word in call.keywords if word.arg}


def settings(path: Path, name: str, factories: dict[str, str]) -> list[Setting]:
    """The variables of the settings class `name`; `factories` says in words what default factories give."""
    body = next(found for found in classes(path) if found.name == name).body
    following = [*body[1:], ast.Pass()]
    return [_setting(node, after, factories) for node, after in zip(body, following, strict=True) if _is_field(node)]


def _is_field(node: ast.stmt) -> bool:
    return isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Call)


def _setting(node: ast.stmt, after: ast.stmt, factories: dict[str, str]) -> Setting:
    assert isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Call)
    given = keywords(node.value)
    if not (isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)):
        raise SystemExit(f"{ast.unparse(node.target)} has no docstring")
    return Setting(value_of(given["name"]), _default(given, factories), str(after.value.value))


def _default(given: dict[str, ast.expr], factories: dict[str, str]) -> str | None:
    if "default_factory" in given:
        return factories[ast.unparse(given["default_factory"])]
    if "default" not in given:
        return None
    node = given["default"]
    # A secret shows whether it has a default, never which.
    value = "" if isinstance(node, ast.Call) else value_of(node)
    return "empty" if value == "" else f"`{value}`"


@cache
def failures() -> tuple[Failure, ...]:
    """Every AppError class, in the order of modules."""
    found: dict[str, dict[str, str]] = {}
    listed = []
    for path in sorted(modules(), key=lambda path: (path.name != "errors.py", path)):
        for node in classes(path):
            base = next((ast.unparse(base) for base in node.bases if ast.unparse(base) in found), "")
            if base or node.name == "AppError":
                found[node.name] = found.get(base, {}) | _attributes(node)
                listed.append(Failure(node.name, path, **found[node.name]))
    return tuple(listed)


def _attributes(node: ast.ClassDef) -> dict[str, str]:
    given = {}
    for line in node.body:
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            name = line.targets[0].id
            if name in ("code", "reason", "domain"):
                given[name] = line.value.attr if isinstance(line.value, ast.Attribute) else value_of(line.value)
    return given


def uses(path: Path, failure: Failure) -> bool:
    """Whether a module raises or writes down a failure, beside defining it."""
    return failure.name in mentioned(path) or failure.reason in mentioned(path)


@cache
def mentioned(path: Path) -> frozenset[str]:
    """Every name and every text in a module, except in the definitions of failures."""
    names = {known.name for known in failures()}
    kept = [node for node in parsed(path).body if not (isinstance(node, ast.ClassDef) and node.name in names)]
    # The gateway's table of statuses is no sender.
    kept = [node for node in kept if not ast.unparse(node).startswith("REASON_STATUS =")]
    leaves = [leaf for node in kept for leaf in ast.walk(node)]
    texts = {leaf.value for leaf in leaves if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)}
    return frozenset(texts | {leaf.id for leaf in leaves if isinstance(leaf, ast.Name)})


def needed_by(service: str) -> list[Path]:
    """The modules of a service and the kit's that stand between a caller and its use-cases."""
    own = [path for path in modules() if path.is_relative_to(ROOT / "services" / service)]
    kit = ROOT / "kit" / "src" / "reelwright_kit"
    imported = {kit.parent / f"{name.replace('.', '/')}.py" for path in own for name in _imports(path)}
    found = {*own, *(kit / "interceptors").glob("*.py")}
    found |= imported & {kit / "catalogue.py", kit / "assets" / "references.py"}
    # Whoever hands in jobs meets the store behind the desk.
    found |= {kit / "jobs" / "store.py"} if kit / "jobs" / "desk.py" in imported else set()
    return sorted(found)


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def offered(service: str) -> dict[str, bool]:
    """RPCs of a service, for example `ImageService`, that some servicer has: whether with more than a refusal."""
    found: dict[str, bool] = {}
    for path in modules():
        for node in classes(path):
            if any(ast.unparse(base).endswith(f"{service}Servicer") for base in node.bases):
                methods = [item for item in node.body if isinstance(item, ast.AsyncFunctionDef)]
                found |= {method.name: _answers(method) for method in methods}
    return found


def _answers(method: ast.AsyncFunctionDef) -> bool:
    return any(
        isinstance(node, ast.Yield) or (isinstance(node, ast.Return) and node.value is not None)
        for node in ast.walk(method)
    )


def model_cards(service: str) -> list[dict[str, Any]]:
    """What the models of a service say about themselves: the literal fields of their cards."""
    root = ROOT / "services" / service / "src" / f"reelwright_{service}"
    if (root / "offers.py").exists():
        # Made from tables when the service starts: asked for as the service does, without any provider connected.
        nothing_has_a_price = importlib.import_module("reelwright_kit.money.prices").Prices([])
        offers = importlib.import_module(f"reelwright_{service}.offers")
        if service == "llm":
            kept_nowhere = {
                "REELWRIGHT_STORE_URL": "file:///nowhere",
                "REELWRIGHT_DATABASE_URL": "postgresql://nowhere",
            }
            settings = importlib.import_module("reelwright_llm.settings").LlmSettings.load(kept_nowhere)
            return sorted(
                (structs.asdict(card) for card in offers.every_card(settings)), key=lambda card: str(card["id"])
            )
        models = offers.every_model(nothing_has_a_price, None, None, None, 1)
        return sorted((vars(model.card) for model in models), key=lambda card: str(card["id"]))
    providers = root / "providers"
    if not (providers / "interface.py").exists():
        return []
    card = next(node for node in classes(providers / "interface.py") if node.name == "ModelCard")
    fields = [
        node.target.id for node in card.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]
    found = []
    for path in sorted(providers.glob("*.py")):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "ModelCard":
                given = dict(zip(fields, node.args, strict=False)) | keywords(node)
                found.append({name: _literal(path, value) for name, value in given.items()})
    return sorted(found, key=lambda card: str(card["id"]))


def _literal(path: Path, node: ast.expr) -> Any:
    return constant(path, node.id) if isinstance(node, ast.Name) else value_of(node)


def constant(path: Path, name: str) -> Any:
    """A module's constant; `NAME[key]` looks up a pair in a list."""
    name, _, key = name.rstrip("]").partition("[")
    for node in parsed(path).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            if not key:
                return value_of(node.value)
            pairs = (pair for pair in ast.walk(node.value) if isinstance(pair, ast.Tuple))
            return next(value_of(pair.elts[1]) for pair in pairs if value_of(pair.elts[0]) == key)
    raise SystemExit(f"{path} has no {name}")


def commands() -> list[Command]:
    """The subcommands of `reelwright`: those of main.py, then those of each group with a module of its own."""
    package = ROOT / "cli" / "src" / "reelwright_cli"
    trees = [parsed(path) for path in (package / "main.py", *sorted((package / "commands").glob("*.py")))]
    bodies = [node for tree in (parsed(package / "options.py"), *trees) for node in tree.body]
    aliases = {ast.unparse(n.targets[0]): ast.unparse(n.value) for n in bodies if isinstance(n, ast.Assign)}
    functions = (node for node in bodies if isinstance(node, ast.FunctionDef))
    return [_command(node, aliases) for node in functions if node.decorator_list]


def _command(node: ast.FunctionDef, aliases: dict[str, str]) -> Command:
    call = node.decorator_list[0]
    assert isinstance(call, ast.Call)
    own = str(value_of(call.args[0])) if call.args else node.name
    group = re.sub(r"_?app\.command$", "", ast.unparse(call.func))
    arguments, options = [], []
    for parameter in node.args.args:
        assert parameter.annotation
        kind = ast.unparse(parameter.annotation)
        if "typer.Argument(" in aliases.get(kind, kind):
            arguments.append(parameter.arg.upper())
        else:
            given = re.search(r"'(--[a-z-]+)'", aliases.get(kind, kind))
            options.append(given.group(1) if given else f"--{parameter.arg}")
    return Command(f"{group} {own}".strip(), tuple(arguments), tuple(options), ast.get_docstring(node) or "")
