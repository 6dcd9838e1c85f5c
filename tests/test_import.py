"""Native files as users of each platform write them, made into specs and compiled to themselves again.

``tests/native/<platform>/`` holds the files, those of another edition in a folder of its name. Beside each is the spec
that is made of it, with what people are told about it at its end.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import Golden
from hypothesis import given
from hypothesis import strategies as st

from lading.compiler.importing.differences import ABSENT, differences
from lading.compiler.importing.importer import Imported, import_native
from lading.compiler.importing.native_file import read_native
from lading.compiler.pipeline import compile_spec
from lading.compiler.pointers import is_within
from lading.compiler.registry import default_options, language, own_platforms, platform, reader
from lading.compiler.target import Target
from lading.compiler.verify import later_of
from lading.schema.load import load

FOLDER = Path(__file__).parent / "native"
FILES = sorted(file for file in FOLDER.rglob("*") if file.suffix in {".json", ".sh", ".slurm", ".sbatch"})
RIGHT = [file for file in FILES if not file.name.startswith("wrong-")]
"""Without those that the platform would refuse."""

HOSTILE: list[Any] = [
    None,
    True,
    -1,
    1.5,
    10**30,
    "",
    "x\0",
    "${{ a }}",
    "名",
    [],
    {},
    [None],
    [[]],
    {"": 1},
    {"a": []},
]


def target_of(file: Path) -> Target:
    """The target that the file was written for: its platform, in the edition that its folder names."""
    name, *edition = file.relative_to(FOLDER).parts[:-1]
    found = platform(name)
    assert found is not None
    chosen = getattr(found, "EDITIONS", {})[edition[0]] if edition else {}
    return Target(name, found, {**default_options(name), **chosen})


def imported(file: Path) -> Imported:
    """What is made of the file."""
    return import_native(file.read_bytes(), file.name, target_of(file))


def told(made: Imported) -> Iterator[str]:
    """What people are told, a line each."""
    for problem in made.problems:
        assert problem.place is not None
        yield f"# {problem.severity}[{problem.code}]: {problem.message} ({problem.place.line})\n"


def compiled(made: Imported, target: Target) -> tuple[Mapping[str, Any], frozenset[str]]:
    """The body that the spec compiles to where the site knows what it must, and the places that are filled in later."""
    catalog = {name: {**target.catalog.get(name, {}), **entries} for name, entries in made.catalog.items()}
    loaded = load("spec.yaml", made.text.encode(), language=language())
    assert loaded.diagnostics == ()
    known = target._replace(catalog={**target.catalog, **catalog})
    compilation = compile_spec(loaded.specs[0], known, verify=True, bare=True)
    assert [problem.message for problem in compilation.diagnostics if problem.is_error] == []
    request = compilation.requests[-1]
    return request.body, later_of(request)


def without_nulls(value: Any) -> Any:
    """The value less what says nothing."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(FOLDER).as_posix())
def test_a_native_file_becomes_the_spec_beside_it(file: Path, golden: Golden) -> None:
    """The spec, and all that people are told of it, are as committed."""
    made = imported(file)
    golden.compare(file.with_name(f"{file.name}.yaml"), made.text + "".join(told(made)))
    assert imported(file) == made


@pytest.mark.parametrize("file", RIGHT, ids=lambda file: file.relative_to(FOLDER).as_posix())
def test_the_spec_compiles_to_the_native_file(file: Path) -> None:
    """Field by field, but for what people were told is not part of a request."""
    target, made = target_of(file), imported(file)
    assert made.is_whole, list(told(made))
    body, later = compiled(made, target)
    native = read_native(file.name, file.read_bytes(), target).payload
    whole = {"script": native} if isinstance(native, str) else native
    fields = getattr(reader(target.platform.NAME), "fields", without_nulls)
    left_out = {problem.message.split(" ")[0] for problem in made.problems if problem.code == "LD451"}
    wrong = [
        pair
        for pair in differences(fields(whole), fields(body))
        if not any(is_within(pair.pointer, place) for place in left_out | later)
    ]
    assert wrong == []


def test_every_platform_that_reads_has_native_files() -> None:
    """At least eight each: small ones, large ones and odd ones."""
    readers = {name for name in own_platforms() if reader(name)}
    few = {name for name in readers if sum(file.is_relative_to(FOLDER / name) for file in FILES) < 8}
    assert few == set()


def places(value: Any, pointer: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a JSON value but the whole of it."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in items:
        yield (*pointer, step)
        yield from places(item, (*pointer, step))


def changed(value: Any, place: tuple[str | int, ...], new: Any) -> Any:
    """The value with something else at the place; nothing there where that is ABSENT."""
    first, *rest = place
    inner = changed(value[first], tuple(rest), new) if rest else new
    if isinstance(value, list):
        return [
            inner if index == first else item
            for index, item in enumerate(value)
            if index != first or inner is not ABSENT
        ]
    return {key: inner if key == first else item for key, item in value.items() if key != first or inner is not ABSENT}


@given(st.sampled_from([file for file in FILES if file.suffix == ".json"]), st.data())
def test_whatever_stands_in_a_payload_it_is_read_or_told(file: Path, data: st.DataObject) -> None:
    """Any value anywhere, or nothing there: a spec and problems, or problems alone, and never a traceback."""
    target = target_of(file)
    payload = read_native(file.name, file.read_bytes(), target).payload
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(list(places(payload)) or [("x",)]))
        payload = changed(payload, place, data.draw(st.sampled_from([ABSENT, *HOSTILE])))
    made = import_native(json.dumps(payload).encode(), file.name, target)
    assert made.text or not made.is_whole


@given(st.sampled_from([file for file in FILES if file.suffix != ".json"]), st.data())
def test_whatever_stands_in_a_script_it_is_read_or_told(file: Path, data: st.DataObject) -> None:
    """Lines taken out, doubled, cut or mixed with others."""
    lines = file.read_text(encoding="utf-8").split("\n")
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        odd = data.draw(
            st.sampled_from(["", "#SBATCH", "#SBATCH --", "#SBATCH -n x --mem='1", lines[at][:9], lines[at] * 2])
        )
        lines[at : at + data.draw(st.integers(0, 1))] = [odd]
    made = import_native("\n".join(lines).encode(), file.name, target_of(file))
    assert made.text or not made.is_whole
