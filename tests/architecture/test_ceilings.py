"""Size ceilings and house rules that a linter does not know. A rule without a check is not a rule."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("copilot", "knowledge", "api", "evals", "tests")
MODULE_LINES = 400
FUNCTION_LINES = 50
BROAD_EXCEPT_MARK = "outermost loop"
GENERATED = ROOT / "copilot/store/migrations/versions"


def modules() -> list[Path]:
    found = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [path for path in found if GENERATED not in path.parents]


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@dataclass(frozen=True)
class Shape:
    """What the ceilings are about, of one file; the file is parsed once for all of them."""

    lines: int
    functions: tuple[tuple[str, int], ...]
    """Names, with the lines of each."""
    docstring: str | None


@cache
def shape(path: Path) -> Shape:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    found = tuple((each.name, (each.end_lineno or each.lineno) - each.lineno + 1) for each in functions(tree))
    return Shape(len(source.splitlines()), found, ast.get_docstring(tree))


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_sizes(path: Path) -> None:
    assert shape(path).lines <= MODULE_LINES, "split by noun"
    for name, length in shape(path).functions:
        assert length <= FUNCTION_LINES, f"{name} has {length} lines"


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_every_module_says_what_it_protects(path: Path) -> None:
    if path.read_text(encoding="utf-8").strip():
        assert shape(path).docstring, "a module docstring states the invariant of the file"


def product_modules() -> list[Path]:
    return [path for path in modules() if relative(path).split("/")[0] in {"copilot", "knowledge", "api"}]


@pytest.mark.parametrize("path", product_modules(), ids=relative)
def test_time_identifiers_and_environment_have_one_door(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    if path.name != "clock.py":
        assert not re.search(r"\b(datetime\.now|date\.today|uuid4|time\.time\(|utcnow)\b", source), "use the Clock"
    if path.name != "settings.py":
        assert not re.search(r"\bos\.(environ|getenv)\b", source), "use Settings"


@pytest.mark.parametrize("path", product_modules(), ids=relative)
def test_broad_excepts_are_marked(path: Path) -> None:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if re.match(r"\s*except\s*(\(?\s*(Base)?Exception\b.*)?:", line):
            assert BROAD_EXCEPT_MARK in line, f"line {number}: only an {BROAD_EXCEPT_MARK} may catch everything"


# Spelled apart, so that this file does not find itself.
FORBIDDEN = [
    "/" + "work/",
    "/" + "root/",
    "pypi" + ".org",
    "files.python" + "hosted",
    "registry.npm" + "js",
    "deb." + "debian.org",
]


def test_nothing_names_this_machine_or_a_registry() -> None:
    texts = {".py", ".md", ".toml", ".lock", ".txt", ".html", ".css", ".js", ".json", ".sh", ".yaml", ".yml", ""}
    skipped = {
        ".git",
        ".venv",
        ".venv-yardstick",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".hypothesis",
        "node_modules",
    }
    offenders = []
    for path in ROOT.rglob("*"):
        if skipped & set(path.relative_to(ROOT).parts) or not path.is_file() or path.suffix not in texts:
            continue
        content = path.read_text(encoding="utf-8", errors="ignore")
        offenders += [f"{relative(path)}: {word}" for word in FORBIDDEN if word in content]
    assert offenders == []
