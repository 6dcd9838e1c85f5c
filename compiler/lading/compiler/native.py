"""``native.<platform>``: what only one platform has, set beside the portable fields and never over them."""

from collections.abc import Iterator, Mapping
from typing import Any

from lading.compiler.capability import NESTED
from lading.compiler.plan import Plan
from lading.compiler.target import Target
from lading.schema.diagnostics import Finding
from lading.schema.job import Job
from lading.schema.paths import Path, render

RAW = "raw"


def native_leaves(job: Job, target: Target) -> dict[Path, Any]:
    """The set fields of the sections that the target's platform reads, by their path in the job.

    ``raw`` is not among them.
    """
    return {path: value for path, value in _sections(job.value, reads(target), ()) if path[-1] != RAW}


def raw_of(job: Job, target: Target) -> dict[Path, Mapping[str, Any]]:
    """Every ``raw`` section for the target's own platform, by its path in the job; no other is for its payload."""
    return {path: value for path, value in _sections(job.value, (target.platform.NAME,), ()) if path[-1] == RAW}


def _sections(value: Mapping[str, Any], names: tuple[str, ...], above: Path) -> Iterator[tuple[Path, Any]]:
    if "native" in value:
        for name in names:
            for field_name, item in value["native"].get(name, {}).items():
                yield (*above, "native", name, field_name), item
    for group in NESTED:
        if group in value:
            for key, inner in value[group].items():
                yield from _sections(inner, names, (*above, group, key))


def reads(target: Target) -> tuple[str, ...]:
    """The platforms whose native sections the target's platform reads: its own, and those it builds upon."""
    return (target.platform.NAME, *getattr(target.platform, "ALSO_READS", ()))


def clashes(plan: Plan) -> Iterator[Finding]:
    """Native fields that set what a portable field sets too. The platform's ``CLASHES`` says which do."""
    portable_of: Mapping[str, str] = getattr(plan.target.platform, "CLASHES", {})
    for path in plan.native if portable_of else ():
        *above, _, _, name = path
        portable = (*above, *portable_of.get(str(name), "").split("."))
        if name in portable_of and plan.below(portable):
            words = {"native": render(path), "portable": render(portable)}
            yield Finding("LD410", path, words, at_key=True, others=((portable, "set here already"),))
