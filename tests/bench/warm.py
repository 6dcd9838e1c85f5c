"""The compiler by itself, everything imported: how long one spec takes for one target."""

from collections.abc import Iterable
from pathlib import Path
from statistics import median
from time import perf_counter

from lading.compiler.pipeline import compile_spec
from lading.compiler.registry import language
from lading.runner.targets.sites import read_site
from lading.schema.load import load


def seconds_per_compilation(texts: Iterable[str], site: Path, target: str, rounds: int = 5) -> float:
    """The median over the rounds of what one of these specs takes, from the read spec to its requests."""
    to = read_site(site).target(target)
    specs = [spec for text in texts for spec in load("spec.yaml", text.encode(), language=language()).specs]
    taken = []
    for _ in range(rounds):
        start = perf_counter()
        for spec in specs:
            assert compile_spec(spec, to).is_valid
        taken.append((perf_counter() - start) / len(specs))
    return median(taken)
