"""Every example on every target of the example sites: what people are told, and what is sent, byte for byte.

``goldens/SITE/TARGET/EXAMPLE.txt`` holds both. A change of any of them is seen in review, as a diff.
"""

from pathlib import Path

import pytest
from conftest import Golden, Say
from kit.examples import EXAMPLES, SITES, SPECS, read_example, targets_of
from kit.wire import shown

from lading.compiler.pipeline import Compilation, compile_spec
from lading.runner.targets.sites import read_site

GOLDENS = Path(__file__).parent / "goldens"
TARGETS = [(site, target) for site in SITES for target in targets_of(site)]
FILES = {GOLDENS / site.stem / target / f"{example.stem}.txt" for site, target in TARGETS for example in EXAMPLES}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize(("site", "target"), TARGETS, ids=[f"{site.stem}-{target}" for site, target in TARGETS])
def test_what_becomes_of_each_example(
    site: Path, target: str, example: Path, golden: Golden, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The diagnostics as people see them, and then each request as it goes over the wire."""
    monkeypatch.chdir(SPECS)
    to, loaded = read_site(site.relative_to(SPECS)).target(target), read_example(example)
    compiled = [compile_spec(spec, to, verify=True) for spec in loaded.specs]
    told = "\n".join(
        filter(None, (text for one in compiled for text in (say(one.diagnostics, loaded.sources), sent(one))))
    )
    golden.compare(GOLDENS / site.stem / target / f"{example.stem}.txt", told)


def sent(compilation: Compilation) -> str:
    """Every request of the compilation, for people to review."""
    return "\n".join(shown(request, compilation.target) for request in compilation.requests)


def test_no_golden_is_left_behind() -> None:
    """Each golden belongs to an example and a target."""
    assert set(GOLDENS.rglob("*.txt")) - FILES == set()
