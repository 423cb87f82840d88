"""What the pages say is so: links, commands, variables and generated tables."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
PLACES = ("cli", "deploy", "docs", "fakes", "gateway", "gen", "kit", "protos", "scripts", "services", "tests")
PATH = re.compile(rf"(?<![\w./-])(?:{'|'.join(PLACES)})/[\w./{{}}<>*-]*[\w>*]/?")
# Machines' own directories, indexes of packages and images, and folders outside of the repository.
FOREIGN = re.compile(
    r"(?<![\w.])/(?:work|tmp|home|root)/|pypi\.|docker\.io/|ghcr\.|quay\.|localdomain|\bshared/|\bhelpers?\b(?!`)"
)
LONGEST = 170
SERVICES = ("llm", "image", "video", "audio", "story")


@cache
def pages() -> tuple[Path, ...]:
    """Every page of the repository."""
    patterns = ("*.md", "docs/**/*.md", "*/README.md", "services/*/README.md", "deploy/**/*.md")
    return tuple(sorted({path for pattern in patterns for path in ROOT.glob(pattern)}))


def each_page(pattern: re.Pattern[str]) -> set[tuple[str, str]]:
    """Page and match of everything that `pattern` finds."""
    return {(str(page.relative_to(ROOT)), found) for page in pages() for found in pattern.findall(page.read_text())}


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def section(text: str, title: str) -> str:
    """What stands under a heading of the second level."""
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def docs_script(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What scripts/docs.py says."""
    command = [sys.executable, "scripts/docs.py", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_generated_tables_are_fresh() -> None:
    checked = docs_script("--check")
    assert checked.returncode == 0, checked.stderr


def test_every_service_has_its_tables() -> None:
    for service in SERVICES:
        text = (ROOT / "services" / service / "README.md").read_text()
        for kind in ("rpcs", "settings", "failures"):
            assert f"<!-- generated: {kind} {service} -->" in text


def test_every_api_has_its_errors_and_limits() -> None:
    for api in sorted(path.name for path in (ROOT / "protos" / "reelwright").iterdir()):
        assert f"<!-- generated: errors {api} -->" in (ROOT / "docs" / "errors.md").read_text()
        assert f"<!-- generated: limits {api} -->" in (ROOT / "docs" / "limits.md").read_text()


def test_every_reason_says_what_the_caller_does_and_no_other_does() -> None:
    advised = tomllib.loads((ROOT / "docs" / "errors.toml").read_text())
    for path in (ROOT / "protos" / "reelwright").glob("*/v1/error_reason.proto"):
        named = set(re.findall(r"ERROR_REASON_(\w+) = [1-9]", path.read_text()))
        assert named == set(advised.pop(path.parts[-3])), path
    assert not advised


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(FENCE.sub("", page.read_text())):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        assert target.exists(), link
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), link


def test_named_paths_exist() -> None:
    # Patterns, the example of a page, and a file that a site may add.
    beside = re.compile(r"[<*{]|\.\.\.|text3d|\.env$")
    named = {(page, path) for page in pages() for path in PATH.findall(LINK.sub("", page.read_text()))}
    wanted = {(page, path) for page, path in named if not beside.search(path)}
    assert len(wanted) > 50
    assert not {(page, path) for page, path in wanted if not any((top / path).exists() for top in (ROOT, page.parent))}


def test_named_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = each_page(re.compile(r"(?:`|^\s*)make ([a-z]+)\b", re.MULTILINE))
    assert {target for _, target in named} >= {"check", "demo", "test"}
    assert not {(page, target) for page, target in named if target not in targets}


def test_named_subcommands_exist() -> None:
    listed = set(re.findall(r"^\| `reelwright ([a-z]+)", (ROOT / "cli" / "README.md").read_text(), re.MULTILINE))
    named = each_page(re.compile(r"(?:`|^\s*|bin/)reelwright ([a-z]+)\b", re.MULTILINE))
    assert listed >= {"up", "film", "doctor", "jobs"}
    assert not {(page, name) for page, name in named if name not in listed}


def test_named_variables_are_read_somewhere() -> None:
    sources = [path for top in ("kit", "services", "gateway", "cli", "deploy") for path in (ROOT / top).rglob("*")]
    texts = [
        path.read_text()
        for path in sources
        if path.suffix in (".py", ".yaml", ".service", "", ".env") and path.is_file()
    ]
    read = set(re.findall(r"REELWRIGHT_[A-Z_]*[A-Z]", "\n".join(texts)))
    named = each_page(re.compile(r"REELWRIGHT_[A-Z_]*[A-Z](?![_<])"))
    assert not {(page, name) for page, name in named if name not in read}


def test_python_examples_use_the_contract_as_it_is() -> None:
    for page in pages():
        for block in re.findall(r"^```python\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE):
            compile(block, str(page), "exec")
            imports = "\n".join(line for line in block.splitlines() if line.startswith("from reelwright."))
            names: dict[str, object] = {}
            exec(imports, names)
            for module, attribute in re.findall(r"\b(\w+)\.([A-Z]\w+)\(", block):
                assert module not in names or hasattr(names[module], attribute), f"{page.name}: {module}.{attribute}"


def test_service_pages_have_one_form() -> None:
    for service in SERVICES:
        text = (ROOT / "services" / service / "README.md").read_text()
        titles = [title.removesuffix("s") for title in re.findall(r"^## (.+)$", text, re.MULTILINE)]
        assert titles == ["RPC", "Local engine", "Setting", "Failure", "Run alone", "Test alone"]
        assert f"-m reelwright_{service}" in section(text, "Run alone")
        assert len(text.splitlines()) < LONGEST


def test_pages_name_no_machine_and_no_registry() -> None:
    assert not each_page(FOREIGN)


def test_a_stale_table_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import docs

    page = "<!-- generated: ports -->\nold\n<!-- end -->\n"
    assert docs.fresh(page) != page and docs.fresh(docs.fresh(page)) == docs.fresh(page)
    with pytest.raises(SystemExit):
        docs.fresh(page.replace("ports", "harbours"))
