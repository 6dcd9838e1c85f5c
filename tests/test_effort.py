"""How much work compiling and reading are, in calls of Python functions: a count that no busy machine changes."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from bench.corpus import PLATFORMS, spec, spec_for_everywhere, write_site

from lading.compiler.pipeline import compile_spec
from lading.compiler.registry import language
from lading.runner.targets.sites import Site, read_site
from lading.schema.load import load

MOST_CALLS = 950
"""One spec for one target. A microsecond is about four calls, and 250 of them are the goal."""

MOST_CALLS_TO_READ = 850


def calls(work: Callable[[], object]) -> int:
    """How many functions the work calls once it has been done before; a generator counts whenever it goes on."""
    work()
    count = 0

    def notice(_: FrameType, event: str, __: Any) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(notice)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A target of every platform."""
    return read_site(write_site(tmp_path_factory.mktemp("site") / "lading.site.yaml"))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_compiling_stays_within_so_many_calls(site: Site, platform: str) -> None:
    """What grows here is felt by everybody who compiles a thousand specs."""
    (one,) = load("one.yaml", spec_for_everywhere(1).encode(), language=language()).specs
    target = site.target(platform)
    assert calls(lambda: compile_spec(one, target)) <= MOST_CALLS


def test_reading_stays_within_so_many_calls() -> None:
    """Of which most are those of the YAML parser's events."""
    assert calls(lambda: load("one.yaml", spec(1).encode(), language=language())) <= MOST_CALLS_TO_READ


@pytest.mark.parametrize("platform", PLATFORMS)
def test_compiling_takes_as_long_for_each_variable_as_for_another(site: Site, platform: str) -> None:
    """A spec of four hundred variables is at most two and a half times the work of one of two hundred."""
    target = site.target(platform)

    def work(variables: int) -> int:
        env = "".join(f"  V{number}: x\n" for number in range(variables))
        text = spec_for_everywhere(1).replace("env:\n", f"env:\n{env}")
        (one,) = load("one.yaml", text.encode(), language=language()).specs
        assert compile_spec(one, target).is_valid
        return calls(lambda: compile_spec(one, target))

    assert work(400) <= 2.5 * work(200)
