"""The rules of the house that no linter knows: who imports whom, what is pure, where a platform may be named."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lading.compiler.registry import own_platforms

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "schema": {"schema"},
    "compiler": {"schema", "compiler"},
    "runner": {"schema", "compiler", "runner"},
}
SOURCES = {root: sorted((ROOT / root / "lading").rglob("*.py")) for root in MAY_IMPORT}
EVERY_SOURCE = [path for paths in SOURCES.values() for path in paths]
PURE = [path for root in ("schema", "compiler") for path in SOURCES[root] if path.name != "generate.py"]
"""Everything to the left of the runner, but the two programs that write the generated files."""

PURE_MODULES = frozenset(
    {
        *("abc", "ast", "base64", "bisect", "codecs", "collections", "contextlib", "copy", "dataclasses", "decimal"),
        *("difflib", "enum", "fractions", "functools", "graphlib", "hashlib", "heapq", "html", "importlib", "inspect"),
        *("io", "itertools", "json", "math", "operator", "re", "shlex", "string", "struct", "textwrap", "types"),
        *("posixpath", "typing", "unicodedata", "urllib.parse"),
    }
)
"""What of the standard library can not tell one machine, moment or user from another."""

OWN_FILES = frozenset({"os", "os.path", "os.path.dirname", "os.path.isfile", "os.listdir"})
"""What of `os` finds the data files beside a module; importing `pathlib` for that takes longer than a validation."""

LONGEST_FILE, LONGEST_FUNCTION = 400, 60
LONG_TABLES = frozenset({"schema/lading/schema/codes.py"})
"""Files that are one table, as long as there are things to list."""


def name_of(path: Path) -> str:
    """The file as people say it."""
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    """The file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path: Path) -> Iterator[str]:
    """Every module that the file imports, anywhere in it, under its full name."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name_of(path)}:{node.lineno}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def uses_of_os(path: Path) -> Iterator[str]:
    """Everything of `os` that the file names."""
    named = (ast.unparse(node) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute))
    yield from (name for name in named if name.startswith("os."))


def is_pure(name: str) -> bool:
    """Whether something of the standard library is on one of the two lists."""
    return name in OWN_FILES or any(f"{name}.".startswith(f"{module}.") for module in PURE_MODULES)


@pytest.mark.parametrize("root", MAY_IMPORT)
def test_imports_point_left_only(root: str) -> None:
    """`schema` knows neither of the others, `compiler` knows `schema`, `runner` knows both."""
    wrong = [
        f"{name_of(path)}: {module}"
        for path in SOURCES[root]
        for module in imports_of(path)
        if module.startswith("lading.") and module.split(".")[1] not in MAY_IMPORT[root]
    ]
    assert wrong == []


def test_schema_and_compiler_are_pure() -> None:
    """Nothing of the clock, the network, the environment, the home folder or chance can reach a payload."""
    wrong = [
        f"{name_of(path)}: {used}"
        for path in PURE
        for used in (*imports_of(path), *uses_of_os(path))
        if used.split(".")[0] in sys.stdlib_module_names and not is_pure(used)
    ]
    assert wrong == []


def test_no_root_of_the_namespace_is_a_package() -> None:
    """One `__init__.py` at a root would hide the other two roots."""
    wrong = [name_of(path) for root in MAY_IMPORT for path in (ROOT / root).glob("*.py")] + [
        name_of(path) for root in MAY_IMPORT for path in (ROOT / root / "lading").glob("__init__.py")
    ]
    assert wrong == []


def documentation_in(tree: ast.Module) -> Iterator[ast.expr]:
    """What only people read: docstrings, which are whole statements, and the examples of the models' fields."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            yield node.value
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"required", "optional"}
        ):
            yield from node.args


def texts_of(tree: ast.Module) -> Iterator[ast.Constant]:
    """Every text that the code works with."""
    documentation = {id(node) for node in documentation_in(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node


def test_no_platform_is_named_outside_its_folder() -> None:
    """What differs from platform to platform is said by the platform; the rest of the code knows none by name."""
    wrong = [
        f"{name_of(path)}:{text.lineno}: {text.value!r}"
        for path in EVERY_SOURCE
        if "platforms" not in path.parts
        for text in texts_of(tree_of(path))
        if text.value in own_platforms()
    ]
    assert wrong == []


def test_a_platform_knows_no_other() -> None:
    """A platform's folder imports from no other platform's."""
    wrong = [
        f"{name_of(path)}: {module}"
        for path in EVERY_SOURCE
        if "platforms" in path.parts
        for module in imports_of(path)
        if ".platforms." in module and module.split(".")[3] != path.parts[path.parts.index("platforms") + 1]
    ]
    assert wrong == []


def test_no_module_is_a_drawer() -> None:
    """A module is named after its noun: what has no name has no place yet."""
    drawers = {"utils", "util", "helpers", "helper", "manager", "base", "misc"}
    assert [name_of(path) for path in EVERY_SOURCE if path.stem in drawers] == []


def test_files_and_functions_stay_short() -> None:
    """The longest file is always the one that people fear."""
    long_files = {name_of(path) for path in EVERY_SOURCE if len(path.read_text().splitlines()) > LONGEST_FILE}
    long_functions = [
        f"{name_of(path)}:{node.lineno}: {node.name}"
        for path in EVERY_SOURCE
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION
    ]
    assert (long_files - LONG_TABLES, long_functions) == (set(), [])


PRIVATE = re.compile(
    r"/home/(?!me\b|ada\b)\w+|/roo[t]/|/Users/\w+"  # somebody's folders
    r"|\b(?!127\.0\.0\.1\b|0\.0\.0\.0\b|10\.0\.0\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.)"
    r"\d{1,3}(?:\.\d{1,3}){3}\b"  # a machine's address
)


def test_nothing_private_is_published() -> None:
    """No file names anybody's home folder, this checkout's or a real machine's address."""
    suffixes = {".py", ".yaml", ".yml", ".md", ".toml", ".json", ".sh", ".svg", ".txt", ".out", ""}
    private = re.compile(f"{PRIVATE.pattern}|{re.escape(str(ROOT))}/")
    folders = ["schema", "compiler", "runner", "specs", "docs", "tests", ".ci"]
    files = [path for folder in folders for path in (ROOT / folder).rglob("*")] + list(ROOT.glob("*.md"))
    wrong = [
        f"{name_of(path)}: {found[0]}"
        for path in files
        if path.is_file() and path.suffix in suffixes and "__pycache__" not in path.parts
        for found in private.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert wrong == []
