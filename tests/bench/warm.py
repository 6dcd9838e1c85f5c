"""The compiler by itself, everything imported: how long one spec takes for one target."""

import gc
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from time import perf_counter

from lading.compiler.pipeline import compile_spec
from lading.compiler.registry import language
from lading.runner.targets.sites import read_site
from lading.schema.load import load


def seconds_per_compilation(texts: Iterable[str], site: Path, target: str, rounds: int = 5) -> float:
    """The median over the rounds of what one of these specs takes, from the read spec to its requests.

    No cycles are looked for meanwhile, as where lading itself compiles many, and as ``timeit`` does.
    """
    to = read_site(site).target(target)
    specs = [spec for text in texts for spec in load("spec.yaml", text.encode(), language=language()).specs]
    taken = []
    gc.disable()
    for _ in range(rounds):
        start = perf_counter()
        for spec in specs:
            assert compile_spec(spec, to).is_valid
        taken.append((perf_counter() - start) / len(specs))
    gc.enable()
    return median(taken)
