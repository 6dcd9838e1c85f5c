"""Specs that one platform can not carry, each with the whole of what people are told.

``refused/PLATFORM/NAME.yaml`` is compiled for the platform's target in ``sites/``; ``NAME.out`` is what is said of it.
"""

from pathlib import Path

import pytest
from conftest import Golden, Say
from kit.sites import PLATFORMS, target_of

from lading.compiler.pipeline import compile_spec
from lading.compiler.registry import language
from lading.schema.load import load

REFUSED = Path(__file__).parent / "refused"
FILES = sorted(REFUSED.glob("*/*.yaml"))
FEWEST = 5


@pytest.mark.parametrize("file", FILES, ids=[f"{file.parent.name}-{file.stem}" for file in FILES])
def test_what_a_platform_can_not_carry_is_said_at_its_place(file: Path, golden: Golden, say: Say) -> None:
    """The language has nothing against the spec, the platform has, and nothing is sent."""
    loaded = load(file.name, file.read_bytes(), language=language())
    assert loaded.diagnostics == ()
    (compilation,) = (compile_spec(spec, target_of(file.parent.name), verify=True) for spec in loaded.specs)
    assert (compilation.is_valid, compilation.requests) == (False, ())
    golden.compare(file.with_suffix(".out"), say(compilation.diagnostics, loaded.sources))


def test_no_output_is_left_behind() -> None:
    """Each expected output belongs to a spec."""
    assert sorted(REFUSED.glob("*/*.out")) == [file.with_suffix(".out") for file in FILES]


def test_every_platform_refuses_something() -> None:
    """A few of each, so that its sentences are seen by somebody."""
    counts = {name: sum(file.parent.name == name for file in FILES) for name in PLATFORMS}
    assert [name for name, count in counts.items() if count < FEWEST] == []
